import { ConditionType } from '../../../api/conditions.ts';
import type { HelmReleaseStatus } from '../../../api/helm-release.ts';
import { Reason } from '../../../api/reasons.ts';
import { recordRollback } from '../history/record.ts';
import { fullReleaseName, previous, versionedChartName } from '../history/snapshots.ts';
import { upgradeRemediation } from '../spec.ts';
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
import { afterRemediation } from './remediated.ts';

const { Remediated } = ConditionType;

/** Goes back to the last good release after an upgrade failed. Helm-controller's `RollbackRemediation`. */
export async function rollback(turn: Turn): Promise<ActionOutcome> {
  const { object, deps, step, values } = turn;
  const target = previous(historyOf(object), upgradeRemediation(object).ignoresTestFailures);
  if (target === undefined) throw new Error('there is no release to roll back to');
  const { storageNamespace: namespace, name } = turn.target;
  const stored = await deps.releases.read(turn.kube, { namespace, name, version: target.version });
  await clearCutOffHooks(turn.kube, turn.releases, step.signal);
  const result = await deps.helm.run(
    { ...actBase(turn), kind: 'rollback', version: target.version, lastApplied: applyMethodOf(stored) },
    step,
  );
  const written = await readVersions(turn, result.written);
  const inventory = await inventoryOfRelease(turn, newestOf(written));
  const status: HelmReleaseStatus = {
    ...object.status,
    history: [...recordRollback(historyOf(object), written)],
    ...(inventory && { inventory: { entries: [...inventory] } }),
  };
  if (result.cancelled) return { status, set: [] };
  const about = `Helm rollback to previous release ${fullReleaseName(target)} with chart ${versionedChartName(target)}`;
  const metadata = eventMetadata({ ...target, configDigest: values.digest });
  if (result.error === undefined) {
    const reason = Reason.RollbackSucceeded;
    const message = `${about} succeeded`;
    return {
      status,
      set: [{ type: Remediated, status: 'True', reason, message }],
      event: { type: 'Normal', reason, message, metadata },
      ended: afterRemediation(object, { reason, message }),
    };
  }
  const reason = Reason.RollbackFailed;
  const message = `${about} failed: ${result.error}`;
  const { infrastructure = false } = result;
  const end = { reason, message };
  return {
    status: infrastructure ? status : countFailure(status),
    set: [{ type: Remediated, status: 'False', reason, message }],
    event: { type: 'Warning', reason, message: withLog(message, result.log), metadata },
    ...(written.length === 0 || infrastructure
      ? { error: { ...end, mayPass: infrastructure } }
      : { ended: afterRemediation(object, end) }),
  };
}
