import { ConditionType, findCondition } from '../../api/conditions.ts';
import { formatDuration } from '../../api/duration.ts';
import type { HelmRelease, HelmReleaseStatus } from '../../api/helm-release.ts';
import { Annotation } from '../../api/names.ts';
import { Kind } from '../../api/object-ref.ts';
import { isReason, Reason } from '../../api/reasons.ts';
import type { Deps } from '../deps.ts';
import { failed, messageOf, stalled } from '../failures.ts';
import type { ArtifactPointer } from '../observe/source.ts';
import { acting, attempting } from '../status/helm-release-status.ts';
import { patchStatus, type Status } from '../status/patch.ts';
import type { StepContext } from '../steps.ts';
import { type Basis, basisOf } from './basis.ts';
import { catchUp } from './catch-up.ts';
import { brief, findDrift, tellDrift } from './find-drift.ts';
import { type Gathered, gather } from './gather.ts';
import { latest, previous, truncate, truncateIgnoringPreviousSnapshots } from './history/snapshots.ts';
import { releaseTargetChanged } from './history/target.ts';
import { verifyReleaseObject } from './history/verify.ts';
import { type ActionType, type NextAction, nextAction, type ReleaseAction, typeOf } from './next-action.ts';
import { activeRemediation, detectsDrift, retryIntervalMs, timeoutMs } from './spec.ts';
import { type ReleaseState, releaseState } from './state.ts';
import { isCorrupt } from './storage/release.ts';
import { verifyValues } from './values/digest.ts';

/** What is to be done with a release next. */
export type Decision =
  /** It is what it should be. */
  | { readonly state: 'InSync'; readonly configDigest: string; readonly drifted: boolean }
  | {
      readonly state: 'Act';
      readonly action: ReleaseAction;
      readonly why: string;
      readonly timeoutMs: number;
      readonly basis: Basis;
    }
  /** This pass has done what it may; a later one goes on. */
  | { readonly state: 'Ended'; readonly reason: Reason; readonly message: string };

interface DecideInput {
  readonly object: HelmRelease;
  readonly artifact: ArtifactPointer;
  readonly taken: readonly ActionType[];
}

/** Compares what is wanted with helm's records and says what comes next; an action is announced in the status. */
export async function decide(
  deps: Deps,
  { object: before, artifact, taken }: DecideInput,
  step: StepContext,
): Promise<Decision> {
  const gathered = await catchUp(deps, await gather(deps, before, artifact, step.signal));
  const { object: found } = gathered;
  const why = replacement(gathered);
  if (why !== undefined)
    return {
      state: 'Act',
      action: 'replace',
      why,
      timeoutMs: timeoutMs(found, 'uninstall'),
      basis: basisOf(gathered),
    };

  const { object, state, next } = assess(gathered);
  switch (next.kind) {
    case 'none':
      return inSync(deps, { ...gathered, object }, taken, step);
    case 'stalled':
      await write(deps, found, object.status ?? {});
      throw stalled(next.reason, next.message);
    default:
      return begin(deps, found, object, {
        action: next.kind,
        why: reasonOf(state),
        taken,
        basis: basisOf(gathered),
      });
  }
}

interface Assessment {
  /** With the status that an attempt begins with. */
  readonly object: HelmRelease;
  readonly state: ReleaseState;
  readonly next: NextAction;
}

/** What is there, and what is to be done about it. Nothing is written. */
function assess(gathered: Gathered): Assessment {
  const { object: found } = gathered;
  const tried = { ...gathered, object: attempt(gathered) };
  const state = stateOf(tried);
  const object = withHistory(tried.object, state);
  const isForced = isAsked(found, Annotation.forceAt, found.status?.lastHandledForceAt);
  const next = nextAction({ state, object, isForced, rollbackTarget: rollbackTarget({ ...tried, object }) });
  return { object, state, next };
}

/** What a release lacks, in words; undefined when it is what it should be. For the looks of a clock: nothing is written. */
export async function lacks(
  deps: Deps,
  found: HelmRelease,
  artifact: ArtifactPointer,
  step: StepContext,
): Promise<string | undefined> {
  const gathered = await gather(deps, found, artifact, step.signal);
  const { object, state, next } = assess(gathered);
  if (next.kind !== 'none') return reasonOf(state);
  if (!detectsDrift(object)) return undefined;
  const drift = await findDrift(deps, { ...gathered, object }, step);
  return drift && brief(drift);
}

interface Beginning {
  readonly basis: Basis;
  readonly action: Exclude<NextAction['kind'], 'none' | 'stalled'>;
  readonly why: string;
  readonly taken: readonly ActionType[];
}

/** Each type of action is taken once in a pass: what would be the second is left to a later one. */
async function begin(
  deps: Deps,
  found: HelmRelease,
  object: HelmRelease,
  { action, why, taken, basis }: Beginning,
): Promise<Decision> {
  if (taken.includes(typeOf(action))) {
    const ready = findCondition(object.status?.conditions, ConditionType.Ready);
    const reason = isReason(ready?.reason) ? ready.reason : Reason.ReconciliationFailed;
    return { state: 'Ended', reason, message: ready?.message ?? why };
  }
  const ms = timeoutMs(object, action === 'unlock' ? undefined : action);
  await announce(deps, found, object, { action, ms });
  return { state: 'Act', action, why, timeoutMs: ms, basis };
}

function reasonOf({ status, reason }: ReleaseState): string {
  return reason === undefined ? status : `${status}: ${reason}`;
}

/** The snapshots that still count: none of a release that is not ours any more, and no long list of failures. */
function withHistory(object: HelmRelease, { status }: ReleaseState): HelmRelease {
  const history = object.status?.history ?? [];
  if (status === 'Unmanaged') return { ...object, status: { ...object.status, history: [] } };
  if (status !== 'Failed' && status !== 'InSync') return object;
  const ignoresTests =
    activeRemediation(object)?.ignoresTestFailures ?? object.spec.test?.ignoreFailures ?? false;
  const kept =
    retryIntervalMs(object) === undefined
      ? truncate(history, ignoresTests)
      : truncateIgnoringPreviousSnapshots(history);
  return { ...object, status: { ...object.status, history: [...kept] } };
}

/** Why the release is to be taken down before another one is made; undefined when it stays. */
function replacement({ object, target, chart }: Gathered): string | undefined {
  const changed = releaseTargetChanged(object.status, target, chart.name);
  if (changed === undefined) return undefined;
  const isRenamedChart = changed === 'chart name';
  const staysInPlace = object.spec.upgrade?.chartNameChangeStrategy === 'InPlaceUpdate';
  return isRenamedChart && staysInPlace ? undefined : `${changed} has changed`;
}

/** The object with the status that this attempt begins with. */
function attempt({ object, chart, values, target }: Gathered): HelmRelease {
  const { status, metadata } = object;
  const tried = status?.lastAttemptedConfigDigest;
  const resetsFailures =
    status?.lastAttemptedGeneration !== metadata.generation ||
    status.lastAttemptedRevision !== chart.version ||
    (tried !== undefined && !verifyValues(tried, values)) ||
    isAsked(object, Annotation.resetAt, status.lastHandledResetAt);
  const attempted = attempting(object, {
    chartVersion: chart.version,
    configDigest: values.digest,
    storageNamespace: target.storageNamespace,
    resetsFailures,
  });
  return { ...object, status: attempted };
}

/** Whether an annotation asks for something once more: its value is the one of the request that this pass serves. */
function isAsked(
  { metadata, status }: HelmRelease,
  annotation: string,
  handled: string | undefined,
): boolean {
  const { [Annotation.requestedAt]: requestedAt, [annotation]: value } = metadata.annotations ?? {};
  const isNew = requestedAt !== undefined && requestedAt !== status?.lastHandledReconcileAt;
  return isNew && value === requestedAt && value !== handled;
}

function stateOf({ object, releases, chart, values, ...gathered }: Gathered): ReleaseState {
  const [newest] = releases;
  const current = latest(object.status?.history ?? []);
  try {
    return releaseState({
      object,
      current,
      last: newest && {
        isReadable: !isCorrupt(newest),
        status: isCorrupt(newest) ? '' : newest.info.status,
        chartName: isCorrupt(newest) ? '' : newest.chart.name,
        chartVersion: isCorrupt(newest) ? '' : newest.chart.version,
        isAsObserved:
          !isCorrupt(newest) && current !== undefined && verifyReleaseObject(current, newest) === undefined,
      },
      wanted: {
        chartName: chart.name,
        chartVersion: chart.version,
        hasSameValues: current !== undefined && verifyValues(current.configDigest, values),
        postRenderersDigest: gathered.postRenderersDigest,
        commonMetadataDigest: gathered.commonMetadataDigest,
      },
    });
  } catch (error) {
    throw failed(Reason.StateError, `Could not determine release state: ${messageOf(error)}`);
  }
}

function rollbackTarget({ object, releases }: Gathered): 'good' | 'missing' | 'changed' {
  const ignoresTests = activeRemediation(object)?.ignoresTestFailures ?? false;
  const target = previous(object.status?.history ?? [], ignoresTests);
  if (target === undefined) return 'missing';
  const stored = releases.find(({ version }) => version === target.version);
  const isGood =
    stored !== undefined && !isCorrupt(stored) && verifyReleaseObject(target, stored) === undefined;
  return isGood ? 'good' : 'changed';
}

/** Nothing is left to do about the release itself; the cluster may differ from it. */
async function inSync(
  deps: Deps,
  gathered: Gathered,
  taken: readonly ActionType[],
  step: StepContext,
): Promise<Decision> {
  const { object, values } = gathered;
  const synced = { state: 'InSync', configDigest: values.digest } as const;
  const drift = detectsDrift(object) ? await findDrift(deps, gathered, step) : undefined;
  if (drift === undefined) return { ...synced, drifted: false };
  await tellDrift(deps, gathered, drift);
  const corrects = object.spec.driftDetection?.mode === 'enabled' && !taken.includes('correct');
  if (!corrects) return { ...synced, drifted: true };
  return {
    state: 'Act',
    action: 'correct',
    why: brief(drift),
    timeoutMs: timeoutMs(object),
    basis: basisOf(gathered),
  };
}

/** What the status becomes when an action begins: enough to know whose it was if nobody lives to tell its end. */
async function announce(
  deps: Deps,
  found: HelmRelease,
  object: HelmRelease,
  { action, ms }: { readonly action: ReleaseAction; readonly ms: number },
): Promise<void> {
  const isRelease = action === 'install' || action === 'upgrade';
  const { [Annotation.forceAt]: forceAt } = object.metadata.annotations ?? {};
  const status = {
    ...object.status,
    ...(isRelease && { lastAttemptedReleaseAction: action }),
    ...(isRelease && forceAt !== undefined && { lastHandledForceAt: forceAt }),
    ...(action === 'install' && { history: [] }),
  };
  const message = `Running '${action}' action with timeout of ${formatDuration(ms)}`;
  const now = deps.now();
  await write(deps, found, acting({ ...object, status }, { message, isRelease, now }));
}

async function write(deps: Deps, { metadata, status }: HelmRelease, after: HelmReleaseStatus): Promise<void> {
  const ref = { kind: Kind.HelmRelease, namespace: metadata.namespace, name: metadata.name };
  await patchStatus(deps.kube, ref, status as Status | undefined, after as Status);
}
