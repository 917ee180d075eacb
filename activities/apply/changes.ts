import type { Kustomization } from '../../api/kustomization.ts';
import { Reason } from '../../api/reasons.ts';
import type { Deps } from '../deps.ts';
import type { ChangeSetEntry } from './contract.ts';
import type { PruneResult } from './prune.ts';

export interface Changes {
  readonly created: number;
  readonly configured: number;
  /** `Kind/namespace/name created`, the first of them. */
  readonly changes: readonly string[];
}

// Enough for an event; a result is a pointer, not a log.
const LISTED_CHANGES = 50;

/** What an apply has changed so far. */
export function changesOf(done: readonly ChangeSetEntry[]): Changes {
  const changed = done.filter(({ action }) => action === 'created' || action === 'configured');
  return {
    created: changed.filter(({ action }) => action === 'created').length,
    configured: changed.filter(({ action }) => action === 'configured').length,
    changes: changed.slice(0, LISTED_CHANGES).map(({ subject, action }) => `${subject} ${action}`),
  };
}

/** What a prune deleted, and what it left in the cluster on purpose: from now on nobody looks after that. */
export function prunedLines({ deleted, kept }: PruneResult): readonly string[] {
  return [
    ...deleted.map((subject) => `${subject} deleted`),
    ...kept.map(({ object, reason }) => `${object} left in the cluster: ${reason}`),
  ];
}

/** Tells of changes in an event, a line for each. */
export async function recordChanges(
  deps: Pick<Deps, 'events'>,
  object: Kustomization,
  lines: readonly string[],
  revision: string,
): Promise<void> {
  if (lines.length === 0) return;
  const message = lines.join('\n');
  await deps.events.record({
    object,
    type: 'Normal',
    reason: Reason.Progressing,
    message,
    metadata: { revision },
  });
}
