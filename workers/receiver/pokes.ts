/** Asks for reconciles of objects, however often somebody wants that. */
export interface Pokes<T> {
  /** Resolves once a poke that began after this call is done; rejects when that one failed. */
  put(key: string, item: T): Promise<void>;
  /** Objects that were poked a moment ago, or are to be. */
  readonly size: number;
}

export interface PokeOptions<T> {
  poke(item: T): Promise<void>;
  /** Objects that are poked at once. */
  readonly concurrency: number;
  /** From then on, whoever waits is served without a pause. */
  readonly signal: AbortSignal;
  /** Waits; tests replace it. */
  readonly pause?: (ms: number, signal: AbortSignal) => Promise<void>;
}

// Two pushes of one person come closer than a second; a flood is slowed down soon.
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 4_000;

interface Waiting<T> {
  readonly item: T;
  readonly done: PromiseWithResolvers<void>;
}

/**
 * Pokes an object at once, and then after ¼, ½, 1, 2 and 4 seconds while more is wanted of it: what comes meanwhile is
 * one poke. What is kept does not grow with the number of calls for one object.
 */
export function createPokes<T>(options: PokeOptions<T>): Pokes<T> {
  const { signal, concurrency, pause = sleep } = options;
  const lines = new Map<string, { next: Waiting<T> | undefined }>();
  const turns: (() => void)[] = [];
  let working = 0;

  async function poke(item: T): Promise<void> {
    if (working >= concurrency) await new Promise<void>((resolve) => turns.push(resolve));
    else working += 1;
    try {
      await options.poke(item);
    } finally {
      const next = turns.shift();
      if (next) next();
      else working -= 1;
    }
  }

  async function serve(key: string, line: { next: Waiting<T> | undefined }): Promise<void> {
    for (let ms = FIRST_PAUSE_MS; line.next; ms = Math.min(LONGEST_PAUSE_MS, ms * 2)) {
      const { item, done } = line.next;
      line.next = undefined;
      await poke(item).then(done.resolve, done.reject);
      await pause(ms, signal);
    }
    lines.delete(key);
  }

  return {
    put(key, item) {
      const line = lines.get(key);
      if (line?.next) return line.next.done.promise;
      const waiting = { item, done: Promise.withResolvers<void>() };
      if (line) line.next = waiting;
      else {
        const begun = { next: waiting };
        lines.set(key, begun);
        void serve(key, begun);
      }
      return waiting.done.promise;
    },
    get size() {
      return lines.size;
    },
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
