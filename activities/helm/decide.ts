import { ConditionType, findCondition } from '../../api/conditions.ts';
import { formatDuration } from '../../api/duration.ts';
import type { HelmRelease, HelmReleaseStatus } from '../../api/helm-release.ts';
import { Kind } from '../../api/object-ref.ts';
import { isReason, Reason } from '../../api/reasons.ts';
import type { Deps } from '../deps.ts';
import type { ArtifactPointer } from '../observe/source.ts';
import { acting } from '../status/helm-release-status.ts';
import { patchStatus, type Status } from '../status/patch.ts';
import type { StepContext } from '../steps.ts';
import { assess, reasonOf } from './assess.ts';
import { type Basis, basisOf } from './basis.ts';
import { catchUp } from './catch-up.ts';
import { brief, findDrift, tellDrift } from './find-drift.ts';
import { type Gathered, gather } from './gather.ts';
import { releaseTargetChanged } from './history/target.ts';
import { type ActionType, type NextAction, type ReleaseAction, typeOf } from './next-action.ts';
import { detectsDrift, timeoutMs } from './spec.ts';

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
  | {
      readonly state: 'Ended';
      readonly reason: Reason;
      readonly message: string;
      /** Only a change of the object, or a person, helps. */
      readonly stalled?: boolean;
    };

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
      return { state: 'Ended', reason: next.reason, message: next.message, stalled: true };
    default:
      return begin(deps, found, object, {
        action: next.kind,
        why: reasonOf(state),
        taken,
        basis: basisOf(gathered),
      });
  }
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

/** Why the release is to be taken down before another one is made; undefined when it stays. */
function replacement({ object, target, chart }: Gathered): string | undefined {
  const changed = releaseTargetChanged(object.status, target, chart.name);
  if (changed === undefined) return undefined;
  const isRenamedChart = changed === 'chart name';
  const staysInPlace = object.spec.upgrade?.chartNameChangeStrategy === 'InPlaceUpdate';
  return isRenamedChart && staysInPlace ? undefined : `${changed} has changed`;
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
  const status = {
    ...object.status,
    ...(isRelease && { lastAttemptedReleaseAction: action }),
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
