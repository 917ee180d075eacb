import { FieldManager } from '../../../api/names.ts';
import { objectId } from '../../../api/object-id.ts';
import { isKubernetesError } from '../../apply/failure.ts';
import { isSurelyInSync } from '../../apply/in-sync.ts';
import { compareIds } from '../../apply/order.ts';
import { scrub } from '../../apply/scrub.ts';
import { messageOf } from '../../failures.ts';
import type { Drift, DriftContext, DriftEntry } from './detect.ts';
import { applyDeclared } from './undeclared.ts';

export interface Correction {
  /** `Kind/namespace/name created`, or `configured`. */
  readonly corrected: readonly string[];
  /** A sentence for each object that the server refused. */
  readonly failures: readonly string[];
}

/**
 * Brings drifted objects back: first what is missing, then what differs, each as helm would apply it. An object that
 * the server refuses does not keep the others from being corrected (helm-controller `ApplyDiff`, which patches the
 * fields: an apply gives them back to their owner as well, so that a later release may remove them).
 */
export async function correctDrift(
  context: DriftContext,
  { entries }: Pick<Drift, 'entries'>,
): Promise<Correction> {
  const corrected: string[] = [];
  const failures: string[] = [];
  for (const kind of ['removed', 'changed'] as const) {
    for (const entry of inOrder(entries, kind)) {
      context.signal.throwIfAborted();
      const failure = await correctOne(context, entry);
      if (failure !== undefined) failures.push(failure);
      else corrected.push(`${entry.subject} ${kind === 'removed' ? 'created' : 'configured'}`);
    }
  }
  return { corrected, failures };
}

function inOrder(entries: readonly DriftEntry[], kind: DriftEntry['kind']): DriftEntry[] {
  return entries
    .filter((entry) => entry.kind === kind)
    .toSorted((one, other) => compareIds(objectId(one.desired), objectId(other.desired)));
}

async function correctOne(
  { kube, memo, mask }: DriftContext,
  entry: DriftEntry,
): Promise<string | undefined> {
  const { desired, kind, subject } = entry;
  try {
    const { answer } = await applyDeclared(kube, desired, { dryRun: false });
    // What an apply has just answered needs no dry run at the next pass.
    if (!isSurelyInSync(desired, answer, FieldManager.helm)) memo.rememberUnchanged(desired, answer);
    return undefined;
  } catch (error) {
    if (!isKubernetesError(error)) throw error;
    return `${subject} ${kind === 'removed' ? 'creation' : 'patch'} failure: ${mask(scrub(messageOf(error), desired))}`;
  }
}
