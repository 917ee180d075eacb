import { z } from 'zod';
import { bigIntegerDigits } from '../../../api/formats/big-integer.ts';
import { parseVersion } from '../../../api/formats/semver.ts';
import { ChartError, type ChartFiles, shown } from './chart-files.ts';
import { readChartYaml } from './chart-values.ts';

/** A chart that another one needs, as `Chart.yaml` or `Chart.lock` names it. */
export interface ChartDependency {
  readonly name: string;
  /** A range, in a lock one version. */
  readonly version: string;
  /** Empty for a chart that lies in `charts/`. */
  readonly repository: string;
  readonly alias: string;
}

/** What the engine needs of `Chart.yaml`. */
export interface ChartMetadata {
  readonly name: string;
  readonly version: string;
  readonly dependencies: readonly ChartDependency[];
}

/** Helm reads scalars into text fields as their text, and null as none. */
const text = z
  .unknown()
  .transform((value, context) => {
    if (value === null) return '';
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
      return String(value);
    const digits = bigIntegerDigits(value);
    if (digits === undefined) context.addIssue('is not a text');
    return digits ?? '';
  })
  .prefault('');
const texts = z.array(text).nullish();
const noNull = { error: 'is null or no mapping; remove the entry or fill it in' };

const ALIAS = /^[a-zA-Z0-9_-]*$/;
const dependency = z.looseObject(
  {
    name: text.refine(isChartName, { error: 'is no name of a chart' }),
    version: text,
    repository: text,
    alias: text.refine((value) => ALIAS.test(value), { error: 'may hold letters, digits, "_" and "-" only' }),
    condition: text,
    tags: texts,
    enabled: z.boolean().nullish(),
    'import-values': z.array(z.unknown()).nullish(),
  },
  noNull,
);
const dependencies = z.array(dependency).nullish();

/** Checks what helm checks when it loads a chart (pkg/chart/v2/metadata.go), with names bounded as `helm create` does. */
const metadata = z.looseObject({
  apiVersion: text.refine((value) => ['', 'v1', 'v2'].includes(value), { error: 'is not v1 or v2' }),
  name: text.refine(isChartName, {
    error:
      'is missing, or is not made of letters, digits, ".", "_" and "-" that begin with a letter or digit',
  }),
  version: text.refine((value) => parseVersion(value) !== undefined, {
    error: 'is missing or no semantic version',
  }),
  type: text.refine((value) => ['', 'application', 'library'].includes(value), {
    error: 'is neither application nor library',
  }),
  dependencies,
  maintainers: z.array(z.looseObject({ name: text, email: text, url: text }, noNull)).nullish(),
  home: text,
  description: text,
  icon: text,
  condition: text,
  tags: text,
  appVersion: text,
  kubeVersion: text,
  sources: texts,
  keywords: texts,
  deprecated: z.boolean().nullish(),
  annotations: z.record(z.string(), text).nullish(),
});

const lock = z.looseObject({ dependencies });

const LONGEST_NAME = 250;

/** Whether a chart may be called so: what `helm create` allows, but for names that hide or look like options. */
export function isChartName(name: string): boolean {
  return name.length <= LONGEST_NAME && /^[a-zA-Z0-9][a-zA-Z0-9._-]*$/.test(name);
}

/** Reads `Chart.yaml` and, as helm, `requirements.yaml` over it. Throws a {@link ChartError} naming file and field. */
export function readChartMetadata(files: ChartFiles): ChartMetadata {
  const chart = files.get('Chart.yaml');
  if (chart === undefined) throw new ChartError('it has no Chart.yaml');
  const requirements = files.get('requirements.yaml');
  const fields = {
    ...readChartYaml(chart, 'Chart.yaml'),
    ...(requirements && readChartYaml(requirements, 'requirements.yaml')),
  };
  const read = parse(metadata, fields, 'Chart.yaml');
  refuseTwins(read.dependencies ?? []);
  return { name: read.name, version: read.version, dependencies: read.dependencies ?? [] };
}

/** The dependencies as `Chart.lock`, or `requirements.lock`, fixes them; undefined without a lock. */
export function readChartLock(files: ChartFiles): readonly ChartDependency[] | undefined {
  const file = ['requirements.lock', 'Chart.lock'].find((name) => files.has(name));
  if (file === undefined) return undefined;
  return parse(lock, readChartYaml(files.get(file) as Buffer, file), file).dependencies ?? [];
}

function parse<T>(schema: z.ZodType<T>, fields: unknown, file: string): T {
  const parsed = schema.safeParse(fields);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new ChartError(
    `${file}: ${shown(issue?.path.join('.') ?? '')} ${issue?.message ?? 'does not parse'}`,
  );
}

function refuseTwins(all: readonly ChartDependency[]): void {
  const seen = new Set<string>();
  for (const { name, alias } of all) {
    const key = alias || name;
    if (seen.has(key))
      throw new ChartError(`Chart.yaml: dependencies has ${shown(key)} twice; give one of them an alias`);
    seen.add(key);
  }
}
