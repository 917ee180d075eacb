import { messageOf } from '../activities/failures.ts';
import { createHealth, type Health } from './health.ts';
import type { Log } from './log.ts';
import { createFolderSizes, type Size } from './metrics/folder-sizes.ts';
import { metricsPage } from './metrics/metrics-page.ts';
import { createWorkerMetrics, type WorkerMetrics } from './metrics/worker-metrics.ts';
import { servePages } from './page-server.ts';

export interface MonitoringOptions {
  readonly metricsAddress: string;
  readonly healthAddress: string;
  /** Where Temporal's SDK serves its own. */
  readonly temporalMetricsUrl: string | undefined;
  /** Aborts when the worker begins to shut down. */
  readonly signal: AbortSignal;
  readonly log: Log;
  readonly cleanup: AsyncDisposableStack;
}

/** How others watch over this worker. */
export interface Monitoring {
  readonly metrics: WorkerMetrics;
  readonly health: Health;
  /** The process stood still for so long that its begun work is void. */
  stoodStill(): void;
  /** Has the sizes of the folders in `dir` exported. */
  measure(dir: string): void;
}

/** Serves metrics and health from the first moment of a worker to its last. */
export async function serveMonitoring(options: MonitoringOptions): Promise<Monitoring> {
  const { log, cleanup, signal } = options;
  const metrics = createWorkerMetrics();
  const health = createHealth({
    shutdown: signal,
    onFailing: (check, error) => log.warn({ check, error: messageOf(error) }, 'not ready'),
  });
  cleanup.defer(() => health.close());
  const page = metricsPage(metrics, options.temporalMetricsUrl);
  const metricsServer = await servePages(options.metricsAddress, { '/metrics': page });
  cleanup.defer(() => metricsServer.close());
  const { healthz, readyz } = health;
  const healthServer = await servePages(options.healthAddress, { '/healthz': healthz, '/readyz': readyz });
  cleanup.defer(() => healthServer.close());
  log.info(
    { metrics: `${metricsServer.url}/metrics`, health: healthServer.url },
    'metrics and health are served',
  );
  return {
    metrics,
    health,
    stoodStill() {
      metrics.stoodStill();
      health.stoodStill();
    },
    measure(dir) {
      const sizes = createFolderSizes(dir);
      const each = (what: keyof Size) => async () =>
        Object.fromEntries(Object.entries(await sizes()).map(([folder, size]) => [folder, size[what]]));
      const help = 'in the folders of the data directory, measured once a minute at most.';
      metrics.gauge('pawl_data_bytes', `Bytes ${help}`, 'folder', each('bytes'));
      metrics.gauge('pawl_data_files', `Files ${help}`, 'folder', each('files'));
    },
  };
}
