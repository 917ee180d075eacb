import { setImmediate as nextTurn } from 'node:timers/promises';

/** Bounds of a long walk over tags. */
export interface TurnOptions {
  readonly signal: AbortSignal;
  /** Milliseconds after which it is given up. */
  readonly budgetMs: number;
  /** What is thrown then. */
  readonly tooSlow: () => Error;
}

// A worker serves many objects: it gets its turn back after so many milliseconds.
const TURN_MS = 10;

/**
 * Visits tags in their order without keeping the process to itself: patterns of a spec may take a millisecond for each.
 * Throws the signal's reason, and what `tooSlow` makes.
 */
export async function visitInTurns(
  tags: readonly string[],
  visit: (tag: string) => void,
  { signal, budgetMs, tooSlow }: TurnOptions,
): Promise<void> {
  const began = performance.now();
  let turn = began;
  for (const tag of tags) {
    visit(tag);
    const now = performance.now();
    if (now - turn < TURN_MS) continue;
    if (now - began > budgetMs) throw tooSlow();
    await nextTurn(undefined, { signal });
    turn = performance.now();
  }
}
