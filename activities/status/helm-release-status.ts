import { type Condition, ConditionType, findCondition } from '../../api/conditions.ts';
import type { HelmRelease, HelmReleaseStatus, Snapshot } from '../../api/helm-release.ts';
import { Annotation } from '../../api/names.ts';
import { Reason } from '../../api/reasons.ts';
import { fullReleaseName, versionedChartName } from '../helm/history/snapshots.ts';
import { testsDecide } from '../helm/spec.ts';
import { type ConditionEdit, editConditions } from './patch.ts';

/** Pure: what the status of a HelmRelease becomes at each turn of a pass. */

const { Ready, Reconciling, Stalled, Released, TestSuccess, Remediated, Drifted } = ConditionType;

/** What a pass is about to attempt. */
export interface AttemptInput {
  readonly chartVersion: string;
  readonly configDigest: string;
  readonly storageNamespace: string;
  /** The failures before this attempt do not count any more. */
  readonly resetsFailures: boolean;
}

/** The status on which a pass decides: it names the attempt, and counts only failures of its like. */
export function attempting(object: HelmRelease, input: AttemptInput): HelmReleaseStatus {
  const { lastAttemptedValuesChecksum: _legacy, lastReleaseRevision: _old, ...status } = object.status ?? {};
  return {
    ...(input.resetsFailures ? withoutFailures(status) : status),
    ...handledTokens(object),
    storageNamespace: input.storageNamespace,
    lastAttemptedGeneration: object.metadata.generation,
    lastAttemptedRevision: input.chartVersion,
    lastAttemptedConfigDigest: input.configDigest,
  };
}

export function withoutFailures(status: HelmReleaseStatus): HelmReleaseStatus {
  const { failures: _a, installFailures: _b, upgradeFailures: _c, ...rest } = status;
  return rest;
}

/** The tokens of the request that this pass serves, noted whether or not they were acted upon; a later one is the next pass's. */
function handledTokens({ metadata: { annotations = {} } }: HelmRelease): HelmReleaseStatus {
  const { [Annotation.requestedAt]: requestedAt } = annotations;
  const { [Annotation.forceAt]: forceAt, [Annotation.resetAt]: resetAt } = annotations;
  return {
    ...(forceAt !== undefined && forceAt === requestedAt && { lastHandledForceAt: forceAt }),
    ...(resetAt !== undefined && resetAt === requestedAt && { lastHandledResetAt: resetAt }),
  };
}

/** An action of helm begins. Only an attempt at a release says something about readiness. */
export function acting(
  object: HelmRelease,
  { message, isRelease, now }: { message: string; isRelease: boolean; now: Date },
): HelmReleaseStatus {
  const reconciling = { type: Reconciling, status: 'True', reason: Reason.Progressing, message } as const;
  const ready = { type: Ready, status: 'Unknown', reason: Reason.Progressing, message } as const;
  return edited(object, { set: isRelease ? [reconciling, ready] : [reconciling], remove: [Stalled] }, now);
}

/** An action has ended: its conditions, and Ready as they sum up. */
export function acted(
  object: HelmRelease,
  changes: Pick<ConditionEdit, 'set' | 'remove'>,
  now: Date,
): HelmReleaseStatus {
  return summarised({ ...object, status: edited(object, changes, now) }, now);
}

/** The release is what it should be. */
export function inSync(object: HelmRelease, input: InSyncInput): HelmReleaseStatus {
  const { now } = input;
  const conditions = object.status?.conditions;
  const drift =
    input.detectsDrift && !input.hasDrifted
      ? ([
          {
            type: Drifted,
            status: 'False',
            reason: Reason.NoDriftDetected,
            message: 'No drift detected against the cluster state',
          },
        ] as const)
      : [];
  const released = findCondition(conditions, Released);
  // A rollback may have led to just what is wanted now; and what failed before has come good by itself.
  const outdated =
    findCondition(conditions, Remediated) !== undefined || (released && released.status !== 'True');
  const isInstall = released?.reason === Reason.InstallFailed;
  const good = outdated
    ? ([
        {
          type: Released,
          status: 'True',
          reason: isInstall ? Reason.InstallSucceeded : Reason.UpgradeSucceeded,
          message: releasedMessage(isInstall ? 'install' : 'upgrade', input.current),
        },
      ] as const)
    : [];
  const remove = [Reconciling, Stalled, Remediated, ...(input.detectsDrift ? [] : [Drifted])];
  const status = acted(object, { set: [...good, ...drift], remove }, now);
  return {
    ...status,
    ...handledRequest(object),
    observedGeneration: object.metadata.generation,
    history: [...input.history],
    ...digests(input),
  };
}

export interface InSyncInput extends ObservedDigests {
  readonly current: Snapshot;
  readonly history: readonly Snapshot[];
  readonly detectsDrift: boolean;
  /** Told already by a condition of its own. */
  readonly hasDrifted: boolean;
  readonly now: Date;
}

export interface ObservedDigests {
  readonly postRenderersDigest: string | undefined;
  readonly commonMetadataDigest: string | undefined;
}

/** What the release was made with beside chart and values. */
export function digests({ postRenderersDigest, commonMetadataDigest }: ObservedDigests): HelmReleaseStatus {
  return {
    observedPostRenderersDigest: postRenderersDigest,
    observedCommonMetadataDigest: commonMetadataDigest,
  };
}

/** Drift was found; where it is only to be told, the release counts as it was. */
export function drifted(object: HelmRelease, message: string, now: Date): HelmReleaseStatus {
  const drift = { type: Drifted, status: 'True', reason: Reason.DriftDetected, message } as const;
  return edited(object, { set: [drift], remove: [] }, now);
}

/** A pass that failed. One that helm ended says so by its own conditions already. */
export function failedStatus(object: HelmRelease, input: FailedInput): HelmReleaseStatus {
  const { reason, message, stalled, now } = input;
  const isTold = input.isTold || reason === Reason.RetriesExceeded || reason === Reason.MissingRollbackTarget;
  const ready = { type: Ready, status: 'False', reason, message } as const;
  const ending = stalled
    ? ({ type: Stalled, status: 'True', reason, message } as const)
    : ({ type: Reconciling, status: 'True', reason: Reason.ProgressingWithRetry, message } as const);
  const told = isTold ? { ...object, status: summarised(object, now) } : object;
  const remove = [stalled ? Reconciling : Stalled];
  return {
    ...edited(told, { set: isTold ? [ending] : [ready, ending], remove }, now),
    ...handledRequest(object),
    ...handledTokens(object),
    ...(stalled && { observedGeneration: object.metadata.generation }),
  };
}

interface FailedInput {
  readonly reason: Reason;
  readonly message: string;
  readonly stalled: boolean;
  /** The conditions of the action say it. */
  readonly isTold: boolean;
  readonly now: Date;
}

/** Something is not there yet. */
export function waitingStatus(
  object: HelmRelease,
  { reason, message, now }: { reason: Reason; message: string; now: Date },
): HelmReleaseStatus {
  const set = [
    { type: Ready, status: 'False', reason, message },
    { type: Reconciling, status: 'True', reason: Reason.Progressing, message: 'Fulfilling prerequisites' },
  ] as const;
  return { ...edited(object, { set, remove: [Stalled] }, now), ...handledRequest(object) };
}

/** A suspended release answers requests; one whose work was stopped by the suspension says so. */
export function suspendedStatus(object: HelmRelease, note: string, now: Date): HelmReleaseStatus {
  const wasStopped = findCondition(object.status?.conditions, Ready)?.status === 'Unknown';
  const message = `stopped by a suspension before it was done: ${note}`;
  const set = [{ type: Ready, status: 'False', reason: Reason.ReconciliationFailed, message }] as const;
  return {
    ...(wasStopped ? edited(object, { set, remove: [Reconciling] }, now) : object.status),
    ...handledRequest(object),
    observedGeneration: object.metadata.generation,
  };
}

/** `Helm install succeeded for release default/podinfo.v1 with chart podinfo@6.5.0`. */
export function releasedMessage(action: 'install' | 'upgrade', current: Snapshot): string {
  return `Helm ${action} succeeded for release ${fullReleaseName(current)} with chart ${versionedChartName(current)}`;
}

/**
 * Ready sums up what was done last: the remediation, else the tests where they decide, else the release. What is of a
 * newer generation comes first. A remediation is no success, whatever it did.
 */
function summarised(object: HelmRelease, now: Date): HelmReleaseStatus {
  const order: readonly string[] = [Remediated, ...(testsDecide(object) ? [TestSuccess] : []), Released];
  const [deciding] = (object.status?.conditions ?? [])
    .filter(({ type }) => order.includes(type))
    .sort(
      (a, b) =>
        (b.observedGeneration ?? 0) - (a.observedGeneration ?? 0) ||
        order.indexOf(a.type) - order.indexOf(b.type),
    );
  if (deciding === undefined) return object.status ?? {};
  const { reason, message } = deciding;
  const status = deciding.type === Remediated ? 'False' : deciding.status;
  const tests = object.spec.test?.enable === true ? [] : [TestSuccess];
  const set = [{ type: Ready, status, reason, message }] as const;
  return edited(object, { set, remove: status === 'True' ? [Stalled, ...tests] : tests }, now);
}

function edited(
  { status, metadata }: HelmRelease,
  changes: Pick<ConditionEdit, 'set' | 'remove'>,
  now: Date,
): HelmReleaseStatus & { conditions: Condition[] } {
  const { generation } = metadata;
  return { ...status, conditions: [...editConditions(status?.conditions, { ...changes, generation, now })] };
}

function handledRequest(object: HelmRelease): Pick<HelmReleaseStatus, 'lastHandledReconcileAt'> {
  const requestedAt = object.metadata.annotations?.[Annotation.requestedAt];
  return requestedAt === undefined ? {} : { lastHandledReconcileAt: requestedAt };
}
