import { type Condition, ConditionType, findCondition } from '../../api/conditions.ts';
import { formatDuration } from '../../api/duration.ts';
import type { Kustomization, KustomizationStatus } from '../../api/kustomization.ts';
import { Annotation } from '../../api/names.ts';
import type { InventoryEntry } from '../../api/object-id.ts';
import { Reason } from '../../api/reasons.ts';
import { editConditions, seconds } from './patch.ts';

/** Pure: what the status of a Kustomization becomes at each turn of a pass. */

const { Ready, Reconciling, Stalled, Healthy } = ConditionType;

/** Work begins that will change the cluster: said before the first write, with the inventory that it may leave behind. */
export function progressing(object: Kustomization, input: ProgressInput): KustomizationStatus {
  const { message, now } = input;
  return {
    ...object.status,
    ...(input.inventory && { inventory: { entries: [...input.inventory] } }),
    lastAttemptedRevision: input.revision,
    conditions: [
      ...editConditions(object.status?.conditions, {
        remove: [Stalled],
        set: [
          { type: Reconciling, status: 'True', reason: Reason.Progressing, message },
          { type: Ready, status: 'Unknown', reason: Reason.Progressing, message },
          ...(input.health
            ? [{ type: Healthy, status: 'Unknown', reason: Reason.Progressing, message } as const]
            : []),
        ],
        generation: object.metadata.generation,
        now,
      }),
    ],
  };
}

export interface ProgressInput {
  readonly message: string;
  readonly revision: string;
  readonly now: Date;
  readonly inventory?: readonly InventoryEntry[];
  /** The progress is of the health check. */
  readonly health?: boolean;
}

/** Everything is applied and healthy. */
export function succeeded(object: Kustomization, input: SuccessInput): KustomizationStatus {
  const { now, revision } = input;
  const message = `Applied revision: ${revision}`;
  return {
    ...object.status,
    ...handledRequest(object),
    observedGeneration: object.metadata.generation,
    inventory: { entries: [...input.inventory] },
    lastAttemptedRevision: revision,
    lastAppliedRevision: revision,
    history: history(object, { ...input, status: Reason.ReconciliationSucceeded }),
    conditions: [
      ...editConditions(object.status?.conditions, {
        remove: input.checksHealth ? [Reconciling, Stalled] : [Reconciling, Stalled, Healthy],
        set: [
          { type: Ready, status: 'True', reason: Reason.ReconciliationSucceeded, message },
          ...(input.checksHealth
            ? [
                {
                  type: Healthy,
                  status: 'True',
                  reason: Reason.Succeeded,
                  message: 'Health check passed',
                } as const,
              ]
            : []),
        ],
        generation: object.metadata.generation,
        now,
      }),
    ],
  };
}

export interface SuccessInput {
  readonly revision: string;
  /** Of the built objects. */
  readonly digest: string;
  readonly inventory: readonly InventoryEntry[];
  readonly checksHealth: boolean;
  readonly startedAt: Date;
  readonly now: Date;
}

/** A step failed. Stalled waits for a change; anything else says that it is tried again. */
export function failedStatus(object: Kustomization, input: FailureInput): KustomizationStatus {
  const { stalled, message, now } = input;
  // A cycle keeps the word that tools know for a dependency that is not there.
  const reason = input.reason === Reason.DependencyCycle ? Reason.DependencyNotReady : input.reason;
  return {
    ...object.status,
    ...handledRequest(object),
    ...(stalled && { observedGeneration: object.metadata.generation }),
    ...(input.revision !== undefined && { lastAttemptedRevision: input.revision }),
    ...(input.revision !== undefined &&
      input.digest !== undefined && {
        history: history(object, {
          ...input,
          revision: input.revision,
          digest: input.digest,
          status: reason,
        }),
      }),
    conditions: [
      ...editConditions(object.status?.conditions, {
        remove: stalled ? [Reconciling] : [Stalled],
        set: [
          { type: Ready, status: 'False', reason, message },
          stalled
            ? { type: Stalled, status: 'True', reason: input.reason, message }
            : { type: Reconciling, status: 'True', reason: Reason.ProgressingWithRetry, message },
          ...(reason === Reason.HealthCheckFailed
            ? [{ type: Healthy, status: 'False', reason, message } as const]
            : []),
        ],
        generation: object.metadata.generation,
        now,
      }),
    ],
  };
}

export interface FailureInput {
  readonly reason: Reason;
  readonly message: string;
  readonly stalled: boolean;
  readonly revision?: string | undefined;
  readonly digest?: string | undefined;
  readonly startedAt: Date;
  readonly now: Date;
}

/**
 * A suspended object answers requests, and a ready one stays current for whoever waits for it. One whose work was
 * stopped by the suspension says so: nobody would ever end its progress.
 */
export function suspendedStatus(object: Kustomization, note: string, now: Date): KustomizationStatus {
  const ready = findCondition(object.status?.conditions, Ready);
  return {
    ...object.status,
    ...handledRequest(object),
    ...(ready?.status === 'True' && { observedGeneration: object.metadata.generation }),
    ...(ready?.status === 'Unknown' && { conditions: [...stopped(object, note, now)] }),
  };
}

function stopped(object: Kustomization, note: string, now: Date): readonly Condition[] {
  const { conditions } = object.status ?? {};
  const wasWaiting = findCondition(conditions, Healthy)?.status === 'Unknown';
  const reason = wasWaiting ? Reason.HealthCheckCanceled : Reason.ReconciliationFailed;
  const message = `stopped by a suspension before it was done: ${note}`;
  return editConditions(conditions, {
    remove: wasWaiting ? [Reconciling, Healthy] : [Reconciling],
    set: [{ type: Ready, status: 'False', reason, message }],
    generation: object.metadata.generation,
    now,
  });
}

/** The request that this pass serves: the annotation's value when the pass began, opaque. */
function handledRequest(object: Kustomization): Pick<KustomizationStatus, 'lastHandledReconcileAt'> {
  const requestedAt = object.metadata.annotations?.[Annotation.requestedAt];
  return requestedAt === undefined ? {} : { lastHandledReconcileAt: requestedAt };
}

const KEPT_SNAPSHOTS = 5;

/** The newest snapshots first; the same digest with the same outcome is counted, not repeated. */
function history(
  object: Kustomization,
  {
    digest,
    status,
    revision,
    startedAt,
    now,
  }: { digest: string; status: string; revision: string; startedAt: Date; now: Date },
): NonNullable<KustomizationStatus['history']> {
  const before = object.status?.history ?? [];
  const same = before.find(
    (snapshot) => snapshot.digest === digest && snapshot.lastReconciledStatus === status,
  );
  const snapshot = {
    digest,
    firstReconciled: same?.firstReconciled ?? seconds(now),
    lastReconciled: seconds(now),
    lastReconciledDuration: formatDuration(Math.max(0, now.getTime() - startedAt.getTime())),
    lastReconciledStatus: status,
    totalReconciliations: (same?.totalReconciliations ?? 0) + 1,
    metadata: { revision },
  };
  return [snapshot, ...before.filter((other) => other !== same)].slice(0, KEPT_SNAPSHOTS);
}
