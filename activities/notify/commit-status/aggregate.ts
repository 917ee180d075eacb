import type { CommitState } from './contract.ts';
import type { Outcome } from './outcome.ts';

/** One object that builds from a commit. */
export interface Concerned {
  /** `Kind/namespace/name`. */
  readonly name: string;
  readonly outcome: Outcome;
  /** Its source has gone on to another commit. */
  readonly hasMovedOn: boolean;
}

export interface Verdict {
  readonly state: CommitState;
  readonly description: string;
}

const LISTED = 3;

/**
 * What a commit came to as a whole: pending while any object still has it before it, failure when one of them failed,
 * success when none did, and cancelled when some were overtaken by another commit before they had tried this one.
 * Undefined when there is nothing to tell.
 */
export function aggregate(objects: readonly Concerned[]): Verdict | undefined {
  const total = objects.length;
  if (total === 0) return undefined;
  const failed = objects.filter(({ outcome }) => outcome === 'failure').map(({ name }) => name);
  const open = objects.filter(({ outcome }) => outcome === 'running');
  const running = open.filter(({ hasMovedOn }) => !hasMovedOn).length;
  const failures = failed.length === 0 ? '' : `${failed.length} failed: ${listed(failed)}`;
  if (running > 0) {
    const waiting = `waiting for ${running} of ${counted(total)}`;
    return { state: 'pending', description: failures === '' ? waiting : `${waiting}; ${failures}` };
  }
  if (open.length > 0) {
    const overtaken = `superseded before ${open.length} of ${counted(total)} had tried it`;
    return { state: 'cancelled', description: failures === '' ? overtaken : `${overtaken}; ${failures}` };
  }
  if (failures === '') return { state: 'success', description: `${counted(total)} reconciled` };
  const description = `${failed.length} of ${counted(total)} failed: ${listed(failed)}`;
  return { state: 'failure', description };
}

function counted(total: number): string {
  return total === 1 ? '1 object' : `${total} objects`;
}

/** The same words while the same failed, in whatever order they were listed. */
function listed(names: readonly string[]): string {
  const shown = names.toSorted().slice(0, LISTED).join(', ');
  return names.length > LISTED ? `${shown} and ${names.length - LISTED} more` : shown;
}
