import { ConditionType } from '../../../api/conditions.ts';
import type { HelmRelease, HelmReleaseStatus, Snapshot } from '../../../api/helm-release.ts';
import { Reason } from '../../../api/reasons.ts';
import type { KubeClient } from '../../kube/client.ts';
import { seconds } from '../../status/patch.ts';
import { asUninstalled, recordUninstall } from '../history/record.ts';
import { fullReleaseName, latest, versionedChartName } from '../history/snapshots.ts';
import type { HelmResult } from '../run/act.ts';
import { isCorrupt } from '../storage/release.ts';
import { clearCutOffHooks } from './clear-hooks.ts';
import { type ActionOutcome, countFailure, eventMetadata, historyOf, type Turn, withLog } from './outcome.ts';
import { afterRemediation } from './remediated.ts';

const { Released, Remediated } = ConditionType;

/** Takes a failed release down, so that it can be installed anew. Helm-controller's `UninstallRemediation`. */
export async function uninstallToRemediate(turn: Turn): Promise<ActionOutcome> {
  const { object } = turn;
  const current = latest(historyOf(object));
  if (current === undefined) throw new Error('there is no release to uninstall');
  const { result, status } = await takeDown({ ...turn, secrets: turn.values.secrets }, current);
  if (result.cancelled) return { status, set: [] };
  const about = `Helm uninstall remediation for release ${fullReleaseName(current)} with chart ${versionedChartName(current)}`;
  const metadata = eventMetadata(current);
  if (result.error === undefined) {
    const reason = Reason.UninstallSucceeded;
    const message = `${about} succeeded`;
    return {
      status,
      set: [{ type: Remediated, status: 'True', reason, message }],
      event: { type: 'Normal', reason, message, metadata },
      ended: afterRemediation(object, { reason, message }),
    };
  }
  const reason = Reason.UninstallFailed;
  const message = `${about} failed: ${result.error}`;
  const { infrastructure = false } = result;
  return {
    status: infrastructure ? status : countFailure(status),
    set: [{ type: Remediated, status: 'False', reason, message }],
    event: { type: 'Warning', reason, message: withLog(message, result.log), metadata },
    error: { reason, message, mayPass: infrastructure },
  };
}

/**
 * Takes down the release that the object made last, because the object goes or wants another one. One that helm does
 * not know any more is down already. Helm-controller's `Uninstall`.
 */
export async function uninstallLatest(input: TakeDownInput): Promise<ActionOutcome> {
  const { object } = input;
  const current = latest(historyOf(object));
  const { inventory: _gone, ...down } = object.status ?? {};
  const reason = Reason.UninstallSucceeded;
  if (current === undefined) return { status: down, set: [] };
  const { result, status } = await takeDown(input, current);
  if (result.cancelled) return { status, set: [] };
  const about = `release ${fullReleaseName(current)} with chart ${versionedChartName(current)}`;
  const metadata = eventMetadata(current);
  const isGone = result.error === undefined || /release: not found|is already deleted/.test(result.error);
  if (isGone) {
    const message = result.error
      ? `Release ${fullReleaseName(current)} was not found, assuming it is uninstalled`
      : `Helm uninstall succeeded for ${about}`;
    const { inventory: _entries, ...rest } = status;
    return {
      status: rest,
      set: [{ type: Released, status: 'False', reason, message }],
      ...(!result.error && { event: { type: 'Normal', reason, message, metadata } as const }),
    };
  }
  const message = `Helm uninstall failed for ${about}: ${result.error}`;
  const { infrastructure = false } = result;
  return {
    status: infrastructure ? status : countFailure(status),
    set: [{ type: Released, status: 'False', reason: Reason.UninstallFailed, message }],
    event: {
      type: 'Warning',
      reason: Reason.UninstallFailed,
      message: withLog(message, result.log),
      metadata,
    },
    error: { reason: Reason.UninstallFailed, message, mayPass: infrastructure },
  };
}

export interface TakeDownInput extends Pick<Turn, 'deps' | 'step' | 'timeoutMs'> {
  readonly object: HelmRelease;
  readonly kube: KubeClient;
  /** Texts of Secrets among its values. */
  readonly secrets: readonly string[];
}

interface TakenDown {
  readonly result: HelmResult;
  readonly status: HelmReleaseStatus;
}

/** Where the release is, its snapshot and the status say: the spec may want it elsewhere by now. */
async function takeDown(
  { object, kube, deps, step, timeoutMs, secrets }: TakeDownInput,
  { name, namespace, version }: Snapshot,
): Promise<TakenDown> {
  const storageNamespace = object.status?.storageNamespace ?? object.metadata.namespace;
  // Read before: unless its history is kept, helm leaves no record of what it took down.
  const stored = await deps.releases.read(kube, { namespace: storageNamespace, name, version });
  const place = { storageNamespace, releaseNamespace: namespace, releaseName: name };
  const act = { object, kube, ...place, timeoutMs, secrets };
  await clearCutOffHooks(kube, stored ? [stored] : [], step.signal);
  const result = await deps.helm.run({ ...act, kind: 'uninstall' }, step);
  const after = await deps.releases.read(kube, { namespace: storageNamespace, name, version });
  const left = after ?? (stored && !isCorrupt(stored) && asUninstalled(stored, seconds(deps.now())));
  const history = left && !isCorrupt(left) ? recordUninstall(historyOf(object), [left]) : historyOf(object);
  return { result, status: { ...object.status, history: [...history] } };
}
