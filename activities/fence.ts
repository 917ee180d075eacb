import { AsyncLocalStorage } from 'node:async_hooks';
import { performance } from 'node:perf_hooks';

// A beat that is this late means that the process stood still (SIGSTOP, a frozen machine, a blocked loop).
// Temporal gives a silent worker's task away after ten seconds; below that nobody else can hold it.
const BEAT_MS = 500;
const LATE_MS = 7_000;

/**
 * Keeps a process that stood still from writing with what it believed before: Temporal has given its
 * work to another worker by then, and a late write of an old revision must not overwrite a newer one.
 */
export interface Fence {
  /** Runs one attempt of a step: all it does belongs to the time in which it began. */
  run<T>(attempt: () => Promise<T>): Promise<T>;
  /** Throws {@link StaleAttemptError} when the process stood still since the attempt began. */
  assertMayWrite(): void;
  close(): void;
}

export function createFence(onBreak: (silentMs: number) => void = () => undefined): Fence {
  const begun = new AsyncLocalStorage<number>();
  let era = 1;
  let beat = performance.now();

  function look(): void {
    const silent = performance.now() - beat;
    beat = performance.now();
    if (silent < LATE_MS) return;
    era += 1;
    onBreak(silent);
  }

  const timer = setInterval(look, BEAT_MS);
  timer.unref();
  return {
    run(attempt) {
      look();
      return begun.run(era, attempt);
    },
    assertMayWrite() {
      look();
      if ((begun.getStore() ?? era) !== era) throw new StaleAttemptError();
    },
    close: () => clearInterval(timer),
  };
}

/** Another attempt at the object is further: this one has lost its task, and Temporal is about to say so. */
export class TakenOverError extends Error {
  constructor() {
    super('another attempt at this object has taken over; this one is void');
    this.name = 'TakenOverError';
  }
}

/** The attempt was begun before the process stood still; another attempt has taken over. */
export class StaleAttemptError extends Error {
  constructor() {
    super('this process stood still for too long: the attempt is void and another one has taken over');
    this.name = 'StaleAttemptError';
  }
}
