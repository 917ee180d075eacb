import { NativeConnection, Worker } from '@temporalio/worker';
import type { Policy } from '../activities/deps.ts';
import { messageOf } from '../activities/failures.ts';
import { createActivities } from '../activities/index.ts';
import { taskQueue } from '../api/names.ts';
import { connectTemporal, type TemporalOptions, temporalConfig } from '../client/temporal.ts';
import { loadWorkflowBundle } from './bundle.ts';
import { takeDataSlot } from './data-slot.ts';
import { createLog } from './log.ts';
import { openDeps } from './open-deps.ts';
import { createSignalRun } from './receiver/poke-object.ts';
import { startReceiverServer } from './receiver-server.ts';
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
  /** `host:port` where webhooks are answered. */
  readonly receiverAddress: string;
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
  const receiver = await startReceiverServer({
    kube,
    signalRun: createSignalRun(client, options.cluster),
    request: (ref, trigger) => runs.request(ref, trigger),
    policy: options.policy,
    log,
    address: options.receiverAddress,
  });
  cleanup.defer(() => receiver.close());
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
  options.signal.addEventListener('abort', () => void receiver.close(), { once: true });
  await running;
  log.info({}, 'worker stopped');
}
