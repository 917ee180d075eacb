import { findCondition } from '../../api/conditions.ts';
import type { ImagePolicy } from '../../api/image-policy.ts';
import type { ImageRepository } from '../../api/image-repository.ts';
import type { ImageUpdateAutomation } from '../../api/image-update-automation.ts';
import { Kind } from '../../api/object-ref.ts';
import type { Reason } from '../../api/reasons.ts';
import type { Deps, RefInput } from '../deps.ts';
import { asAttempted, readUnparsed } from '../observe/object.ts';
import { patchStatus, type Status, seconds } from './patch.ts';
import { type ReadyObject, readyFailed } from './ready-status.ts';
import { retryFailed } from './retry-failed.ts';
import type { FailureInput } from './settle-kustomization.ts';

/** An object of image automation. */
export type ImageObject = ImageRepository | ImagePolicy | ImageUpdateAutomation;

/** The pass failed: what the last good one found stays, and the next look comes later the longer it fails. */
export async function settleImageFailure(deps: Deps, input: FailureInput): Promise<void> {
  const { ref, reason, message, stalled, attempt } = input;
  // Not parsed: a status must be written even for an object whose spec does not parse.
  const found = await readUnparsed<ImageObject>(deps.kube, ref);
  if (!found) return;
  const object = asAttempted(found, attempt);
  const now = deps.now();
  const after = {
    ...readyFailed<Status>(looseOf(object), { reason, message, stalled, now }),
    ...(ref.kind === Kind.ImageUpdateAutomation && { lastAutomationRunTime: seconds(now) }),
  };
  await deps.events.record({ object, type: 'Warning', reason, message });
  await patchStatus(deps.kube, ref, object.status, after);
  await retryFailed(deps, input, after);
}

export interface WaitingImageInput extends RefInput {
  readonly reason: Reason;
  readonly message: string;
}

/** What it depends on is not there yet: the watch tells when it is, and a later look makes sure. */
export async function settleImageWaiting(
  deps: Deps,
  { ref, reason, message }: WaitingImageInput,
): Promise<void> {
  const object = await readUnparsed<ImageObject>(deps.kube, ref);
  if (!object) return;
  const failure = { reason, message, stalled: false, now: deps.now() };
  const after = readyFailed<Status>(looseOf(object), failure);
  const isNews = findCondition(object.status?.conditions, 'Ready')?.message !== message;
  if (isNews) await deps.events.record({ object, type: 'Warning', reason, message });
  await patchStatus(deps.kube, ref, object.status, after);
  await deps.runs.retryIn(ref, deps.policy.requeueDependencyMs);
}

/** Of all three kinds a failure says the same. */
function looseOf(object: ImageObject): ReadyObject<Status> {
  return object as ReadyObject<Status>;
}
