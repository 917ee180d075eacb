import { ConditionType, findCondition } from '../../api/conditions.ts';
import { Kind } from '../../api/object-ref.ts';
import { Reason } from '../../api/reasons.ts';
import type { Deps } from '../deps.ts';
import { drifted } from '../status/helm-release-status.ts';
import { patchStatus, type Status } from '../status/patch.ts';
import type { StepContext } from '../steps.ts';
import { type Drift, type DriftContext, detectDrift, isDrifted } from './drift/detect.ts';
import { driftMessage, summarizeDrift } from './drift/summary.ts';
import type { Gathered } from './gather.ts';
import { fullReleaseName, latest } from './history/snapshots.ts';
import { createMask } from './mask.ts';
import { isCorrupt } from './storage/release.ts';

/** What the cluster has otherwise than the newest release; undefined when nothing. */
export async function findDrift(
  deps: Pick<Deps, 'driftMemo'>,
  gathered: Gathered,
  { signal }: StepContext,
): Promise<Drift | undefined> {
  const release = gathered.releases.find((stored) => !isCorrupt(stored));
  if (release === undefined || isCorrupt(release)) return undefined;
  const drift = await detectDrift(driftContext(deps, gathered, signal), release);
  return isDrifted(drift) ? drift : undefined;
}

export function driftContext(
  { driftMemo }: Pick<Deps, 'driftMemo'>,
  { kube, object, values }: Gathered,
  signal: AbortSignal,
): DriftContext {
  return { kube, object, memo: driftMemo, mask: createMask(values.secrets), signal };
}

/** In one line, for the record of a run. */
export function brief(drift: Drift): string {
  return `drifted: ${summarizeDrift(drift).replaceAll('\n', ', ')}`;
}

/** Says in the status, and by an event when it is news, what has drifted. */
export async function tellDrift(deps: Deps, { object }: Gathered, drift: Drift): Promise<void> {
  const current = latest(object.status?.history ?? []);
  const message = driftMessage(current ? fullReleaseName(current) : object.metadata.name, drift);
  const told = findCondition(object.status?.conditions, ConditionType.Drifted);
  if (told?.status === 'True' && told.message === message) return;
  await deps.events.record({ object, type: 'Warning', reason: Reason.DriftDetected, message });
  const { namespace, name } = object.metadata;
  const after = drifted(object, message, deps.now());
  await patchStatus(
    deps.kube,
    { kind: Kind.HelmRelease, namespace, name },
    object.status as Status,
    after as Status,
  );
}
