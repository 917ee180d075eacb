import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ChartBudget } from '../../../../../activities/fetch/chart/chart-files.ts';
import { readChartArchive } from '../../../../../activities/fetch/chart/read-chart-archive.ts';
import { createChartRepositories } from '../../../../../activities/fetch/helm/create-chart-repositories.ts';
import { createHttpClient, type HttpClient } from '../../../../../activities/fetch/http/client.ts';
import { createRegistryClient } from '../../../../../activities/fetch/oci/client.ts';
import { createOpenArchive } from '../../../../../activities/fetch/open-artifact.ts';
import { createArtifactStore } from '../../../../../activities/fetch/store.ts';
import { helmRepository } from '../../../../../api/helm-repository.ts';
import {
  aHelmChart,
  aRepository,
  type ChartBench,
  createChartBench,
  failureOf,
  NAMESPACE,
} from '../../../../support/chart-bench.ts';
import { type ChartRegistry, startChartRegistry } from '../../../../support/chart-registry.ts';
import { type ChartServer, startChartServer } from '../../../../support/chart-server.ts';
import { packageChart } from '../../../../support/charts.ts';

const AUTH = { username: 'ann', password: 'correct horse' };
const step = { signal: new AbortController().signal, heartbeat: () => undefined };

let folder: string;
let server: ChartServer;
let registry: ChartRegistry;
let client: HttpClient;
let bench: ChartBench;
let repositories: ReturnType<typeof createChartRepositories>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pawl-real-'));
  server = await startChartServer({ root: join(folder, 'served'), path: '/charts', auth: AUTH });
  await server.publishAll([await packageChart('web', { version: '1.0.0' }), await packageChart('library')]);
  registry = await startChartRegistry(folder);
  await registry.push('library');
  client = createHttpClient();
  const store = createArtifactStore(join(folder, 'artifacts'));
  repositories = createChartRepositories({
    askForArtifact: () => Promise.resolve(),
    client,
    cloudLogin: () => Promise.reject(new Error('no cloud here')),
    registry: createRegistryClient({ client }),
    readSecret: async (_namespace, name) =>
      name === 'ann'
        ? { username: Buffer.from(AUTH.username), password: Buffer.from(AUTH.password) }
        : undefined,
    store,
    openArchive: createOpenArchive({ dataDir: folder, store }),
    dataDir: folder,
    advertisedUrl: 'http://127.0.0.1:9',
  });
  bench = await createChartBench(repositories);
}, 600_000);
afterAll(async () => {
  await bench[Symbol.asyncDispose]();
  await client.close();
  await registry[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

async function fetched(url: string) {
  const { status: _none, ...repository } = aRepository('charts', url, { secretRef: { name: 'ann' } });
  const { artifact } = await repositories.fetchIndex(repository, step);
  return helmRepository.parse({ ...repository, status: { artifact } });
}

async function needing(repository: string) {
  return await bench.git({
    'Chart.yaml': `apiVersion: v2\nname: app\nversion: 1.0.0\ndependencies:\n- {name: library, version: ^2, repository: "${repository}"}\n`,
  });
}

const fromGit = aHelmChart('.', {}, { kind: 'GitRepository' });

describe('with real repositories', () => {
  it('a chart over HTTP is that of the server, found in the stored index', async () => {
    const source = await fetched(server.url);
    server.clearRequests();

    const built = await bench.builder.build(aHelmChart('web', { version: '>=0.5.0' }), source, step);

    expect(built).toMatchObject({ version: '1.0.0', pulled: true });
    expect(await bench.read(built.artifact)).toEqual(
      await readFile(await packageChart('web', { version: '1.0.0' })),
    );
    expect(server.requests.map(({ path }) => path)).toEqual(['/charts/web-1.0.0.tgz']);
  });

  it('a version that does not exist stalls the chart and names what there is', async () => {
    const said = await failureOf(
      bench.builder.build(aHelmChart('web', { version: '9.x' }), await fetched(server.url), step),
    );

    expect(said).toContain(
      'stalled InvalidChartReference: invalid chart reference: failed to get chart version',
    );
    expect(said).toContain('1.0.0');
  });

  it('a dependency comes with the credentials of the HelmRepository of its URL', async () => {
    bench.repositories.splice(0, 1, await fetched(server.url));

    const { artifact } = await bench.builder.build(fromGit, await needing(`${server.url}/`), step);

    expect([...(await readChartArchive(await bench.read(artifact), new ChartBudget())).keys()]).toEqual([
      'Chart.yaml',
      'charts/library-2.3.0.tgz',
    ]);
  });

  it('a dependency of a repository that no object names is asked for without credentials', async () => {
    bench.repositories.splice(0);

    const said = await failureOf(bench.builder.build(fromGit, await needing(server.url), step));

    expect(said).toContain(
      "DependencyBuildError: dependency build error: failed to add remote dependency 'library': ",
    );
    expect(said).not.toContain(AUTH.password);
  });

  it('a dependency of a registry', async () => {
    bench.repositories.splice(0, 1, aRepository('oci', registry.url, { insecure: true }));

    const built = await bench.builder.build(fromGit, await needing(registry.url), step);

    expect(built).toMatchObject({ dependencies: 1, version: '1.0.0' });
  });

  it('a chart of a registry', async () => {
    const source = aRepository('oci', registry.url, { insecure: true });

    const built = await bench.builder.build(aHelmChart('library'), source, step);

    expect(built.artifact.path).toBe(`helmchart/${NAMESPACE}/chart/library-2.3.0.tgz`);
  });
});
