import {
  CHART_LIMITS,
  type ChartBudget,
  ChartError,
  type ChartFiles,
} from '../../fetch/chart/chart-files.ts';
import { readChartMetadata } from '../../fetch/chart/chart-metadata.ts';
import { type ChartYaml, readChartYaml, readDefaultValues } from '../../fetch/chart/chart-values.ts';
import { packagedFiles, subcharts } from '../../fetch/chart/load-chart.ts';
import { refuseFileReferences } from './schema-references.ts';

/** A file of a chart's `crds/`. */
export interface CrdFile {
  /** As helm names it: `web/charts/db/crds/db.yaml`. */
  readonly path: string;
  readonly content: string;
}

/** A chart that another one lists, and what decides whether it takes part. */
export interface Dependency {
  readonly name: string;
  readonly version: string;
  readonly alias: string;
  /** Paths of values, with commas between them. */
  readonly condition: string;
  readonly tags: readonly string[];
}

/** What the worker itself needs to know of a chart: helm reads the rest. */
export interface Chart {
  readonly name: string;
  readonly version: string;
  readonly appVersion: string;
  /** Of the chart alone; `enabledCrds` has those of its subcharts. */
  readonly ownCrds: readonly CrdFile[];
  readonly dependencies: readonly Dependency[];
  /** The charts in `charts/`, whether they are listed or not. */
  readonly charts: readonly Chart[];
  readonly defaultValues: ChartYaml;
  /** Whether some template, also of a subchart, looks like a hook that runs after the objects were applied. */
  readonly mayHavePostHooks: boolean;
  /** Bytes that it takes to remember it, about. */
  readonly weight: number;
}

/** Reads a chart and those inside it. Throws a {@link ChartError}. */
export async function chartOf(files: ChartFiles, budget: ChartBudget, above = ''): Promise<Chart> {
  const { name, version } = readChartMetadata(files);
  const fields = fieldsOf(files);
  const schema = files.get('values.schema.json');
  if (schema) refuseFileReferences(schema);
  const fullPath = `${above}${name}`;
  if (fullPath.split('/charts/').length > CHART_LIMITS.depth)
    throw new ChartError(`it has charts nested deeper than ${CHART_LIMITS.depth}`);
  const charts: Chart[] = [];
  for (const [entry, inner] of subcharts(files)) {
    const content = await packagedFiles(entry, inner, budget);
    charts.push(await chartOf(content, budget, `${fullPath}/charts/`));
  }
  const values = files.get('values.yaml');
  const ownCrds = crdsOf(files, fullPath);
  return {
    name,
    version,
    appVersion: text(fields['appVersion']),
    ownCrds,
    dependencies: listOf(fields['dependencies']).map(dependencyOf),
    charts,
    defaultValues: values ? readDefaultValues(values, 'values.yaml') : {},
    mayHavePostHooks: hasPostHooks(files) || charts.some((chart) => chart.mayHavePostHooks),
    weight:
      1_000 +
      (values?.length ?? 0) * 4 +
      sum(ownCrds.map(({ content }) => content.length)) +
      sum(charts.map((chart) => chart.weight)),
  };
}

function fieldsOf(files: ChartFiles): ChartYaml {
  const read = (file: string) => readChartYaml(files.get(file) ?? Buffer.alloc(0), file);
  return { ...read('Chart.yaml'), ...read('requirements.yaml') };
}

function crdsOf(files: ChartFiles, fullPath: string): CrdFile[] {
  return [...files]
    .filter(([path]) => path.startsWith('crds/') && /\.(?:yaml|yml|json)$/i.test(path))
    .map(([path, content]) => ({ path: `${fullPath}/${path}`, content: content.toString('utf8') }));
}

// A template may put the words together; those that do so in other files than their own are helpers.
function hasPostHooks(files: ChartFiles): boolean {
  const templates = [...files].filter(([path]) => path.startsWith('templates/'));
  const texts = templates.map(([, content]) => content.toString('utf8'));
  return texts.some((content) => content.includes('helm.sh/hook')) && texts.some(namesPostHook);
}

function namesPostHook(content: string): boolean {
  return /\bpost-(?:install|upgrade|rollback|delete)\b/.test(content);
}

function dependencyOf(value: unknown): Dependency {
  const fields = value as ChartYaml;
  return {
    name: text(fields['name']),
    version: text(fields['version']),
    alias: text(fields['alias']),
    condition: text(fields['condition']),
    tags: listOf(fields['tags']).map(text),
  };
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function text(value: unknown): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
