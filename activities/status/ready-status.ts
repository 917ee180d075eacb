import { type Condition, type ConditionChange, ConditionType, findCondition } from '../../api/conditions.ts';
import { Annotation } from '../../api/names.ts';
import { Reason } from '../../api/reasons.ts';
import { editConditions } from './patch.ts';

/** Pure: the statuses of kinds of which Ready tells all. */

const { Ready, Reconciling, Stalled } = ConditionType;

/** The fields that all kinds have. */
export interface ReadyStatus {
  readonly observedGeneration?: number | undefined;
  readonly conditions?: readonly Condition[] | undefined;
  readonly lastHandledReconcileAt?: string | undefined;
}

/** An object as far as its status is worked out here. */
export interface ReadyObject<Status extends ReadyStatus> {
  readonly metadata: {
    readonly generation: number;
    readonly annotations?: Readonly<Record<string, string>> | undefined;
  };
  readonly status?: Status | undefined;
}

/**
 * Work is going on: said before it. What is ready, or has failed, stays so until the outcome, as by Flux's
 * `ProgressiveStatus`: since when it fails decides when it is tried again.
 */
export function readyProgressing<Status extends ReadyStatus>(
  object: ReadyObject<Status>,
  message: string,
  now: Date,
): Status {
  const before = findCondition(object.status?.conditions, Ready)?.status ?? 'Unknown';
  const unknown: ConditionChange = { type: Ready, status: 'Unknown', reason: Reason.Progressing, message };
  const set: readonly ConditionChange[] = [
    { type: Reconciling, status: 'True', reason: Reason.Progressing, message },
    ...(before === 'Unknown' ? [unknown] : []),
  ];
  return edited(object, { remove: [Stalled], set }, now);
}

/** All is as it should be: what was wrong is over, the generation and the request are answered. */
export function readySucceeded<Status extends ReadyStatus>(
  object: ReadyObject<Status>,
  message: string,
  now: Date,
): Status {
  const set: readonly ConditionChange[] = [
    { type: Ready, status: 'True', reason: Reason.Succeeded, message },
  ];
  return {
    ...edited(object, { remove: [Reconciling, Stalled], set }, now),
    ...handledRequest(object),
    observedGeneration: object.metadata.generation,
  };
}

/** Why a pass failed. */
export interface ReadyFailure {
  readonly reason: Reason;
  readonly message: string;
  readonly stalled: boolean;
  readonly now: Date;
}

/** A pass failed, and what the last good one left stays. Stalled waits for a change; anything else is tried again. */
export function readyFailed<Status extends ReadyStatus>(
  object: ReadyObject<Status>,
  { reason, message, stalled, now }: ReadyFailure,
): Status {
  const next: ConditionChange = stalled
    ? { type: Stalled, status: 'True', reason, message }
    : { type: Reconciling, status: 'True', reason: Reason.ProgressingWithRetry, message };
  const set: readonly ConditionChange[] = [{ type: Ready, status: 'False', reason, message }, next];
  return {
    ...edited(object, { remove: [stalled ? Reconciling : Stalled], set }, now),
    ...handledRequest(object),
    ...(stalled && { observedGeneration: object.metadata.generation }),
  };
}

/** Suspended, an object stays current with what it has; one whose first work was stopped says so with the reason. */
export function readySuspended<Status extends ReadyStatus>(
  object: ReadyObject<Status>,
  { note, reason, now }: { readonly note: string; readonly reason: Reason; readonly now: Date },
): Status {
  const wasStopped = findCondition(object.status?.conditions, Ready)?.status === 'Unknown';
  const message = `stopped by a suspension before it was done: ${note}`;
  const set: readonly ConditionChange[] = [{ type: Ready, status: 'False', reason, message }];
  return {
    ...(wasStopped ? edited(object, { remove: [Reconciling], set }, now) : (object.status as Status)),
    ...handledRequest(object),
    observedGeneration: object.metadata.generation,
  };
}

/** The status with other conditions. */
export function edited<Status extends ReadyStatus>(
  { metadata: { generation }, status }: ReadyObject<Status>,
  edit: { readonly remove: readonly ConditionType[]; readonly set: readonly ConditionChange[] },
  now: Date,
): Status {
  // An object without a status gets one of its kind, all of whose fields may be absent.
  return {
    ...status,
    conditions: [...editConditions(status?.conditions, { ...edit, generation, now })],
  } as unknown as Status;
}

/** The request that this pass serves: the annotation's value when the pass began, opaque. */
export function handledRequest({
  metadata,
}: Pick<ReadyObject<ReadyStatus>, 'metadata'>): Pick<ReadyStatus, 'lastHandledReconcileAt'> {
  const requestedAt = metadata.annotations?.[Annotation.requestedAt];
  return requestedAt === undefined ? {} : { lastHandledReconcileAt: requestedAt };
}
