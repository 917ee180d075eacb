import { ConditionType } from '../../../api/conditions.ts';
import { Reason } from '../../../api/reasons.ts';
import { faultPoint } from '../../fault.ts';
import { recordDone } from '../../status/record-done.ts';
import { supersededBy } from '../catch-up.ts';
import { observe } from '../history/observe.ts';
import { recordRelease, recordUnlock } from '../history/record.ts';
import { fullReleaseName, isOf, latest, versionedChartName } from '../history/snapshots.ts';
import { isUnfinished } from '../state.ts';
import { markFailed, staleDescription } from '../storage/mark-failed.ts';
import { isCorrupt, type Release } from '../storage/release.ts';
import { setAside } from '../storage/set-aside.ts';
import { type ActionOutcome, eventMetadata, historyOf, type Turn } from './outcome.ts';

const { Released } = ConditionType;

/**
 * Marks a release as failed that a helm which is gone left pending, or half taken down. No other helm of this object can be at work: this
 * run is the only one that is open, its worker runs one helm for a release, and the helm of a worker that died or lost
 * its task cannot write (the gateway of `run/`). Helm-controller's `Unlock`.
 */
export async function unlock(turn: Turn): Promise<ActionOutcome> {
  const { object, kube, releases } = turn;
  const pending = releases[0];
  const nothing: ActionOutcome = { status: object.status ?? {}, set: [] };
  if (pending && isCorrupt(pending)) return clearTheWay(turn);
  if (pending === undefined || !isUnfinished(pending.info.status)) return nothing;
  const was = pending.info.status;
  const unlocked = await markFailed(kube, pending, staleDescription(was));
  // Somebody else was faster; the next look sees what they made of it.
  if (unlocked === undefined) return nothing;
  faultPoint('helm.unlocked');
  const snapshot = observe(unlocked);
  const message = `Unlocked Helm release ${fullReleaseName(snapshot)} with chart ${versionedChartName(snapshot)} in ${was} state`;
  const reason = Reason.PendingRelease;
  return {
    status: { ...object.status, history: [...historyWith(turn, was, unlocked)] },
    set: [{ type: Released, status: 'False', reason, message }],
    event: { type: 'Normal', reason, message, metadata: eventMetadata(snapshot) },
  };
}

/**
 * The attempt that left it pending had no time to note it. It was ours when it is the one that had to come next: what
 * was good before stays known, so that a rollback has somewhere to go.
 */
function historyWith({ object, releases }: Turn, was: string, unlocked: Release) {
  const history = historyOf(object);
  if (history.some((snapshot) => isOf(snapshot, unlocked))) return recordUnlock(history, unlocked);
  const { lastAttemptedReleaseAction, lastAttemptedConfigDigest: configDigest } = object.status ?? {};
  const before = latest(history);
  const isNext = before === undefined || unlocked.version === before.version + 1;
  if (lastAttemptedReleaseAction === undefined || !isNext) return history;
  const written = [unlocked, ...supersededBy(unlocked, object, releases)];
  return was === 'pending-rollback'
    ? recordRelease(history, written, { action: 'rollback' })
    : recordRelease(history, written, { action: lastAttemptedReleaseAction, configDigest });
}

/** Helm would take the number of a record that it cannot read for free, and fail at its name ever after. */
async function clearTheWay({ object, kube, deps, releases }: Turn): Promise<ActionOutcome> {
  const readable = releases.findIndex((stored) => !isCorrupt(stored));
  for (const stored of releases.slice(0, readable < 0 ? undefined : readable)) {
    if (!isCorrupt(stored)) continue;
    const aside = await setAside(kube, stored);
    if (aside === undefined) continue;
    const message = `${stored.corrupt}; it was renamed to ${aside}, and the release goes on without it`;
    await recordDone(deps, { object, type: 'Warning', reason: Reason.StateError, message });
  }
  return { status: object.status ?? {}, set: [] };
}
