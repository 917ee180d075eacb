import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { createApplyMemo } from '../activities/apply/memo.ts';
import { createBuilder } from '../activities/build/build.ts';
import type { Deps, Policy } from '../activities/deps.ts';
import { messageOf } from '../activities/failures.ts';
import { createFence } from '../activities/fence.ts';
import { createAskForArtifact } from '../activities/fetch/ask-for-artifact.ts';
import { createGitFetcher } from '../activities/fetch/create-git-fetcher.ts';
import { createOpenArtifact } from '../activities/fetch/open-artifact.ts';
import { createArtifactStore } from '../activities/fetch/store.ts';
import { createActivities } from '../activities/index.ts';
import { createKubeClient } from '../activities/kube/client.ts';
import { loadKubeAccess } from '../activities/kube/config.ts';
import { createImpersonation } from '../activities/kube/impersonate.ts';
import { createMemory } from '../activities/observe/memory.ts';
import { createEventRecorder } from '../activities/status/events.ts';
import { taskQueue } from '../api/names.ts';
import { createRuns } from '../client/runs.ts';
import { connectTemporal, type TemporalOptions, temporalConfig } from '../client/temporal.ts';
import { ensureTool } from '../tools/build.ts';
import { startArtifactServer } from './artifact-server.ts';
import { loadWorkflowBundle } from './bundle.ts';
import { takeDataSlot } from './data-slot.ts';
import { createLog, type Log } from './log.ts';
import { installRuntime } from './runtime.ts';
import { ensureSearchAttributes } from './search-attributes.ts';
import { createWatchActivities } from './watch/activity.ts';
import { keepWatch, startWatch } from './watch/keep-watch.ts';

export interface WorkerOptions {
  readonly kubeconfig?: string | undefined;
  readonly context?: string | undefined;
  readonly temporal: TemporalOptions;
  /** Names this cluster in the ids of its runs. */
  readonly cluster: string;
  /** Mirrors, artifacts and scratch: a cache, may be lost. Workers of one machine may share it. */
  readonly dataDir: string;
  /** `host:port` where artifacts are served. */
  readonly artifactAddress: string;
  /** `host:port` under which others reach it; the listening address when left out. */
  readonly artifactAdvertise?: string | undefined;
  readonly policy: Policy;
  readonly logLevel: string;
  readonly signal: AbortSignal;
}

/** Runs a worker until the signal aborts: then it finishes what it began, for up to five seconds. */
export async function runWorker(options: WorkerOptions): Promise<void> {
  const log = createLog(options.logLevel);
  installRuntime(log);
  await using cleanup = new AsyncDisposableStack();
  const { directory: dataDir } = cleanup.use(await takeDataSlot(options.dataDir));
  const client = await connectTemporal(options.temporal);
  cleanup.defer(() => client.connection.close());
  await ensureSearchAttributes(client);
  const deps = await openDeps({ ...options, dataDir }, { client, log, cleanup });

  const { connection: settings, namespace } = temporalConfig(options.temporal);
  const connection = await NativeConnection.connect(settings);
  cleanup.defer(() => connection.close());
  const { kube, runs } = deps;
  const worker = await Worker.create({
    connection,
    namespace,
    taskQueue: taskQueue(options.cluster),
    workflowBundle: await loadWorkflowBundle(),
    activities: {
      ...createActivities(deps),
      ...createWatchActivities({ kube, client, runs, log, shutdown: options.signal }),
    },
    // Runs are short and few are open at once; what is not cached is replayed from its few events.
    maxCachedWorkflows: 500,
    // A look at the health of what was just applied waits inside its task.
    maxConcurrentWorkflowTaskExecutions: 40,
    maxConcurrentLocalActivityExecutions: 100,
    maxConcurrentActivityTaskExecutions: 2_000,
    // What takes longer is a wait, or goes on elsewhere from where it was.
    shutdownGraceTime: '5s',
  });
  await startWatch({ client, cluster: options.cluster });
  const ended = new AbortController();
  const watched = keepWatch({
    client,
    cluster: options.cluster,
    signal: AbortSignal.any([options.signal, ended.signal]),
    onError: (error) => log.warn({ error: messageOf(error) }, 'the watch could not be looked after'),
  });
  cleanup.defer(() => {
    ended.abort();
    return watched;
  });
  log.info({ cluster: options.cluster, namespace }, 'worker started');
  const running = worker.run();
  // Who is told to stop while starting stops as well; before it runs, a worker refuses to shut down.
  if (options.signal.aborted) worker.shutdown();
  else options.signal.addEventListener('abort', () => worker.shutdown(), { once: true });
  await running;
  log.info({}, 'worker stopped');
}

interface Opened {
  readonly client: Client;
  readonly log: Log;
  readonly cleanup: AsyncDisposableStack;
}

/** Opens everything that steps need, each with its end. */
async function openDeps(options: WorkerOptions, { client, log, cleanup }: Opened): Promise<Deps> {
  const { dataDir, policy } = options;
  const fence = createFence((silentMs) =>
    log.warn({ silentMs }, 'this process stood still; begun attempts are void'),
  );
  cleanup.defer(() => fence.close());
  const access = loadKubeAccess({ kubeconfig: options.kubeconfig, context: options.context });
  const kube = createKubeClient(access, { assertMayWrite: () => fence.assertMayWrite() });
  cleanup.defer(() => kube.close());
  const store = createArtifactStore(join(dataDir, 'artifacts'));
  const server = await startArtifactServer({ store, address: options.artifactAddress });
  cleanup.defer(() => server.close());
  const advertisedUrl = options.artifactAdvertise ? `http://${options.artifactAdvertise}` : server.url;
  const events = createEventRecorder(
    kube,
    (error) => log.warn({ error: String(error) }, 'an event could not be written'),
    now,
  );
  cleanup.defer(() => events.flush());
  const runs = createRuns(client, options.cluster);
  return {
    kube,
    impersonate: createImpersonation(kube, policy),
    applyMemo: createApplyMemo(),
    runs,
    git: createGitFetcher({ dataDir, store, advertisedUrl, readSecret: secretReader(kube) }),
    store,
    openArtifact: createOpenArtifact({ dataDir, store }),
    askForArtifact: createAskForArtifact(runs),
    builder: createBuilder({
      kustomize: await ensureTool('kustomize'),
      scratchDir: join(dataDir, 'scratch'),
    }),
    events,
    memory: createMemory(),
    fence,
    log,
    policy,
    now,
  };
}

function secretReader(kube: Deps['kube']) {
  return async (namespace: string, name: string): Promise<Readonly<Record<string, Buffer>> | undefined> => {
    const secret = await kube.get({ apiVersion: 'v1', kind: 'Secret', namespace, name });
    if (!secret) return undefined;
    const data = (secret['data'] ?? {}) as Record<string, string>;
    return Object.fromEntries(
      Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64')]),
    );
  };
}

function now(): Date {
  return new Date();
}
