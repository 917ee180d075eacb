/** Deliveries in the midst of other work: a few at a time, and to none who lets others wait. */
export interface ExpressLane {
  /** Whether there is room, and the Provider was quick the last time or was never asked. */
  admits(provider: string): boolean;
  /** Makes an attempt, with a signal for the end of the process: nobody else would end a local activity then. */
  through<T>(attempt: (signal: AbortSignal) => Promise<T>): Promise<T>;
  /** Learns from any attempt how quick a Provider is. */
  watched(provider: string, attempt: () => Promise<void>): Promise<void>;
}

export interface ExpressLaneOptions {
  readonly width?: number;
  readonly quickMs?: number;
  /** When the process is told to stop. */
  readonly signal?: AbortSignal;
}

// Of the 40 workflow tasks that a worker works at: who hangs keeps reconciles from no more than these.
const WIDTH = 8;
const QUICK_MS = 1_000;
// As long as the worker gives what it began.
const GRACE_MS = 5_000;

/** A lane of this process. A Provider that fails or is slow is avoided until an attempt outside of it was quick. */
export function createExpressLane({
  width = WIDTH,
  quickMs = QUICK_MS,
  signal,
}: ExpressLaneOptions = {}): ExpressLane {
  const avoided = new Set<string>();
  const ended = new AbortController();
  signal?.addEventListener('abort', () => void setTimeout(() => ended.abort(), GRACE_MS).unref(), {
    once: true,
  });
  let inside = 0;
  return {
    admits: (provider) => !signal?.aborted && inside < width && !avoided.has(provider),
    async through(attempt) {
      inside += 1;
      try {
        return await attempt(ended.signal);
      } finally {
        inside -= 1;
      }
    },
    async watched(provider, attempt) {
      let isQuick = true;
      const avoid = () => {
        isQuick = false;
        avoided.add(provider);
      };
      // Not only at its end: who hangs must not get all of the lane meanwhile.
      const late = setTimeout(avoid, quickMs);
      try {
        await attempt();
        if (isQuick) avoided.delete(provider);
      } catch (error) {
        avoid();
        throw error;
      } finally {
        clearTimeout(late);
      }
    },
  };
}
