import pLimit from 'p-limit';

/** Does something for objects, one at a time for each, however often somebody wants that. */
export interface Pokes<Item, Result = void> {
  /** Resolves once a poke that began after this call is done; rejects when that one failed. */
  put(key: string, item: Item): Promise<Result>;
  /** Whether an object was poked a moment ago, or is to be. */
  has(key: string): boolean;
  readonly size: number;
  /** Resolves once nobody waits and none was poked a moment ago. */
  rest(): Promise<void>;
}

export interface PokeOptions<Item, Result> {
  poke(item: Item): Promise<Result>;
  /** Milliseconds until the next one of the same object, after so many, of which the last took so long. */
  readonly pauseAfter: (pokes: number, tookMs: number) => number;
  /** Objects that are poked at once. */
  readonly concurrency: number;
  /** From then on, whoever waits is served without a pause. */
  readonly signal: AbortSignal;
  /** Waits; tests replace it. */
  readonly pause?: (ms: number, signal: AbortSignal) => Promise<void>;
}

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly done: PromiseWithResolvers<Result>;
}

interface Line<Item, Result> {
  next: Waiting<Item, Result> | undefined;
}

/**
 * Pokes an object at once, and again after a pause if more is wanted of it: what comes meanwhile is one poke. What is kept
 * does not grow with the number of calls for one object.
 */
export function createPokes<Item, Result = void>(options: PokeOptions<Item, Result>): Pokes<Item, Result> {
  const { signal, pauseAfter, pause = sleep } = options;
  const limit = pLimit(options.concurrency);
  const lines = new Map<string, Line<Item, Result>>();
  let resting = Promise.withResolvers<void>();

  async function serve(key: string, line: Line<Item, Result>): Promise<void> {
    for (let pokes = 1; line.next; pokes += 1) {
      const { item, done } = line.next;
      line.next = undefined;
      const began = performance.now();
      await limit(() => options.poke(item)).then(done.resolve, done.reject);
      await pause(pauseAfter(pokes, performance.now() - began), signal);
    }
    lines.delete(key);
    if (lines.size > 0) return;
    resting.resolve();
    resting = Promise.withResolvers();
  }

  return {
    put(key, item) {
      const line = lines.get(key);
      if (line?.next) return line.next.done.promise;
      const waiting = { item, done: Promise.withResolvers<Result>() };
      if (line) line.next = waiting;
      else {
        const begun = { next: waiting };
        lines.set(key, begun);
        void serve(key, begun);
      }
      return waiting.done.promise;
    },
    has: (key) => lines.has(key),
    get size() {
      return lines.size;
    },
    rest: () => (lines.size === 0 ? Promise.resolve() : resting.promise),
  };
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end, { once: true });
  });
}
