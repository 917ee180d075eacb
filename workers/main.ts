import type { Client } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import type { Policy } from '../activities/deps.ts';
import { messageOf } from '../activities/failures.ts';
import { connectTemporal, type TemporalOptions, temporalConfig } from '../client/temporal.ts';
import { createWorker } from './create-worker.ts';
import { takeDataSlot } from './data-slot.ts';
import { createLog, type Log } from './log.ts';
import { serveMonitoring } from './monitoring.ts';
import { openDeps } from './open-deps.ts';
import { readinessOf } from './readiness.ts';
import { createSignalRun } from './receiver/poke-object.ts';
import { startReceiverServer } from './receiver-server.ts';
import { installRuntime } from './runtime.ts';
import { ensureSearchAttributes } from './search-attributes.ts';
import { openTraces } from './traces/open-traces.ts';
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
  /** `host:port` of the metrics page. */
  readonly metricsAddress: string;
  /** `host:port` of what probes ask. */
  readonly healthAddress: string;
  readonly policy: Policy;
  readonly logLevel: string;
  readonly signal: AbortSignal;
}

/** Runs a worker until the signal aborts: then it finishes what it began, for up to five seconds. */
export async function runWorker(options: WorkerOptions): Promise<void> {
  const log = createLog(options.logLevel);
  const { metricsUrl } = await installRuntime(log);
  await using cleanup = new AsyncDisposableStack();
  const monitoring = await serveMonitoring({ ...options, temporalMetricsUrl: metricsUrl, log, cleanup });
  const { metrics, health } = monitoring;
  const { directory: dataDir } = cleanup.use(await takeDataSlot(options.dataDir));
  monitoring.measure(dataDir);
  const client = await connectTemporal(options.temporal);
  cleanup.defer(() => client.connection.close());
  await ensureSearchAttributes(client);
  const { connection: settings, namespace } = temporalConfig(options.temporal);
  const connection = await NativeConnection.connect(settings);
  cleanup.defer(() => connection.close());
  const deps = await openDeps(
    { ...options, dataDir },
    { client, connection, namespace, log, cleanup, monitoring },
  );

  const { kube, runs } = deps;
  const traces = await openTraces(process.env, { kube, log });
  cleanup.defer(() => traces?.close());
  const listeners = [metrics.passes, ...(traces ? [traces] : [])];
  const worker = await createWorker(options, {
    deps,
    client,
    connection,
    log,
    observer: metrics.watch,
    listeners,
  });
  const receiver = await startReceiverServer({
    kube,
    signalRun: createSignalRun(client, options.cluster),
    request: (ref, trigger) => runs.request(ref, trigger),
    policy: options.policy,
    log,
    metrics: metrics.told,
    address: options.receiverAddress,
  });
  cleanup.defer(() => receiver.close());
  await watchOver(options, { client, log, cleanup });
  log.info({ cluster: options.cluster, namespace: worker.options.namespace }, 'worker started');
  const running = worker.run();
  // Who is told to stop while starting stops as well; before it runs, a worker refuses to shut down.
  if (options.signal.aborted) worker.shutdown();
  else options.signal.addEventListener('abort', () => worker.shutdown(), { once: true });
  options.signal.addEventListener('abort', () => void receiver.close(), { once: true });
  health.dependOn(readinessOf({ worker, client, kube }));
  await running;
  log.info({}, 'worker stopped');
}

async function watchOver(
  { cluster, signal }: WorkerOptions,
  { client, log, cleanup }: { client: Client; log: Log; cleanup: AsyncDisposableStack },
): Promise<void> {
  await startWatch({ client, cluster });
  const ended = new AbortController();
  const watched = keepWatch({
    client,
    cluster,
    signal: AbortSignal.any([signal, ended.signal]),
    onError: (error) => log.warn({ error: messageOf(error) }, 'the watch could not be looked after'),
  });
  cleanup.defer(() => {
    ended.abort();
    return watched;
  });
}
