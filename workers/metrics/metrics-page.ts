import type { Registry } from 'prom-client';
import type { Page } from '../page-server.ts';

const PATIENCE_MS = 2_000;

/** `/metrics`: ours, then those of Temporal's SDK, which it serves on a port of its own. */
export function metricsPage(registry: Registry, temporalUrl: string | undefined): Page {
  return async () => {
    const [own, temporal] = await Promise.all([registry.metrics(), read(temporalUrl)]);
    return { status: 200, contentType: registry.contentType, body: own + temporal };
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
