import { setTimeout as sleep } from 'node:timers/promises';
import { HttpError } from '../http/error.ts';

/** Leaves hosts alone that asked for it: one memory for all who speak to a host. */
export interface HostRest {
  /** Waits until the host may be asked; throws a timely {@link HttpError} of status 429 when that takes too long. */
  before(host: string, signal: AbortSignal): Promise<void>;
  /** The host wants to be left alone for so many milliseconds. */
  rest(host: string, ms: number): void;
}

// Who has to wait longer gives its place to others and is tried again then.
const LONGEST_WAIT_MS = 20_000;
const LONGEST_REST_MS = 60 * 60_000;

export function createHostRest(now: () => number = Date.now): HostRest {
  const until = new Map<string, number>();
  return {
    async before(host, signal) {
      for (;;) {
        const ms = (until.get(host) ?? 0) - now();
        if (ms <= 0) return void until.delete(host);
        if (ms > LONGEST_WAIT_MS) throw tooManyRequests(ms);
        await sleep(ms, undefined, { signal });
      }
    },
    rest(host, ms) {
      const end = now() + Math.min(ms, LONGEST_REST_MS);
      until.set(host, Math.max(until.get(host) ?? 0, end));
    },
  };
}

function tooManyRequests(ms: number): HttpError {
  const message = `the server asked to be left alone (HTTP 429) for another ${Math.ceil(ms / 1000)} s`;
  return new HttpError('status', message, { status: 429, retryAfterMs: ms });
}
