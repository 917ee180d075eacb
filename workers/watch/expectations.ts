import type { Runs } from '../../activities/runs.ts';
import { keyOf, type Summary } from './summary.ts';

/** Requests whose writers signal the runs themselves. */
export interface Expectations {
  add(object: Summary): void;
}

export interface ExpectationOptions {
  /** Whether the request that it had then is answered, overtaken or void. */
  readonly isAnswered: (object: Summary) => boolean;
  readonly runs: Pick<Runs, 'isRunning' | 'lookSoon'>;
  readonly signal: AbortSignal;
  readonly onError: (error: unknown) => void;
  /** How long the signal may take, in milliseconds; tests shorten it. */
  readonly patience?: number;
}

const PATIENCE_MS = 5_000;

/**
 * Looks after requests that were to be signalled, in case that their writer died before it did. A request that waits
 * for a run that is open was signalled, or is served by what that run reads next.
 */
export function createExpectations(options: ExpectationOptions): Expectations {
  const { isAnswered, runs, signal, onError, patience = PATIENCE_MS } = options;
  const pending = new Map<string, Summary>();

  async function check(object: Summary): Promise<void> {
    if (signal.aborted || isAnswered(object)) return;
    if (!(await runs.isRunning(object.ref))) await runs.lookSoon(object.ref);
  }

  function add(object: Summary): void {
    const id = keyOf(object.ref);
    const isPending = pending.has(id);
    pending.set(id, object);
    if (isPending || signal.aborted) return;
    const late = setTimeout(() => {
      const newest = pending.get(id) ?? object;
      pending.delete(id);
      check(newest).catch((error: unknown) => {
        onError(error);
        add(newest);
      });
    }, patience);
    late.unref();
  }

  return { add };
}
