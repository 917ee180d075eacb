import { Kind } from '../../../api/object-ref.ts';
import { Reason } from '../../../api/reasons.ts';
import type { Deps } from '../../deps.ts';
import { failed } from '../../failures.ts';
import type { ReadySource } from '../../observe/git-repository.ts';
import { readChartSource } from '../../observe/helm-chart.ts';
import { type Attempt, attemptOf, readObject } from '../../observe/object.ts';
import { building, progressing } from '../../status/helm-chart-status.ts';
import { patchStatus, type Status } from '../../status/patch.ts';
import type { StepContext } from '../../steps.ts';
import type { BuiltChart } from './contract.ts';

export interface FetchedChart extends BuiltChart {
  /** The spec that was built for. */
  readonly attempt: Attempt;
}

/** Brings the artifact of a HelmChart to what its source has. */
export async function fetchHelmChart(
  deps: Deps,
  { ref, generation }: ReadySource,
  step: StepContext,
): Promise<FetchedChart> {
  const object = await readObject(deps.kube, { ...ref, kind: Kind.HelmChart });
  if (!object) throw failed(Reason.Failed, 'the object was removed while it was being built');
  const source = await readChartSource(deps.kube, object);
  if (!source) throw failed(Reason.SourceUnavailable, 'the source was removed while it was being built from');
  const observed = object.status?.observedGeneration;
  if (observed !== generation) {
    const message = `processing object: new generation ${observed ?? -1} -> ${generation}`;
    const status = progressing(object, message, deps.now());
    await patchStatus(deps.kube, ref, object.status as Status | undefined, status as Status);
  }
  const onNewChart = async (summary: string) => {
    const current = await readObject(deps.kube, { ...ref, kind: Kind.HelmChart });
    if (!current) return;
    const status = building(current, summary, deps.now());
    await patchStatus(deps.kube, ref, current.status as Status | undefined, status as Status);
  };
  const built = await deps.chartBuilder.build(object, source, { ...step, onNewChart });
  return { ...built, attempt: attemptOf(object) };
}
