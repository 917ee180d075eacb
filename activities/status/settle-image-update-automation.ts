import { findCondition } from '../../api/conditions.ts';
import type {
  ImageUpdateAutomation,
  ImageUpdateAutomationStatus,
} from '../../api/image-update-automation.ts';
import { Annotation } from '../../api/names.ts';
import { Kind } from '../../api/object-ref.ts';
import { Reason } from '../../api/reasons.ts';
import type { Deps, RefInput } from '../deps.ts';
import { faultPoint } from '../fault.ts';
import type { UpdatedBranch } from '../image/update/steps.ts';
import { asAttempted, readUnparsed } from '../observe/object.ts';
import { pushedMessage, UP_TO_DATE, updatedStatus } from './image-update-automation-status.ts';
import { patchStatus } from './patch.ts';
import { readyProgressing } from './ready-status.ts';
import type { Settled } from './settle-kustomization.ts';

/** Says that work begins, where somebody waits for it: of a new spec or a request. */
export async function announceUpdate(deps: Deps, object: ImageUpdateAutomation): Promise<void> {
  const { metadata, status } = object;
  const observed = status?.observedGeneration ?? -1;
  const requestedAt = metadata.annotations?.[Annotation.requestedAt];
  const isNew = observed !== metadata.generation;
  if (!isNew && (requestedAt === undefined || requestedAt === status?.lastHandledReconcileAt)) return;
  const message = isNew
    ? `processing object: new generation ${observed} -> ${metadata.generation}`
    : 'reconciliation in progress';
  const ref = { kind: Kind.ImageUpdateAutomation, namespace: metadata.namespace, name: metadata.name };
  const after = readyProgressing<ImageUpdateAutomationStatus>(object, message, deps.now());
  await patchStatus(deps.kube, ref, status, after);
}

export interface SettleUpdateInput extends RefInput {
  readonly updated: UpdatedBranch;
}

/** The branch is as the policies want it: one patch says so, and what was pushed. */
export async function settleImageUpdateAutomation(
  deps: Deps,
  { ref, updated }: SettleUpdateInput,
): Promise<Settled> {
  const found = await readUnparsed<ImageUpdateAutomation>(deps.kube, ref);
  if (!found) return { message: 'the object is gone' };
  const object = asAttempted(found, updated.attempt);
  const wasReady = findCondition(object.status?.conditions, 'Ready')?.status !== 'False';
  const { pushed } = updated;
  // One that an earlier attempt pushed is told once.
  const isNews = pushed !== undefined && pushed.commit !== object.status?.lastPushCommit;
  faultPoint('image.status');
  await patchStatus(deps.kube, ref, object.status, updatedStatus(object, updated, deps.now()));
  const message = isNews ? pushedMessage(updated) : UP_TO_DATE;
  if (isNews || !wasReady) deps.events.record({ object, type: 'Normal', reason: Reason.Succeeded, message });
  return { message };
}
