import { readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import type { Artifact } from '../../../api/artifact.ts';
import type { HelmChart } from '../../../api/helm-chart.ts';
import { Reason } from '../../../api/reasons.ts';
import { entryInside, resolveInside } from '../../build/inside.ts';
import { commitOf } from '../resolve.ts';
import { chartFailure, withReason } from './chart-failure.ts';
import { CHART_LIMITS, ChartBudget, ChartError, type ChartFiles, withoutBom } from './chart-files.ts';
import { type ChartMetadata, readChartMetadata } from './chart-metadata.ts';
import { addDependencies, type FetchDependency } from './dependencies.ts';
import { readChartAt } from './fetch-dependency.ts';
import { loadChart } from './load-chart.ts';
import { packChart, withBuildMetadata } from './pack-chart.ts';
import { type ChartPlan, changed, type MadeChart } from './plan.ts';
import { mergeFromArtifact, valuesFilesOf } from './values-files.ts';

interface Wanted {
  readonly chart: HelmChart;
  readonly artifact: Pick<Artifact, 'revision'>;
  /** The artifact as a directory that is only read: what is added to a chart is added to a copy in memory. */
  readonly directory: string;
  readonly fetchDependency: (place: { readonly root: string; readonly path: string }) => FetchDependency;
}

interface Place {
  readonly root: string;
  readonly path: string;
  readonly isDirectory: boolean;
  readonly metadata: ChartMetadata;
  /** For messages. */
  readonly what: string;
}

/** How much of a commit goes into a version: labels with it may have 63 characters in all. */
const SHORT_COMMIT = 12;

/** Plans the chart at a path of a Git artifact: a directory, packed with its dependencies, or a package. */
export async function planFromGit(wanted: Wanted): Promise<ChartPlan> {
  const { spec } = wanted.chart;
  const what = `chart '${spec.chart.slice(0, 200)}' of GitRepository '${spec.sourceRef.name}'`;
  const place = await withReason(Reason.InvalidChartReference, what, () => find(wanted, what));
  const { valuesFiles } = valuesFilesOf(spec);
  const metadata = buildMetadata(wanted, valuesFiles.length > 0);
  const { name } = place.metadata;
  const version =
    metadata === ''
      ? place.metadata.version
      : await withReason(Reason.MetadataPatchError, what, () =>
          withBuildMetadata(place.metadata.version, metadata),
        );
  const pulled = !place.isDirectory && metadata === '';
  return { name, version, pulled, valuesFiles, make: () => make(wanted, place, { version, pulled }) };
}

function buildMetadata({ chart, artifact }: Wanted, hasValuesFiles: boolean): string {
  const parts: string[] = [];
  if (chart.spec.reconcileStrategy === 'Revision') {
    const commit = commitOf(artifact.revision);
    if (commit === undefined)
      throw chartFailure(Reason.MetadataPatchError, `the revision '${artifact.revision}' names no commit`);
    parts.push(commit.slice(0, SHORT_COMMIT));
  }
  if (hasValuesFiles) parts.push(String(chart.metadata.generation));
  return parts.join('.');
}

async function find({ chart, directory }: Wanted, what: string): Promise<Place> {
  const root = await realpath(directory);
  if (chart.spec.chart === '') throw new ChartError('spec.chart is empty; write the path of the chart');
  const path = resolveInside('', chart.spec.chart);
  const { kind } = await entryInside(root, path);
  const isDirectory = kind === 'directory';
  const files = isDirectory
    ? await metadataFiles(root, path)
    : await readChartAt(root, path, new ChartBudget());
  return { root, path, isDirectory, metadata: readChartMetadata(files), what };
}

/** Just what the name, version and dependencies are read from. */
async function metadataFiles(root: string, path: string): Promise<ChartFiles> {
  const files = new Map<string, Buffer>();
  for (const name of ['Chart.yaml', 'requirements.yaml']) {
    const entry = await entryInside(root, join(path, name)).catch(() => undefined);
    if (entry?.kind !== 'file') continue;
    if (entry.size > CHART_LIMITS.fileBytes)
      throw new ChartError(`${name} is larger than ${CHART_LIMITS.fileBytes} bytes`);
    files.set(name, withoutBom(await readFile(join(root, path, name))));
  }
  return files;
}

async function make(
  { chart, fetchDependency }: Wanted,
  place: Place,
  { version, pulled }: Pick<ChartPlan, 'version' | 'pulled'>,
): Promise<MadeChart> {
  const { root, path, what } = place;
  if (pulled) return { archive: await readFile(join(root, path)), valuesFiles: [], dependencies: 0 };
  const spec = valuesFilesOf(chart.spec);
  const values =
    spec.valuesFiles.length === 0
      ? undefined
      : await withReason(Reason.ValuesFilesError, what, () => mergeFromArtifact(spec, root));
  const budget = new ChartBudget();
  const loaded = await withReason(Reason.ChartPackageError, what, async () =>
    loadChart(await readChartAt(root, path, budget), budget),
  );
  const { files, added } = place.isDirectory
    ? await addDependencies(loaded, budget, fetchDependency({ root, path }))
    : { files: loaded.files, added: 0 };
  const isPatched = version !== loaded.metadata.version || values !== undefined;
  const final = isPatched ? changed(files, { version, values }) : files;
  const archive = await withReason(Reason.ChartPackageError, what, () => packChart(loaded.metadata, final));
  return { archive, valuesFiles: values?.files ?? [], dependencies: added };
}
