import { ApplicationFailure } from '@temporalio/common';
import { describeRef, type ObjectRef } from '../../api/object-ref.ts';
import { Reason } from '../../api/reasons.ts';
import type { Runs } from '../runs.ts';

/** Asks a source to make its artifact again, because a consumer cannot get it. */
export type AskForArtifact = (source: ObjectRef) => Promise<void>;

// A thousand consumers may miss one artifact at once, and each tries several times.
const ONCE_MS = 2_000;

export function createAskForArtifact(runs: Pick<Runs, 'request'>): AskForArtifact {
  const asked = new Map<string, number>();
  return async (source) => {
    const key = describeRef(source);
    const now = performance.now();
    if (now - (asked.get(key) ?? Number.NEGATIVE_INFINITY) < ONCE_MS) return;
    asked.set(key, now);
    await runs.request(source, 'Artifact');
  };
}

/** A store is a cache: who finds an artifact lost asks its source to make it again, and may find it at the next try. */
export async function openOrAsk<Opened>(
  askForArtifact: AskForArtifact,
  source: ObjectRef,
  open: () => Promise<Opened>,
): Promise<Opened> {
  try {
    return await open();
  } catch (error) {
    if (isLost(error)) await askForArtifact(source);
    throw error;
  }
}

/** One that is refused for what it is would be the same again. */
function isLost(error: unknown): boolean {
  return error instanceof ApplicationFailure && error.type === Reason.ArtifactFailed && !error.nonRetryable;
}
