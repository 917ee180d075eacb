import { abortable } from '../../fetch/keyed-lock.ts';

/** Lets so many work at a time, those who wait in the order in which they came. */
export interface Slots {
  /**
   * Runs `work` when its turn comes; throws the signal's reason when that aborts before. Work that only waits from some
   * time on may give its place back before it ends.
   */
  take<T>(signal: AbortSignal, work: (giveBack: () => void) => Promise<T>): Promise<T>;
  /** How many wait for their turn. */
  readonly waiting: number;
}

export function createSlots(count: number): Slots {
  let free = count;
  const queue: (() => void)[] = [];

  function release(): void {
    const next = queue.shift();
    if (next) next();
    else free += 1;
  }

  async function turn(signal: AbortSignal): Promise<void> {
    if (free > 0) {
      free -= 1;
      return;
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    queue.push(resolve);
    try {
      await abortable(promise, signal);
    } catch (error) {
      const place = queue.indexOf(resolve);
      if (place >= 0) queue.splice(place, 1);
      // Its turn came together with the abort.
      else release();
      throw error;
    }
  }

  return {
    get waiting() {
      return queue.length;
    },
    async take(signal, work) {
      signal.throwIfAborted();
      await turn(signal);
      let holds = true;
      const giveBack = () => {
        if (holds) release();
        holds = false;
      };
      try {
        return await work(giveBack);
      } finally {
        giveBack();
      }
    },
  };
}
