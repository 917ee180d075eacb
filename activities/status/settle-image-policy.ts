import { findCondition } from '../../api/conditions.ts';
import type { ImagePolicy } from '../../api/image-policy.ts';
import { Reason } from '../../api/reasons.ts';
import type { Deps, RefInput } from '../deps.ts';
import { faultPoint } from '../fault.ts';
import type { SelectedImage } from '../image/policy/steps.ts';
import { asAttempted, readUnparsed } from '../observe/object.ts';
import { selectedStatus } from './image-policy-status.ts';
import { patchStatus } from './patch.ts';
import type { Settled } from './settle-kustomization.ts';

export interface SettlePolicyInput extends RefInput {
  readonly selected: SelectedImage;
}

/**
 * An image is chosen: automations that follow the policy wake by this patch. Only another choice and a recovery make an
 * event, which has no metadata, as with Flux.
 */
export async function settleImagePolicy(
  deps: Pick<Deps, 'kube' | 'events' | 'now'>,
  { ref, selected }: SettlePolicyInput,
): Promise<Settled> {
  const found = await readUnparsed<ImagePolicy>(deps.kube, ref);
  if (!found) return { message: 'the object is gone' };
  // What was chosen may not be what the new spec wants: its own pass, which the watch asks for, says so.
  if (found.metadata.generation !== selected.attempt.generation)
    return { message: 'the spec changed during the choice; it is made again' };
  const object = asAttempted(found, selected.attempt);
  const before = findCondition(object.status?.conditions, 'Ready');
  const status = selectedStatus(object, selected, deps.now());
  const message = findCondition(status.conditions, 'Ready')?.message ?? '';
  if (before?.status !== 'True' || before.message !== message) {
    await deps.events.record({ object, type: 'Normal', reason: Reason.Succeeded, message });
  }
  faultPoint('image.chosen');
  await patchStatus(deps.kube, ref, object.status, status);
  return { message };
}
