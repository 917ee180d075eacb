import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ChartRepositories } from '../../activities/fetch/helm/contract.ts';
import { createChartRepositories } from '../../activities/fetch/helm/create-chart-repositories.ts';
import { createHttpClient } from '../../activities/fetch/http/client.ts';
import { createRegistryClient } from '../../activities/fetch/oci/client.ts';
import type { CloudLogin } from '../../activities/fetch/oci/login/contract.ts';
import { createOpenArchive } from '../../activities/fetch/open-artifact.ts';
import { type ArtifactStore, createArtifactStore } from '../../activities/fetch/store.ts';
import { type HelmRepository, helmRepository } from '../../api/helm-repository.ts';
import type { ObjectRef } from '../../api/object-ref.ts';
import { type ArtifactServer, startArtifactServer } from '../../workers/artifact-server.ts';

/** Charts of repositories as a worker has them, with an artifact server of its own. */
export interface ChartFixture extends AsyncDisposable {
  readonly charts: ChartRepositories;
  readonly store: ArtifactStore;
  readonly server: ArtifactServer;
  readonly dataDir: string;
  /** By `namespace/name`. */
  readonly secrets: Map<string, Readonly<Record<string, Buffer>>>;
  /** The sources that were asked for their artifact. */
  readonly asked: ObjectRef[];
  /** What was told to Temporal meanwhile. */
  readonly beats: unknown[];
  readonly options: { readonly signal: AbortSignal; readonly heartbeat: (detail: unknown) => void };
}

const NO_LOGIN: CloudLogin = () => Promise.reject(new Error('no cloud here'));

export async function createChartFixture(cloudLogin: CloudLogin = NO_LOGIN): Promise<ChartFixture> {
  const dataDir = await mkdtemp(join(tmpdir(), 'pawl-charts-'));
  const store = createArtifactStore(join(dataDir, 'artifacts'));
  const server = await startArtifactServer({ store });
  const client = createHttpClient();
  const secrets: ChartFixture['secrets'] = new Map();
  const asked: ObjectRef[] = [];
  const beats: unknown[] = [];
  const charts = createChartRepositories({
    client,
    store,
    dataDir,
    openArchive: createOpenArchive({ dataDir, store }),
    askForArtifact: async (source) => void asked.push(source),
    advertisedUrl: server.url,
    cloudLogin,
    registry: createRegistryClient({ client }),
    readSecret: async (namespace, name) => secrets.get(`${namespace}/${name}`),
  });
  return {
    charts,
    store,
    server,
    dataDir,
    secrets,
    asked,
    beats,
    options: { signal: new AbortController().signal, heartbeat: (detail) => void beats.push(detail) },
    async [Symbol.asyncDispose]() {
      await client.close();
      await server.close();
      await rm(dataDir, { recursive: true });
    },
  };
}

/** A HelmRepository `apps/charts`. */
export function helmRepositoryObject(
  spec: Readonly<Record<string, unknown>>,
  status?: object,
): HelmRepository {
  const metadata = { namespace: 'apps', name: 'charts', uid: 'uid-1', resourceVersion: '1', generation: 1 };
  const apiVersion = 'source.toolkit.fluxcd.io/v1';
  return helmRepository.parse({
    apiVersion,
    kind: 'HelmRepository',
    metadata,
    spec,
    ...(status && { status }),
  });
}
