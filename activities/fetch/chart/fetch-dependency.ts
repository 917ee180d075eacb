import { readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import type { HelmRepository } from '../../../api/helm-repository.ts';
import { entryInside, resolveInside } from '../../build/inside.ts';
import type { ChartRepositories, RepositoryRef } from '../helm/contract.ts';
import { type ChartBudget, ChartError, type ChartFiles, checkArchiveSize, shown } from './chart-files.ts';
import type { ChartDependency } from './chart-metadata.ts';
import type { ChartBuildOptions } from './contract.ts';
import { type FetchDependency, isLocal } from './dependencies.ts';
import { loadChart } from './load-chart.ts';
import { packChart } from './pack-chart.ts';
import { readChartArchive } from './read-chart-archive.ts';
import { readChartDirectory } from './read-chart-directory.ts';

export interface DependencyPlaces {
  /** The directory of the artifact, and the chart's in it; nothing outside of it is read. */
  readonly root: string;
  readonly path: string;
  readonly repositories: Pick<ChartRepositories, 'resolve' | 'download'>;
  /** The HelmRepositories of the chart's namespace. */
  readonly listRepositories: () => Promise<readonly HelmRepository[]>;
  readonly namespace: string;
}

/**
 * Fetches dependencies from the artifact itself (`file://`), or from repositories: with the credentials of the
 * HelmRepository of the namespace that has the same URL, else without any.
 */
export function createFetchDependency(places: DependencyPlaces, options: ChartBuildOptions): FetchDependency {
  let listed: Promise<readonly HelmRepository[]> | undefined;

  return async (dependency, budget) => {
    if (isLocal(dependency.repository)) return await local(places, dependency, budget);
    const url = normalizedUrl(dependency.repository);
    listed ??= places.listRepositories();
    const repository = repositoryFor(url, await listed, places.namespace);
    return await remote({ places, options, repository }, dependency, budget);
  };
}

async function local({ root, path }: DependencyPlaces, dependency: ChartDependency, budget: ChartBudget) {
  const { name, repository } = dependency;
  // An absolute one begins at the chart, as in Flux: nobody else's directories are meant.
  const target =
    repository === '' ? `charts/${name}` : repository.slice('file://'.length).replace(/^\/+/, '');
  const files = await readChartAt(root, resolveInside(path, target), budget);
  const { metadata } = await loadChart(files, budget);
  return { metadata, archive: await packChart(metadata, files) };
}

/** The files of the chart at a path of an artifact, a directory or a package. Throws a ChartError or PathError. */
export async function readChartAt(root: string, path: string, budget: ChartBudget): Promise<ChartFiles> {
  const real = await realpath(root);
  const entry = await entryInside(real, path);
  const absolute = join(real, entry.path);
  if (entry.kind === 'directory') return await readChartDirectory(absolute, budget);
  checkArchiveSize(entry.size);
  return await readChartArchive(await readFile(absolute), budget);
}

interface Remote {
  readonly places: DependencyPlaces;
  readonly options: ChartBuildOptions;
  readonly repository: RepositoryRef & Pick<HelmRepository, 'status'>;
}

async function remote(
  { places: { repositories }, options, repository }: Remote,
  dependency: ChartDependency,
  budget: ChartBudget,
) {
  const { artifact } = repository.status ?? {};
  const wanted = { chart: dependency.name, version: dependency.version, index: artifact };
  const found = await repositories.resolve(repository, wanted, options);
  const { content } = await repositories.download(repository, found, options);
  const { metadata } = await loadChart(await readChartArchive(content, budget), budget);
  return { metadata, archive: content };
}

/** The HelmRepository of the URL, the first by name; one without credentials when there is none. */
function repositoryFor(
  url: string,
  all: readonly HelmRepository[],
  namespace: string,
): RepositoryRef & Pick<HelmRepository, 'status'> {
  const known = all
    .filter(({ spec }) => isRepositoryUrl(spec.url) && normalizedUrl(spec.url) === url)
    .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  if (known[0] !== undefined) return known[0];
  const type = url.startsWith('oci://') ? 'oci' : 'default';
  const spec = { url, type, timeout: '60s', provider: 'generic' } as const;
  return { metadata: { namespace, name: '' }, spec };
}

function isRepositoryUrl(url: string): boolean {
  return /^(https?|oci):\/\//.test(url);
}

/** As Flux compares them: a slash at the end of the path does not matter. Throws a {@link ChartError} for what is no repository. */
function normalizedUrl(url: string): string {
  if (url.startsWith('@') || url.startsWith('alias:')) {
    throw new ChartError(
      `aliased repository dependency is not supported: ${shown(url)}; write its URL into Chart.yaml`,
    );
  }
  if (!isRepositoryUrl(url))
    throw new ChartError(
      `invalid dependency repository URL: ${shown(url)}; use https://, http://, oci:// or file://`,
    );
  const [, path = '', query = ''] = /^([^?#]*)(.*)$/s.exec(url) ?? [];
  const end = url.startsWith('oci://') ? '' : '/';
  return `${path.replace(/\/+$/, '')}${end}${query}`;
}
