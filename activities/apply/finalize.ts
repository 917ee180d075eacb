import type { Kustomization } from '../../api/kustomization.ts';
import type { ObjectRef } from '../../api/object-ref.ts';
import { Reason } from '../../api/reasons.ts';
import type { Deps } from '../deps.ts';
import { messageOf } from '../failures.ts';
import { isTransient } from '../kube/errors.ts';
import { targetOfRef } from '../observe/object.ts';
import type { StepContext } from '../steps.ts';
import { pruneAll } from './prune.ts';
import { applyContext, heldElsewhere, inventoryOf } from './steps.ts';

export interface FinalizeInput {
  readonly ref: ObjectRef;
  readonly timeoutMs: number;
}

export interface Finalized {
  readonly message: string;
}

/** Removes what a deleted Kustomization made, as its `deletionPolicy` and `prune` say; a suspended one is released as it is. */
export async function finalizeKustomization(
  deps: Deps,
  { ref, timeoutMs }: FinalizeInput,
  step: StepContext,
): Promise<Finalized> {
  // Not parsed: a field that never parsed must not hold back the deletion.
  const object = (await deps.kube.get(targetOfRef(ref))) as unknown as Kustomization | undefined;
  if (!object) return { message: 'the object is gone' };
  const policy = deletionPolicy(object);
  if (object.spec.suspend || policy === 'Orphan') {
    return {
      message: `${inventoryOf(object).length} objects left in the cluster (${object.spec.suspend ? 'suspended' : 'deletionPolicy Orphan'})`,
    };
  }
  const beat = setInterval(() => step.heartbeat('deleting'), 5_000);
  try {
    const deleted = await pruneAll(applyContext(deps, object), inventoryOf(object), {
      heldElsewhere: await heldElsewhere(deps, object),
      waitMs: policy === 'WaitForTermination' ? timeoutMs : 0,
      signal: step.signal,
    });
    return { message: `${deleted.deleted.length} objects deleted` };
  } catch (error) {
    // Without its account nothing may be deleted; the object must not hang for ever, but its leftovers are told.
    if (isTransient(error)) throw error;
    deps.events.record({
      object,
      type: 'Warning',
      reason: Reason.PruneFailed,
      message: `unable to prune objects: ${messageOf(error)}`,
    });
    return { message: `objects left in the cluster: ${messageOf(error)}` };
  } finally {
    clearInterval(beat);
  }
}

function deletionPolicy({ spec }: Kustomization): 'Delete' | 'WaitForTermination' | 'Orphan' {
  if (spec.deletionPolicy === undefined || spec.deletionPolicy === 'MirrorPrune')
    return spec.prune ? 'Delete' : 'Orphan';
  return spec.deletionPolicy;
}
