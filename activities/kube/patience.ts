import { setTimeout as sleep } from 'node:timers/promises';
import { KubeError } from './errors.ts';

/** Sends requests to one API server at the pace that it asks for. */
export type Patience = <T>(request: () => Promise<T>) => Promise<T>;

// Less than any step may take: what lasts longer is a failure that says so, and is tried again later.
const LONGEST_MS = 20_000;

/**
 * Honours `Retry-After`: the server has not looked at such a request, so it is sent again, and until then nothing else is
 * sent either, since a busy server means everybody. So many requests wait and few are refused.
 */
export function createPatience(now: () => number = () => performance.now()): Patience {
  let notBefore = 0;

  return async (request) => {
    const deadline = now() + LONGEST_MS;
    for (;;) {
      const quiet = notBefore - now();
      // Spread, or all that waited would come at once.
      if (quiet > 0) await sleep(quiet + Math.random() * Math.min(quiet, SPREAD_MS));
      try {
        return await request();
      } catch (error) {
        const wait = error instanceof KubeError ? busyFor(error) : undefined;
        if (wait === undefined || now() + wait > deadline) throw error;
        notBefore = Math.max(notBefore, now() + wait);
      }
    }
  };
}

const SPREAD_MS = 500;

function busyFor({ status, retryAfterMs }: KubeError): number | undefined {
  return status === 429 || status >= 500 ? retryAfterMs : undefined;
}
