import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { ApplicationFailure } from '@temporalio/common';
import type { BuiltChart, ChartBuilder } from '../../activities/fetch/chart/contract.ts';
import { createChartBuilder } from '../../activities/fetch/chart/create-chart-builder.ts';
import type { RepositoryCharts } from '../../activities/fetch/chart/plan-from-repository.ts';
import type { RepositoryRef } from '../../activities/fetch/helm/contract.ts';
import { chooseVersion } from '../../activities/fetch/helm/resolve-version.ts';
import { createOpenArtifact } from '../../activities/fetch/open-artifact.ts';
import { createArtifactStore } from '../../activities/fetch/store.ts';
import { gzipped } from '../../activities/fetch/tar-gz.ts';
import { TAR_END, tarEntry } from '../../activities/fetch/tar-writer.ts';
import { built as builtStatus } from '../../activities/status/helm-chart-status.ts';
import type { Artifact } from '../../api/artifact.ts';
import { type GitRepository, gitRepository } from '../../api/git-repository.ts';
import { type HelmChart, helmChart } from '../../api/helm-chart.ts';
import { type HelmRepository, helmRepository } from '../../api/helm-repository.ts';

export const NAMESPACE = 'apps';
export const COMMIT = 'c0ffee0123456789c0ffee0123456789c0ffee01';

/** One call of a repository, such as `download charts/web 0.1.0`; the repository is `<secret>@<url>` where it is none of the bench. */
export type RepositoryCall = string;

/** A worker's chart builder with a store of its own, and repositories that live in memory. */
export interface ChartBench extends AsyncDisposable {
  readonly builder: ChartBuilder;
  readonly calls: RepositoryCall[];
  /** Offers packages below a URL. */
  publish(url: string, ...files: readonly string[]): Promise<void>;
  /** Offers anything as a version of a chart. */
  offer(
    url: string,
    chart: { readonly name: string; readonly version: string; readonly content: Buffer },
  ): void;
  /** What the next call throws. */
  failWith(error: Error | undefined): void;
  /** The HelmRepositories of the namespace. */
  readonly repositories: HelmRepository[];
  /** A GitRepository whose artifact holds the files. */
  git(files: Readonly<Record<string, string | Buffer>>): Promise<GitRepository>;
  read(artifact: Artifact): Promise<Buffer>;
  discard(artifact: Artifact): Promise<void>;
}

interface Offered {
  readonly name: string;
  readonly version: string;
  readonly content: Buffer;
}

export async function createChartBench(instead: Partial<RepositoryCharts> = {}): Promise<ChartBench> {
  const dataDir = await mkdtemp(join(tmpdir(), 'pawl-charts-'));
  const store = createArtifactStore(join(dataDir, 'artifacts'));
  const offered = new Map<string, Offered[]>();
  const repositories: HelmRepository[] = [];
  const calls: RepositoryCall[] = [];
  let failure: Error | undefined;
  const offer: ChartBench['offer'] = (url, chart) => {
    offered.set(url, [chart, ...(offered.get(url) ?? [])]);
  };
  const note = (what: string, { spec }: RepositoryRef, of: { name: string; version: string }) => {
    const who = spec.secretRef ? `${spec.secretRef.name}@` : '';
    calls.push(`${what} ${who}${spec.url} ${of.name} ${of.version}`);
    if (failure) throw failure;
  };
  const charts: RepositoryCharts = {
    async resolve(repository, { chart, version }) {
      note('resolve', repository, { name: chart, version });
      const all = (offered.get(repository.spec.url) ?? []).filter(({ name }) => name === chart);
      const found = chooseVersion(
        all.map((each) => ({ name: each.name, version: each.version, urls: [] })),
        chart,
        version,
      );
      if ('version' in found) return found;
      throw new Error(found.problem);
    },
    async download(repository, wanted, { verify }) {
      note(verify ? `download verified by ${verify.secretName}` : 'download', repository, wanted);
      const found = offered
        .get(repository.spec.url)
        ?.find(({ name, version }) => name === wanted.name && version === wanted.version);
      if (!found) throw new Error('the bench has no such chart');
      return { content: found.content, digest: 'sha256:x', isVerified: verify !== undefined };
    },
    async verify(repository, wanted) {
      note('verify', repository, wanted);
    },
  };

  return {
    builder: createChartBuilder({
      askForArtifact: () => Promise.resolve(),
      store,
      advertisedUrl: OURS,
      openArtifact: createOpenArtifact({ dataDir, store }),
      repositories: { ...charts, ...instead },
      listRepositories: async (namespace) =>
        repositories.filter(({ metadata }) => metadata.namespace === namespace),
    }),
    calls,
    repositories,
    offer,
    failWith: (error) => {
      failure = error;
    },
    async publish(url, ...files) {
      for (const file of files) {
        const [, name = '', version = ''] = /^(.+?)-(v?\d.*)\.tgz$/.exec(basename(file)) ?? [];
        offer(url, { name, version, content: await readFile(file) });
      }
    },
    async git(files) {
      const blocks = Object.entries(files).flatMap(([path, content]) => [
        ...tarEntry({ path, type: 'file', mode: 0o600, content: Buffer.from(content as string) }),
      ]);
      const owner = { kind: 'GitRepository', namespace: NAMESPACE, name: 'repo' };
      const stored = await store.put(owner, COMMIT, gzipped([...blocks, TAR_END]));
      return aGitRepository(stored);
    },
    async read({ path }) {
      const found = await store.fileOf(path);
      if (found === undefined) throw new Error(`the store has no ${path}`);
      return await readFile(found);
    },
    discard: ({ path }) => store.discard(path),
    [Symbol.asyncDispose]: () => rm(dataDir, { recursive: true, force: true }),
  };
}

/** Nobody listens there. */
const OURS = 'http://127.0.0.1:9';

const metadata = (name: string, generation = 1) => ({
  name,
  namespace: NAMESPACE,
  uid: name,
  resourceVersion: '1',
  generation,
});
const source = { apiVersion: 'source.toolkit.fluxcd.io/v1' };

function aGitRepository(stored: { readonly path: string; readonly digest: string }): GitRepository {
  const revision = `main@sha1:${COMMIT}`;
  const artifact = {
    ...stored,
    revision,
    url: `${OURS}/${stored.path}`,
    lastUpdateTime: '2026-01-01T00:00:00Z',
  };
  return gitRepository.parse({
    ...source,
    kind: 'GitRepository',
    metadata: metadata('repo'),
    spec: { url: 'https://git.example/repo', interval: '1m' },
    status: { artifact },
  });
}

export function aRepository(
  name: string,
  url: string,
  spec: Partial<HelmRepository['spec']> = {},
): HelmRepository {
  const isRegistry = url.startsWith('oci://');
  const artifact = {
    digest: `sha256:${'1'.repeat(64)}`,
    revision: `sha256:${'1'.repeat(64)}`,
    path: `helmrepository/${NAMESPACE}/${name}/index-1.yaml`,
    url: `${OURS}/index.yaml`,
    lastUpdateTime: '2026-01-01T00:00:00Z',
  };
  return helmRepository.parse({
    ...source,
    kind: 'HelmRepository',
    metadata: metadata(name),
    spec: { url, interval: '1m', ...(isRegistry && { type: 'oci' }), ...spec },
    ...(!isRegistry && { status: { artifact } }),
  });
}

/** The HelmRepository at another index. */
export function withIndex(repository: HelmRepository, digit: string): HelmRepository {
  const revision = `sha256:${digit.repeat(64)}`;
  return helmRepository.parse({
    ...repository,
    status: { artifact: { ...repository.status?.artifact, revision, digest: revision } },
  });
}

export function aHelmChart(
  chart: string,
  spec: Partial<HelmChart['spec']> = {},
  { kind = 'HelmRepository', generation = 1 }: { readonly kind?: string; readonly generation?: number } = {},
): HelmChart {
  return helmChart.parse({
    ...source,
    kind: 'HelmChart',
    metadata: metadata('chart', generation),
    spec: {
      chart,
      interval: '1m',
      sourceRef: { kind, name: kind === 'HelmRepository' ? 'charts' : 'repo' },
      ...spec,
    },
  });
}

/** The chart after a run that built it. */
export function after(chart: HelmChart, built: BuiltChart): HelmChart {
  return helmChart.parse({ ...chart, status: builtStatus(chart, built, new Date(0)) });
}

/** What a step says when it fails: `[stalled ]<reason>: <message>`, or `retried` before it; fails itself when it does not. */
export async function failureOf(step: Promise<unknown>): Promise<string> {
  const error = await step.then(
    () => new Error('the step did not fail'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ApplicationFailure)) throw error;
  const [detail] = error.details as [{ readonly stalled: boolean }];
  const mark = detail.stalled ? 'stalled ' : error.nonRetryable === true ? '' : 'retried ';
  return `${mark}${error.type}: ${error.message}`;
}
