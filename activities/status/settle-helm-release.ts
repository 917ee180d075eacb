import { ConditionType, findCondition } from '../../api/conditions.ts';
import { formatDuration } from '../../api/duration.ts';
import type { HelmRelease, HelmReleaseStatus } from '../../api/helm-release.ts';
import type { ObjectRef } from '../../api/object-ref.ts';
import { Reason } from '../../api/reasons.ts';
import type { Deps } from '../deps.ts';
import { faultPoint } from '../fault.ts';
import { latest } from '../helm/history/snapshots.ts';
import { keptHistory } from '../helm/kept-history.ts';
import { commonMetadataDigest, postRenderersDigest } from '../helm/post-render/digests.ts';
import { activeRemediation, detectsDrift, retryIntervalMs } from '../helm/spec.ts';
import type { WaitingRelease } from '../observe/helm-release.ts';
import { type Attempt, asAttempted, readUnparsed } from '../observe/object.ts';
import { backOff, backOffAfter } from './back-off.ts';
import { failedStatus, inSync, waitingStatus } from './helm-release-status.ts';
import { patchStatus, type Status } from './patch.ts';
import type { FailureInput, Settled } from './settle-kustomization.ts';

export interface SettleReleaseInput extends Attempt {
  readonly ref: ObjectRef;
  /** The cluster differs from the release, and that is only to be told. */
  readonly drifted: boolean;
}

/** The release is what it should be: one status patch says so. */
export async function settleHelmRelease(deps: Deps, input: SettleReleaseInput): Promise<Settled> {
  const found = await read(deps, input.ref);
  if (!found) return { message: 'the object is gone' };
  const object = asAttempted(found, input);
  const history = keptHistory(object);
  const current = latest(history);
  if (current === undefined) throw new Error('a release in sync has no history');
  const status = inSync(object, {
    current,
    history,
    detectsDrift: detectsDrift(object),
    hasDrifted: input.drifted,
    postRenderersDigest: postRenderersDigest(object.spec),
    commonMetadataDigest: commonMetadataDigest(object.spec),
    now: deps.now(),
  });
  faultPoint('helm.status');
  await write(deps, input.ref, found, status);
  const ready = findCondition(status.conditions, ConditionType.Ready);
  return { message: ready?.message ?? 'the release is in sync' };
}

// What helm has ended has been told with the end, and by an event with helm's log.
const TOLD: ReadonlySet<string> = new Set([
  Reason.InstallFailed,
  Reason.UpgradeFailed,
  Reason.TestFailed,
  Reason.RollbackSucceeded,
  Reason.RollbackFailed,
  Reason.UninstallSucceeded,
  Reason.UninstallFailed,
  Reason.PendingRelease,
]);

/** The pass failed: the status says why, and unless only a change helps another look is arranged. */
export async function settleHelmReleaseFailure(deps: Deps, input: FailureInput): Promise<void> {
  const found = await read(deps, input.ref);
  if (!found) return;
  const object = asAttempted(found, input.attempt);
  const { reason, message, stalled } = input;
  const isTold = TOLD.has(reason);
  const now = deps.now();
  const status = failedStatus(object, { reason, message, stalled, isTold, now });
  if (!isTold) {
    const revision = input.attempt?.revision;
    const metadata = revision === undefined ? {} : { metadata: { revision } };
    await deps.events.record({ object, type: 'Warning', reason, message, ...metadata });
  }
  await write(deps, input.ref, found, status);
  // Whoever cancelled an action does not want it back at once: the interval looks again.
  if (reason === Reason.HealthCheckCanceled) await deps.runs.dropRetry(input.ref);
  else if (!stalled) await deps.runs.retryIn(input.ref, retryMs(deps, { ...object, status }, input));
}

/** The interval of the strategy, or the longer the more attempts have failed. */
function retryMs(deps: Deps, object: HelmRelease, { mayPass = false, reason }: FailureInput): number {
  const interval = retryIntervalMs(object);
  if (interval !== undefined && TOLD.has(reason) && !mayPass) return interval;
  const failures = activeRemediation(object)?.failures ?? 0;
  if (TOLD.has(reason) && failures > 0) return backOffAfter(failures);
  return backOff(object.status, deps.now());
}

export interface WaitingReleaseInput extends WaitingRelease {
  readonly ref: ObjectRef;
}

/** Something is not there yet: nothing failed, and a later run looks again. */
export async function settleHelmReleaseWaiting(deps: Deps, input: WaitingReleaseInput): Promise<void> {
  const object = await read(deps, input.ref);
  if (!object) return;
  const { reason, message, retryMs: delay } = input;
  if (reason === Reason.DependencyNotReady) {
    const event = `Dependencies do not meet ready condition, retrying in ${formatDuration(delay)}: ${message}`;
    await deps.events.record({ object, type: 'Normal', reason, message: event });
  }
  await write(deps, input.ref, object, waitingStatus(object, { reason, message, now: deps.now() }));
  await deps.runs.retryIn(input.ref, delay);
}

async function write(
  deps: Deps,
  ref: ObjectRef,
  { status }: HelmRelease,
  after: HelmReleaseStatus,
): Promise<void> {
  await patchStatus(deps.kube, ref, status as Status | undefined, after as Status);
}

async function read(deps: Deps, ref: ObjectRef): Promise<HelmRelease | undefined> {
  // Not parsed: a status must be written even for an object whose spec does not parse.
  return readUnparsed<HelmRelease>(deps.kube, ref);
}
