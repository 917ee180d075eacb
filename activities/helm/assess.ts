import type { HelmRelease } from '../../api/helm-release.ts';
import { Annotation } from '../../api/names.ts';
import { Reason } from '../../api/reasons.ts';
import { failed, messageOf } from '../failures.ts';
import { attempting } from '../status/helm-release-status.ts';
import type { Gathered } from './gather.ts';
import { latest, previous } from './history/snapshots.ts';
import { verifyReleaseObject } from './history/verify.ts';
import { keptHistory } from './kept-history.ts';
import { type NextAction, nextAction } from './next-action.ts';
import { activeRemediation } from './spec.ts';
import { type ReleaseState, releaseState } from './state.ts';
import { isCorrupt } from './storage/release.ts';
import { verifyValues } from './values/digest.ts';

export interface Assessment {
  /** With the status that an attempt begins with. */
  readonly object: HelmRelease;
  readonly state: ReleaseState;
  readonly next: NextAction;
}

/** What is there, and what is to be done about it. Nothing is written. */
export function assess(gathered: Gathered): Assessment {
  const { object: found } = gathered;
  const tried = { ...gathered, object: attempt(gathered) };
  const state = stateOf(tried);
  const object = withHistory(tried.object, state);
  const isForced = isAsked(found, Annotation.forceAt, found.status?.lastHandledForceAt);
  const next = nextAction({ state, object, isForced, rollbackTarget: rollbackTarget({ ...tried, object }) });
  return { object, state, next };
}

/** A state in words, for the record of a run. */
export function reasonOf({ status, reason }: ReleaseState): string {
  return reason === undefined ? status : `${status}: ${reason}`;
}

/** The snapshots that still count: none of a release that is not ours any more, and no long list of failures. */
function withHistory(object: HelmRelease, { status }: ReleaseState): HelmRelease {
  if (status === 'Unmanaged') return { ...object, status: { ...object.status, history: [] } };
  if (status !== 'Failed' && status !== 'InSync') return object;
  return { ...object, status: { ...object.status, history: [...keptHistory(object)] } };
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
