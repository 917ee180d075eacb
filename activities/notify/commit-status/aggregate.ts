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
 * success when none did, and cancelled when some were overtaken by another commit before they had tried this one. Who
 * waits for a dependency is not waited for once another has failed: that may be the one, and the end is the same.
 * Undefined when there is nothing to tell.
 */
export function aggregate(objects: readonly Concerned[]): Verdict | undefined {
  const total = objects.length;
  if (total === 0) return undefined;
  const failed = objects.filter(({ outcome }) => outcome === 'failure').map(({ name }) => name);
  const untried = objects.filter(({ outcome }) => outcome === 'running' || outcome === 'waiting');
  const open = failed.length === 0 ? untried : untried.filter(({ outcome }) => outcome === 'running');
  const failures = failed.length === 0 ? '' : `; ${failed.length} failed: ${listed(failed)}`;
  if (open.some(isHere)) {
    const waited = untried.filter(isHere).length;
    return { state: 'pending', description: `waiting for ${waited} of ${counted(total)}${failures}` };
  }
  if (open.length > 0) {
    const overtaken = `superseded before ${untried.length} of ${counted(total)} had tried it`;
    return { state: 'cancelled', description: `${overtaken}${failures}` };
  }
  if (failed.length === 0) return { state: 'success', description: `${counted(total)} reconciled` };
  const waiting = untried.length === 0 ? '' : `; ${untried.length} waiting for dependencies`;
  const description = `${failed.length} of ${counted(total)} failed: ${listed(failed)}${waiting}`;
  return { state: 'failure', description };
}

function isHere({ hasMovedOn }: Concerned): boolean {
  return !hasMovedOn;
}

function counted(total: number): string {
  return total === 1 ? '1 object' : `${total} objects`;
}

/** The same words while the same failed, in whatever order they were listed. */
function listed(names: readonly string[]): string {
  const shown = names.toSorted().slice(0, LISTED).join(', ');
  return names.length > LISTED ? `${shown} and ${names.length - LISTED} more` : shown;
}
