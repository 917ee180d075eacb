import { setTimeout as sleep } from 'node:timers/promises';

/** Work by key: the newest of a key is done once, one at a time for a key and a few at a time in all. */
export interface KeyedQueue<T> {
  put(key: string, item: T): void;
  readonly size: number;
}

export interface KeyedQueueOptions<T> {
  readonly concurrency: number;
  readonly signal: AbortSignal;
  work(item: T): Promise<void>;
  /** Joins what is waiting with what comes; without it the newer one replaces the older. */
  join?(waiting: T, coming: T): T;
  onError(error: unknown): void;
}

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 10_000;

/** Nothing that was put is lost: work that fails is done again after a pause, until the signal. */
export function createKeyedQueue<T>(options: KeyedQueueOptions<T>): KeyedQueue<T> {
  const waiting = new Map<string, T>();
  const busy = new Set<string>();
  let errors = 0;

  function put(key: string, item: T): void {
    hold(key, item);
    next();
  }

  function hold(key: string, item: T): void {
    const before = waiting.get(key);
    waiting.set(key, before === undefined || !options.join ? item : options.join(before, item));
  }

  function next(): void {
    for (const [key, item] of waiting) {
      if (busy.size >= options.concurrency || options.signal.aborted) return;
      if (busy.has(key)) continue;
      waiting.delete(key);
      busy.add(key);
      void run(key, item);
    }
  }

  async function run(key: string, item: T): Promise<void> {
    try {
      await options.work(item);
      errors = 0;
    } catch (error) {
      options.onError(error);
      errors += 1;
      // What came meanwhile is newer, and may know nothing of this.
      const newer = waiting.get(key);
      waiting.set(key, item);
      if (newer !== undefined) hold(key, newer);
      await sleep(Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** errors), undefined, {
        signal: options.signal,
      }).catch(() => undefined);
    } finally {
      busy.delete(key);
      next();
    }
  }

  return {
    put,
    get size() {
      return waiting.size + busy.size;
    },
  };
}
