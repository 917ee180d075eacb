import { describeRef, type ObjectRef } from '../../api/object-ref.ts';
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
