import { findCondition } from '../../api/conditions.ts';
import type { HelmChart } from '../../api/helm-chart.ts';
import type { Deps } from '../deps.ts';
import { faultPoint } from '../fault.ts';
import type { FetchedChart } from '../fetch/chart/steps.ts';
import type { ReadySource } from '../observe/git-repository.ts';
import { asAttempted, readUnparsed } from '../observe/object.ts';
import { built, builtReason } from './helm-chart-status.ts';
import { patchStatus, type Status } from './patch.ts';
import type { Settled } from './settle-kustomization.ts';

export interface SettleChartInput extends ReadySource {
  readonly fetched: FetchedChart;
}

/** The chart is stored: the releases of it wake by this patch. */
export async function settleHelmChart(deps: Deps, { ref, fetched }: SettleChartInput): Promise<Settled> {
  const found = await readUnparsed<HelmChart>(deps.kube, ref);
  if (!found) return { message: 'the object is gone' };
  // What was built may not be what the new spec wants: its own pass, which the watch asks for, says so.
  if (found.metadata.generation !== fetched.attempt.generation)
    return { message: 'the spec changed during the build; it is built again' };
  const object = asAttempted(found, fetched.attempt);
  const wasReady = findCondition(object.status?.conditions, 'Ready')?.status !== 'False';
  const { artifact, message } = fetched;
  if (!fetched.unchanged || !wasReady) {
    const metadata = { revision: artifact.revision, digest: artifact.digest };
    await deps.events.record({ object, type: 'Normal', reason: builtReason(fetched), message, metadata });
  }
  faultPoint('chart.status');
  const status = built(object, fetched, deps.now());
  await patchStatus(deps.kube, ref, object.status as Status | undefined, status as Status);
  return { message };
}
