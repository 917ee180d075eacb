import type { Runs } from '../../activities/runs.ts';
import { Trigger } from '../../workflows/messages.ts';
import { keyOf, type Summary } from './summary.ts';

/** Requests whose writers signal the runs themselves. */
export interface Expectations {
  add(object: Summary): void;
}

export interface ExpectationOptions {
  /** Whether the request that it had then is answered, overtaken or void. */
  readonly isAnswered: (object: Summary) => boolean;
  readonly runs: Pick<Runs, 'isRunning' | 'request'>;
  readonly signal: AbortSignal;
  readonly onError: (error: unknown) => void;
  /** How long the signal may take, in milliseconds; tests shorten it. */
  readonly patience?: number;
}

const PATIENCE_MS = 5_000;

/**
 * Looks after requests that were to be signalled, in case that their writer died before it did. One that waits for a run
 * that is open is looked after again: that run may have read the object before. So is a newer one than it began to wait
 * with, as long as requests are answered meanwhile: signals come, and the next one has its time.
 */
export function createExpectations(options: ExpectationOptions): Expectations {
  const { isAnswered, runs, signal, onError, patience = PATIENCE_MS } = options;
  const pending = new Map<string, Summary>();

  /** Whether to look after it again. */
  async function check(object: Summary, first: Summary): Promise<boolean> {
    if (signal.aborted || isAnswered(object)) return false;
    if (object.handledRequest !== first.handledRequest || (await runs.isRunning(object.ref))) return true;
    await runs.request(object.ref, Trigger.Request);
    return false;
  }

  function add(object: Summary): void {
    const id = keyOf(object.ref);
    const isPending = pending.has(id);
    pending.set(id, object);
    if (isPending || signal.aborted) return;
    const late = setTimeout(() => {
      const newest = pending.get(id) ?? object;
      pending.delete(id);
      const isLeft = check(newest, object).catch((error: unknown) => {
        onError(error);
        return true;
      });
      void isLeft.then((again) => again && !pending.has(id) && add(newest));
    }, patience);
    late.unref();
  }

  return { add };
}
