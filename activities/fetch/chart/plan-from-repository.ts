import { compareVersions, parseVersion } from '../../../api/formats/semver.ts';
import type { HelmChart } from '../../../api/helm-chart.ts';
import { type HelmRepository, isOci } from '../../../api/helm-repository.ts';
import { Reason } from '../../../api/reasons.ts';
import { failed } from '../../failures.ts';
import type { ChartRepositories, ChartVersion, SignatureKeys } from '../helm/contract.ts';
import { chartFailure, withReason } from './chart-failure.ts';
import { ChartBudget, ChartError, type ChartFiles } from './chart-files.ts';
import { type ChartMetadata, isChartName, readChartMetadata } from './chart-metadata.ts';
import type { ChartBuildOptions } from './contract.ts';
import { loadChart } from './load-chart.ts';
import { packChart, withBuildMetadata } from './pack-chart.ts';
import { type ChartPlan, changed, type MadeChart } from './plan.ts';
import { readChartArchive } from './read-chart-archive.ts';
import { mergeFromChart, valuesFilesOf } from './values-files.ts';

export type RepositoryCharts = Pick<ChartRepositories, 'resolve' | 'download' | 'verify'>;

interface Wanted {
  readonly chart: HelmChart;
  readonly repository: HelmRepository;
  readonly charts: RepositoryCharts;
  readonly options: ChartBuildOptions;
}

/**
 * Plans the chart of a HelmRepository: the archive as it is there or, with `spec.valuesFiles`, packed again with the
 * generation as build metadata, so that whoever consumes it notices other values. Asks a registry for its tags only.
 */
export async function planFromRepository(wanted: Wanted): Promise<ChartPlan> {
  const { chart, repository, charts, options } = wanted;
  checkName(chart.spec.chart, isOci(repository.spec));
  const verify = keysOf(wanted);
  const found = await charts.resolve(
    repository,
    { chart: chart.spec.chart, version: chart.spec.version, index: repository.status?.artifact },
    options,
  );
  // A registry may have charts in folders; the chart itself is called by the last name.
  const name = found.name.split('/').at(-1) ?? '';
  const { valuesFiles } = valuesFilesOf(chart.spec);
  const pulled = valuesFiles.length === 0;
  const version = pulled
    ? found.version
    : await withReason(Reason.MetadataPatchError, `chart '${name}'`, () =>
        withBuildMetadata(found.version, String(chart.metadata.generation)),
      );
  return {
    name,
    version,
    pulled,
    valuesFiles,
    ...(verify && { verify: () => charts.verify(repository, found, { ...options, verify }) }),
    make: () => make(wanted, { name, version, found, verify }),
  };
}

function checkName(name: string, isRegistry: boolean): void {
  const segments = isRegistry ? name.split('/') : [name];
  if (segments.every(isChartName)) return;
  throw chartFailure(
    Reason.InvalidChartReference,
    `invalid chart name '${name.slice(0, 200)}': use letters, digits, ".", "_" and "-" that begin with a letter or digit in spec.chart`,
  );
}

function keysOf({ chart, repository }: Wanted): SignatureKeys | undefined {
  const { verify } = chart.spec;
  if (verify === undefined) return undefined;
  if (!isOci(repository.spec)) {
    throw unverifiable(
      `HelmRepository '${repository.metadata.name}' is no registry, and only charts of registries can be verified`,
    );
  }
  // Unsupported fields are refused earlier; a signature that is asked for is never passed over.
  if (verify.provider !== 'cosign' || verify.secretRef === undefined)
    throw unverifiable('only public keys of cosign in a Secret are supported');
  return { namespace: chart.metadata.namespace, secretName: verify.secretRef.name };
}

function unverifiable(why: string): Error {
  return failed(Reason.ChartVerificationError, `chart verification error: ${why}; correct spec.verify`);
}

interface Found {
  readonly name: string;
  readonly version: string;
  readonly found: ChartVersion;
  readonly verify: SignatureKeys | undefined;
}

async function make(
  { chart, repository, charts, options }: Wanted,
  { name, version, found, verify }: Found,
): Promise<MadeChart> {
  const what = `chart '${name}' with version '${found.version}' of HelmRepository '${repository.metadata.name}'`;
  const { content } = await charts.download(repository, found, { ...options, ...(verify && { verify }) });
  const budget = new ChartBudget();
  const files = await withReason(Reason.ChartPullError, what, async () => {
    const read = await readChartArchive(content, budget);
    checkIdentity(readChartMetadata(read), { name, version: found.version });
    return read;
  });
  const spec = valuesFilesOf(chart.spec);
  // What stays as it is, helm checks in whole when it is released, as with Flux.
  if (spec.valuesFiles.length === 0) return { archive: content, valuesFiles: [], dependencies: 0 };
  await withReason(Reason.ChartPackageError, what, () => loadChart(files, budget));
  const values = await withReason(Reason.ValuesFilesError, `failed to merge values of ${what}`, () =>
    mergeFromChart(spec, files),
  );
  const archive = await withReason(Reason.ChartPackageError, what, () =>
    repack(name, files, { version, values }),
  );
  return { archive, valuesFiles: values.files, dependencies: 0 };
}

async function repack(
  name: string,
  files: ChartFiles,
  change: Parameters<typeof changed>[1],
): Promise<Buffer> {
  return await packChart({ name }, changed(files, change));
}

function checkIdentity(own: ChartMetadata, { name, version }: Pick<ChartMetadata, 'name' | 'version'>): void {
  if (own.name !== name) throw new ChartError(`its Chart.yaml calls it '${own.name}'`);
  if (!isSameVersion(own.version, version))
    throw new ChartError(`its Chart.yaml says that its version is '${own.version}'`);
}

/** An index may write a `v`, and a tag of a registry cannot hold a plus. */
function isSameVersion(a: string, b: string): boolean {
  const [left, right] = [parseVersion(a), parseVersion(b.replace('_', '+'))];
  return left !== undefined && right !== undefined && compareVersions(left, right) === 0;
}
