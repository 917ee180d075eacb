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
import { backOff } from './back-off.ts';
import type { EventInput } from './events.ts';
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

/** The branch is as the policies want it: one patch says so, what was pushed, and what came of the pull request. */
export async function settleImageUpdateAutomation(
  deps: Deps,
  { ref, updated }: SettleUpdateInput,
): Promise<Settled> {
  const found = await readUnparsed<ImageUpdateAutomation>(deps.kube, ref);
  if (!found) return { message: 'the object is gone' };
  const object = asAttempted(found, updated.attempt);
  const after = updatedStatus(object, updated, deps.now());
  const events = [...eventsOf(object, updated), ...notesOf(object, after)];
  for (const event of events) await deps.events.record({ object, ...event });
  faultPoint('image.status');
  await patchStatus(deps.kube, ref, object.status, after);
  const { pullRequest } = updated;
  if (pullRequest?.state === 'failed')
    await deps.runs.retryIn(ref, pullRequest.retryAfterMs ?? backOff(after, deps.now()));
  return { message: events.map(({ message }) => message).join('; ') || UP_TO_DATE };
}

type Told = Pick<EventInput, 'type' | 'reason' | 'message'>;

/** What happened since the status was written last; a quiet interval is not told. */
function eventsOf({ status }: ImageUpdateAutomation, updated: UpdatedBranch): readonly Told[] {
  const { pushed, pullRequest } = updated;
  const told: Told[] = [];
  const succeeded = (message: string) => told.push({ type: 'Normal', reason: Reason.Succeeded, message });
  // One that an earlier attempt pushed is told once.
  if (pushed !== undefined && pushed.commit !== status?.lastPushCommit) succeeded(pushedMessage(updated));
  if (pullRequest?.state === 'opened') succeeded(`opened pull request ${pullRequest.url}`);
  if (pullRequest?.state === 'failed')
    told.push({ type: 'Warning', reason: Reason.PullRequestFailed, message: pullRequest.message });
  const wasReady = findCondition(status?.conditions, 'Ready')?.status !== 'False';
  if (told.length === 0 && !wasReady) succeeded(UP_TO_DATE);
  return told;
}

/** Files that were skipped and markers that lead nowhere are told when they are others than before. */
function notesOf({ status }: ImageUpdateAutomation, after: ImageUpdateAutomationStatus): readonly Told[] {
  const message = findCondition(after.conditions, 'Ready')?.message ?? '';
  const isNews = message !== findCondition(status?.conditions, 'Ready')?.message;
  if (!isNews || !message.startsWith(`${UP_TO_DATE}; `)) return [];
  return [{ type: 'Normal', reason: Reason.Succeeded, message }];
}
