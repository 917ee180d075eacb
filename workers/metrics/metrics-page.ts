import { Registry } from 'prom-client';
import type { Page } from '../page-server.ts';
import type { WorkerMetrics } from './worker-metrics.ts';

const PATIENCE_MS = 2_000;

/** `/metrics`: ours, then those of Temporal's SDK, which it serves on a port of its own. */
export function metricsPage(metrics: Pick<WorkerMetrics, 'page'>, temporalUrl: string | undefined): Page {
  return async () => {
    const [own, temporal] = await Promise.all([metrics.page(), read(temporalUrl)]);
    return { status: 200, contentType: Registry.PROMETHEUS_CONTENT_TYPE, body: own + temporal };
  };
}

/** A page without them is better than none. */
async function read(url: string | undefined): Promise<string> {
  if (url === undefined) return '';
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS) });
    return answer.ok ? await answer.text() : '';
  } catch {
    return '';
  }
}
