import { ConditionType } from '../../../api/conditions.ts';
import { formatDuration } from '../../../api/duration.ts';
import type { HelmReleaseStatus, Snapshot } from '../../../api/helm-release.ts';
import { Reason } from '../../../api/reasons.ts';
import { messageOf } from '../../failures.ts';
import { isTransient } from '../../kube/errors.ts';
import { digests, releasedMessage, withoutFailures } from '../../status/helm-release-status.ts';
import { enabledCrds } from '../chart/enabled-crds.ts';
import { applyCrds } from '../crds/apply-crds.ts';
import { recordRelease } from '../history/record.ts';
import { fullReleaseName, hasBeenTested, latest, versionedChartName } from '../history/snapshots.ts';
import { createPostRender } from '../post-render/post-render.ts';
import type { HelmResult } from '../run/act.ts';
import { retryIntervalMs } from '../spec.ts';
import { isCorrupt } from '../storage/release.ts';
import { awaitHealth } from './await-health.ts';
import { clearCutOffHooks } from './clear-hooks.ts';
import { inventoryOfRelease } from './inventory-of-release.ts';
import {
  type ActionOutcome,
  actBase,
  applyMethodOf,
  countFailure,
  eventMetadata,
  historyOf,
  newestOf,
  readVersions,
  type Turn,
  withLog,
} from './outcome.ts';

const { Released, TestSuccess, Remediated } = ConditionType;

/** Installs or upgrades a release, with the definitions of its chart first. Helm-controller's `Install` and `Upgrade`. */
export async function release(turn: Turn, action: 'install' | 'upgrade'): Promise<ActionOutcome> {
  const began = turn.deps.now().getTime();
  const result = await attempt(turn, action);
  const written = await readVersions(turn, result.written);
  const took = formatDuration(turn.deps.now().getTime() - began);
  const base = action === 'install' ? [] : historyOf(turn.object);
  const history = recordRelease(base, written, { action, configDigest: turn.values.digest });
  const inventory = await inventoryOfRelease(turn, newestOf(written));
  const status: HelmReleaseStatus = {
    ...turn.object.status,
    ...digests(turn),
    lastAttemptedReleaseAction: action,
    lastAttemptedReleaseActionDuration: took,
    history: [...history],
    ...(inventory && { inventory: { entries: [...inventory] } }),
  };
  if (result.cancelled) return { status, set: [] };
  const current = latest(history);
  if (result.error === undefined && current !== undefined)
    return succeeded(turn, action, { status, current });
  return failure(turn, action, { status, result, isRecorded: written.length > 0 });
}

/** What helm does, framed by what its command line leaves to others. */
async function attempt(turn: Turn, action: 'install' | 'upgrade'): Promise<HelmResult> {
  const { deps, object, chart, archive, values, kube, step, releases } = turn;
  const crds = enabledCrds(chart, values.json);
  const refused = await applyCrds(kube, crds, { object, action, signal: step.signal }).then(
    () => undefined,
    (error: unknown) => crdFailure(error, step.signal),
  );
  if (refused) return refused;
  const newest = releases.find((stored) => !isCorrupt(stored));
  await clearCutOffHooks(kube, releases, step.signal);
  const rendering = {
    ...actBase(turn),
    chart: archive,
    values: values.json,
    sets: values.sets,
    postRender: createPostRender(object, { ...deps.kustomize, signal: step.signal }),
  };
  const result = await deps.helm.run(
    action === 'install'
      ? { ...rendering, kind: 'install' }
      : { ...rendering, kind: 'upgrade', lastApplied: applyMethodOf(newest) },
    step,
  );
  if (result.error !== undefined || result.cancelled) return result;
  return awaitHealth(turn, result, object.spec[action]?.disableWait ?? false);
}

/** A definition that cannot be applied fails the action before helm begins. */
function crdFailure(error: unknown, signal: AbortSignal): HelmResult {
  if (signal.aborted) return { cancelled: true, log: [], written: [] };
  const message = `failed to apply CustomResourceDefinitions: ${messageOf(error)}`;
  return { error: message, ...(isTransient(error) && { infrastructure: true }), log: [], written: [] };
}

interface Succeeded {
  readonly status: HelmReleaseStatus;
  readonly current: Snapshot;
}

function succeeded(
  { object }: Turn,
  action: 'install' | 'upgrade',
  { status, current }: Succeeded,
): ActionOutcome {
  const reason = action === 'install' ? Reason.InstallSucceeded : Reason.UpgradeSucceeded;
  const message = releasedMessage(action, current);
  const awaitsTests = object.spec.test?.enable === true && !hasBeenTested(current);
  const awaiting = `Helm release ${fullReleaseName(current)} with chart ${versionedChartName(current)} is awaiting tests`;
  const tests = {
    type: TestSuccess,
    status: 'Unknown',
    reason: Reason.AwaitingTests,
    message: awaiting,
  } as const;
  const retries = retryIntervalMs({ ...object, status }) !== undefined;
  return {
    // Where an action is only tried again, its failures count no longer than it fails.
    status: retries ? withoutFailures(status) : status,
    set: [{ type: Released, status: 'True', reason, message }, ...(awaitsTests ? [tests] : [])],
    remove: awaitsTests ? [Remediated] : [Remediated, TestSuccess],
    event: { type: 'Normal', reason, message, metadata: eventMetadata(current) },
  };
}

interface Failure {
  readonly status: HelmReleaseStatus;
  readonly result: HelmResult;
  /** Helm has a record of it: there is something to remediate, and the failure counts. */
  readonly isRecorded: boolean;
}

function failure(turn: Turn, action: 'install' | 'upgrade', input: Failure): ActionOutcome {
  const { chart, target, values } = turn;
  const { result, isRecorded } = input;
  const { error = 'helm wrote no record of the release', infrastructure = false, log } = result;
  const reason = action === 'install' ? Reason.InstallFailed : Reason.UpgradeFailed;
  const message = `Helm ${action} failed for release ${target.namespace}/${target.name} with chart ${chart.name}@${chart.version}: ${error}`;
  const counter = `${action}Failures` as const;
  const { status } = input;
  const counted = infrastructure
    ? status
    : { ...countFailure(status), ...(isRecorded && { [counter]: (status[counter] ?? 0) + 1 }) };
  const metadata = eventMetadata({
    chartVersion: chart.version,
    configDigest: values.digest,
    appVersion: chart.appVersion,
  });
  return {
    status: counted,
    set: [{ type: Released, status: 'False', reason, message }],
    remove: [Remediated, TestSuccess],
    event: { type: 'Warning', reason, message: withLog(message, log), metadata },
    // An API server that is away says nothing about the release: what there is of it is looked at again.
    ...((!isRecorded || infrastructure) && { error: { reason, message, mayPass: infrastructure } }),
  };
}
