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
  /** Throws {@link StaleAttemptError} when the process stood still since the attempt began, or its time is over. */
  assertMayWrite(): void;
  /**
   * Bounds the time in which the attempt that this is called in may write; on the clock of `performance.now()`. Without
   * a bound it may for as long as the process does not stand still.
   */
  holdUntil(ms: number): void;
  close(): void;
}

interface Attempt {
  readonly era: number;
  until: number;
}

export function createFence(onBreak: (silentMs: number) => void = () => undefined): Fence {
  const begun = new AsyncLocalStorage<Attempt>();
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
      return begun.run({ era, until: Number.POSITIVE_INFINITY }, attempt);
    },
    assertMayWrite() {
      look();
      const attempt = begun.getStore();
      if (attempt && (attempt.era !== era || performance.now() > attempt.until))
        throw new StaleAttemptError();
    },
    holdUntil(ms) {
      const attempt = begun.getStore();
      if (attempt) attempt.until = ms;
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

/** The process stood still since the attempt began, or lost Temporal; another attempt may have taken over. */
export class StaleAttemptError extends Error {
  constructor() {
    super('this process stood still, or could not reach Temporal, for too long: another one has taken over');
    this.name = 'StaleAttemptError';
  }
}
