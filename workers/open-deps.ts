import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import type { NativeConnection } from '@temporalio/worker';
import { createApplyMemo } from '../activities/apply/memo.ts';
import { createBuilder } from '../activities/build/build.ts';
import type { Deps } from '../activities/deps.ts';
import { createFence, type Fence } from '../activities/fence.ts';
import { type AskForArtifact, createAskForArtifact } from '../activities/fetch/ask-for-artifact.ts';
import { createChartBuilder } from '../activities/fetch/chart/create-chart-builder.ts';
import { createGitFetcher } from '../activities/fetch/create-git-fetcher.ts';
import { createGitRemotes } from '../activities/fetch/git-remotes.ts';
import { createGithubApp } from '../activities/fetch/github-app.ts';
import { createChartRepositories } from '../activities/fetch/helm/create-chart-repositories.ts';
import { createHttpClient, type HttpClient } from '../activities/fetch/http/client.ts';
import { createRegistryClient } from '../activities/fetch/oci/client.ts';
import type { RegistryClient } from '../activities/fetch/oci/contract.ts';
import { createCloudLogin } from '../activities/fetch/oci/login/cloud-login.ts';
import type { CloudLogin } from '../activities/fetch/oci/login/contract.ts';
import { createOpenArchive, createOpenArtifact } from '../activities/fetch/open-artifact.ts';
import { type ArtifactStore, createArtifactStore } from '../activities/fetch/store.ts';
import { createHelmRunner } from '../activities/helm/run/runner.ts';
import { createReleaseStorage } from '../activities/helm/storage/storage.ts';
import { createPullRequests } from '../activities/image/pull-request/create-pull-requests.ts';
import { createTagStore } from '../activities/image/repository/tag-store.ts';
import { createImageUpdater } from '../activities/image/update/create-image-updater.ts';
import type { KubeClient } from '../activities/kube/client.ts';
import { createKubeClient } from '../activities/kube/client.ts';
import { loadKubeAccess } from '../activities/kube/config.ts';
import { createImpersonation } from '../activities/kube/impersonate.ts';
import { secretReader } from '../activities/kube/secret-reader.ts';
import { createExpressLane } from '../activities/notify/express-lane.ts';
import { createMemory } from '../activities/observe/memory.ts';
import type { HelmRepository } from '../api/helm-repository.ts';
import { FieldManager } from '../api/names.ts';
import { API_VERSION, Kind } from '../api/object-ref.ts';
import { createRuns } from '../client/runs.ts';
import { ensureTool } from '../tools/build.ts';
import { startArtifactServer } from './artifact-server.ts';
import { clearScratch } from './clear-scratch.ts';
import type { Log } from './log.ts';
import type { WorkerOptions } from './main.ts';
import type { Monitoring } from './monitoring.ts';
import { openEvents } from './open-events.ts';

export interface Opened {
  readonly client: Client;
  /** The worker's own. */
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly log: Log;
  readonly cleanup: AsyncDisposableStack;
  readonly monitoring: Monitoring;
}

/** Opens everything that steps need, each with its end. */
export async function openDeps(options: WorkerOptions, opened: Opened): Promise<Deps> {
  const { client, log, cleanup, monitoring } = opened;
  const { dataDir, policy } = options;
  await clearScratch(dataDir);
  const fence = createFence((silentMs) => {
    monitoring.stoodStill();
    log.warn({ silentMs }, 'this process stood still; begun attempts are void');
  });
  cleanup.defer(() => fence.close());
  const access = loadKubeAccess({ kubeconfig: options.kubeconfig, context: options.context });
  const assertMayWrite = () => fence.assertMayWrite();
  const kube = createKubeClient(access, { assertMayWrite });
  cleanup.defer(() => kube.close());
  const store = createArtifactStore(join(dataDir, 'artifacts'));
  const server = await startArtifactServer({ store, address: options.artifactAddress });
  cleanup.defer(() => server.close());
  const advertisedUrl = options.artifactAdvertise ? `http://${options.artifactAdvertise}` : server.url;
  const { noCrossNamespaceRefs } = policy;
  const { cluster } = options;
  const told = openEvents({ kube, ...opened, cluster, noCrossNamespaceRefs, now });
  const runs = createRuns(client, cluster);
  const askForArtifact = createAskForArtifact(runs);
  const kustomize = { kustomize: await ensureTool('kustomize'), scratchDir: join(dataDir, 'scratch') };
  const http = createHttpClient();
  cleanup.defer(() => http.close());
  const githubApp = createGithubApp({ client: http });
  const cloudLogin = createCloudLogin({ client: http });
  const readSecret = secretReader(kube);
  const remotes = createGitRemotes({ dataDir, readSecret, githubApp });
  const registry = createRegistryClient({ client: http });
  return {
    kube,
    impersonate: createImpersonation(kube, policy),
    applyMemo: createApplyMemo(),
    runs,
    git: createGitFetcher({ remotes, store, advertisedUrl }),
    ...openSources({ dataDir, store, advertisedUrl, kube, askForArtifact, http, registry, cloudLogin }),
    store,
    askForArtifact,
    builder: createBuilder(kustomize),
    kustomize,
    ...(await openHelm({ dataDir, fence, cleanup, monitoring })),
    registry,
    cloudLogin,
    tags: createTagStore(join(dataDir, 'tags')),
    imageUpdater: createImageUpdater({ remotes, readSecret, dataDir, assertMayWrite, now }),
    pullRequests: createPullRequests({ client: http, githubApp, readSecret, assertMayWrite }),
    events: told.events,
    notifications: { ...told, lane: createExpressLane({ signal: options.signal }), http, readSecret },
    memory: createMemory(),
    fence,
    log,
    metrics: monitoring.metrics.told,
    policy,
    now,
  };
}

interface SourceOptions {
  readonly dataDir: string;
  readonly store: ArtifactStore;
  readonly advertisedUrl: string;
  readonly kube: KubeClient;
  readonly askForArtifact: AskForArtifact;
  readonly http: HttpClient;
  readonly registry: RegistryClient;
  readonly cloudLogin: CloudLogin;
}

/** What opens artifacts, and charts wherever they come from. */
function openSources(options: SourceOptions) {
  const { dataDir, store, advertisedUrl, kube, askForArtifact, http: client, registry, cloudLogin } = options;
  const openArtifact = createOpenArtifact({ dataDir, store });
  const openArchive = createOpenArchive({ dataDir, store });
  const readSecret = secretReader(kube);
  const shared = { store, advertisedUrl, askForArtifact };
  const access = { client, registry, readSecret, cloudLogin };
  const charts = createChartRepositories({ ...shared, ...access, openArchive, dataDir });
  const listRepositories = async (namespace: string) => {
    const kind = Kind.HelmRepository;
    const { items } = await kube.list({ apiVersion: API_VERSION[kind], kind, namespace });
    // Not parsed: of one with a bad field the others must not suffer.
    return items as unknown as readonly HelmRepository[];
  };
  const chartBuilder = createChartBuilder({
    ...shared,
    openArtifact,
    repositories: charts,
    listRepositories,
  });
  return { openArtifact, openArchive, charts, chartBuilder };
}

interface HelmOptions {
  readonly dataDir: string;
  readonly fence: Fence;
  readonly cleanup: AsyncDisposableStack;
  readonly monitoring: Monitoring;
}

async function openHelm({ dataDir, fence, cleanup, monitoring }: HelmOptions) {
  const scratchDir = join(dataDir, 'helm');
  const helm = createHelmRunner({ helm: await ensureTool('helm'), scratchDir, fence });
  cleanup.defer(() => helm.close());
  const help = 'Actions of helm that are at work, and that wait for their turn.';
  monitoring.metrics.gauge('pawl_helm_actions', help, 'state', () => ({ ...helm.load() }));
  return { helm, releases: createReleaseStorage(), driftMemo: createApplyMemo(undefined, FieldManager.helm) };
}

function now(): Date {
  return new Date();
}
