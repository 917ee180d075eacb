import { formatDuration } from '../../api/duration.ts';
import { Reason } from '../../api/reasons.ts';
import type { Receiver, ReceiverStatus } from '../../api/receiver.ts';
import type { Deps, RefInput } from '../deps.ts';
import { readReceiverSecret } from '../notify/receiver/secret.ts';
import { webhookPath } from '../notify/receiver/webhook-path.ts';
import { type Attempt, asAttempted, durationField, readUnparsed } from '../observe/object.ts';
import { patchStatus } from './patch.ts';
import { readyFailed, readySucceeded } from './ready-status.ts';
import { retryFailed } from './retry-failed.ts';
import type { FailureInput, Settled } from './settle-kustomization.ts';

export interface SettleReceiverInput extends RefInput, Attempt {}

/** Makes the path known. Throws TokenNotFound when the Secret went meanwhile. */
export async function settleReceiver(
  { kube, events, now }: Pick<Deps, 'kube' | 'events' | 'now'>,
  { ref, ...attempt }: SettleReceiverInput,
): Promise<Settled> {
  const found = await readUnparsed<Receiver>(kube, ref);
  if (!found) return { message: 'the object is gone' };
  // Checked was another spec: its own pass, which the watch asks for, says whether this one may answer.
  if (found.metadata.generation !== attempt.generation)
    return { message: 'the spec changed; it is checked again' };
  const object = asAttempted(found, attempt);
  const { token } = await readReceiverSecret(kube, object);
  const path = webhookPath(token, object.metadata);
  const next = formatDuration(durationField('interval', object.spec.interval));
  // The path is the only secret of some types, so a run does not tell it.
  const message = `Reconciliation finished, next run in ${next}`;
  await events.record({ object, type: 'Normal', reason: Reason.Succeeded, message });
  const status = readySucceeded<ReceiverStatus>(object, `Receiver initialized for path: ${path}`, now());
  await patchStatus(kube, ref, object.status, { ...status, webhookPath: path });
  return { message };
}

/** The pass failed. Without its token a Receiver has no path; with another trouble it keeps the one that it has. */
export async function settleReceiverFailure(deps: Deps, input: FailureInput): Promise<void> {
  const { ref, reason, message, stalled, attempt } = input;
  const found = await readUnparsed<Receiver>(deps.kube, ref);
  if (!found) return;
  const object = asAttempted(found, attempt);
  const { webhookPath: path, ...failed } = readyFailed<ReceiverStatus>(object, {
    reason,
    message,
    stalled,
    now: deps.now(),
  });
  const keepsPath = reason !== Reason.TokenNotFound && path !== undefined;
  const after = { ...failed, ...(keepsPath && { webhookPath: path }) };
  // Of what a change of the spec does not mend, Flux's word is a general one.
  const eventReason = reason === Reason.TokenNotFound ? Reason.Failed : reason;
  await deps.events.record({ object, type: 'Warning', reason: eventReason, message });
  await patchStatus(deps.kube, ref, object.status, after);
  await retryFailed(deps, input, after);
}
