import { type ConditionChange, ConditionType, findCondition } from '../../api/conditions.ts';
import type { HelmRelease, HelmReleaseStatus, Snapshot } from '../../api/helm-release.ts';
import { Kind } from '../../api/object-ref.ts';
import { Reason } from '../../api/reasons.ts';
import type { Deps } from '../deps.ts';
import { acted, releasedMessage } from '../status/helm-release-status.ts';
import { patchStatus, type Status } from '../status/patch.ts';
import { inventoryOfRelease } from './actions/inventory-of-release.ts';
import { eventMetadata, historyOf } from './actions/outcome.ts';
import type { Gathered } from './gather.ts';
import { recordRelease } from './history/record.ts';
import { latest } from './history/snapshots.ts';
import { verifyReleaseObject } from './history/verify.ts';
import { isCorrupt, type Release } from './storage/release.ts';
import type { StoredReleases } from './storage/storage.ts';

const { Reconciling, Released, Remediated, TestSuccess } = ConditionType;

/**
 * Tells what an action did whose worker was lost before it could: without that, nobody would know the release for ours
 * any more, and where a rollback of it goes.
 */
export async function catchUp(deps: Deps, gathered: Gathered): Promise<Gathered> {
  const { object, releases } = gathered;
  const [newest] = releases;
  if (newest === undefined || isCorrupt(newest) || !isUntold(object, newest)) return gathered;
  const { lastAttemptedReleaseAction, lastAttemptedConfigDigest: configDigest } = object.status ?? {};
  const isRollback = newest.info.rollbackRevision > 0;
  const action = isRollback ? 'rollback' : lastAttemptedReleaseAction;
  const written = [newest, ...supersededBy(newest, object, releases)];
  const history = recordRelease(historyOf(object), written, { action, ...(!isRollback && { configDigest }) });
  const inventory = await inventoryOfRelease({ ...gathered, deps }, newest);
  const status = {
    ...object.status,
    history: [...history],
    ...(inventory && { inventory: { entries: [...inventory] } }),
  };
  const current = latest(history);
  return { ...gathered, object: await tell(deps, { ...object, status }, { before: object, current }) };
}

/** Whether it came of the action that the status announces and does not know the end of. */
function isUntold(object: HelmRelease, { version, info, chart, record }: Release): boolean {
  const { status } = object;
  if (!record.isOurs || (info.status !== 'deployed' && info.status !== 'failed')) return false;
  // It stays while a pass is open, and over passes that failed since, for want of the chart for instance.
  if (findCondition(status?.conditions, Reconciling) === undefined) return false;
  if (status?.lastAttemptedReleaseAction === undefined) return false;
  const before = latest(historyOf(object));
  const isNext = before === undefined || version === before.version + 1;
  return isNext && (info.rollbackRevision > 0 || chart.version === status.lastAttemptedRevision);
}

/** The release before, where helm only noted that there is a newer one. */
export function supersededBy(
  { version }: Pick<Release, 'version'>,
  object: HelmRelease,
  releases: StoredReleases,
): readonly Release[] {
  const before = historyOf(object).find((snapshot) => snapshot.version < version);
  const stored = releases.find((release) => release.version === before?.version);
  if (before === undefined || stored === undefined || isCorrupt(stored)) return [];
  if (stored.info.status !== 'superseded') return [];
  const asBefore = { ...stored, info: { ...stored.info, status: before.status } };
  return verifyReleaseObject(before, asBefore) === undefined ? [stored] : [];
}

interface Told {
  readonly before: HelmRelease;
  readonly current: Snapshot | undefined;
}

async function tell(deps: Deps, object: HelmRelease, { before, current }: Told): Promise<HelmRelease> {
  const change = current && conditionOf(current);
  const remove = change?.type === Released ? [Remediated, TestSuccess] : [];
  const status: HelmReleaseStatus = change
    ? acted(object, { set: [change], remove }, deps.now())
    : (object.status ?? {});
  const { namespace, name } = object.metadata;
  const ref = { kind: Kind.HelmRelease, namespace, name };
  if (change && current) {
    const { reason, message } = change;
    await deps.events.record({ object, type: 'Normal', reason, message, metadata: eventMetadata(current) });
  }
  await patchStatus(deps.kube, ref, before.status as Status | undefined, status as Status);
  return { ...object, status };
}

/** What the action would have said; of one that failed only its log knew why. */
function conditionOf(current: Snapshot): (ConditionChange & { readonly reason: Reason }) | undefined {
  if (current.status !== 'deployed' || current.action === 'rollback') return undefined;
  const action = current.action === 'install' ? 'install' : 'upgrade';
  const reason = action === 'install' ? Reason.InstallSucceeded : Reason.UpgradeSucceeded;
  return { type: Released, status: 'True', reason, message: releasedMessage(action, current) };
}
