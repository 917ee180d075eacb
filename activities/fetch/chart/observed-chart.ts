import { ConditionType, findCondition, isTrue } from '../../../api/conditions.ts';
import type { HelmChart } from '../../../api/helm-chart.ts';
import { isOci } from '../../../api/helm-repository.ts';
import type { ChartSource } from './contract.ts';
import type { ChartPlan } from './plan.ts';

/** What the status of a chart tells of its artifact, compared with what there is now. */

/** Of the artifact that charts come from; a registry has none, whatever its status still says. */
export function sourceRevisionOf(source: ChartSource): string | undefined {
  if (source.kind === 'HelmRepository' && isOci(source.spec)) return undefined;
  return source.status?.artifact?.revision;
}

/** Whether nothing can have changed: the source is at the revision that was built from, and needs no asking. */
export function hasSameInputs(chart: HelmChart, source: ChartSource): boolean {
  if (sourceRevisionOf(source) === undefined || chart.spec.verify !== undefined) return false;
  return isSettled(chart, source) && isBuiltFromSpec(chart);
}

/** Whether the status tells this revision of the source, and nothing that is wrong. */
export function isSettled(chart: HelmChart, source: ChartSource): boolean {
  return isObserved(chart, source) && isTrue(chart.status?.conditions, ConditionType.Ready);
}

function isObserved({ status }: HelmChart, source: ChartSource): boolean {
  return status?.observedSourceArtifactRevision === sourceRevisionOf(source);
}

/**
 * Whether the artifact was made for the spec as it is. The generation of the condition counts too: a later one may
 * have failed, and failures that need a change are observed.
 */
function isBuiltFromSpec({ metadata: { generation }, status }: HelmChart): boolean {
  const stored = findCondition(status?.conditions, ConditionType.ArtifactInStorage);
  return status?.observedGeneration === generation && stored?.observedGeneration === generation;
}

/** Whether the artifact is what the plan would make. */
export function isCurrent(chart: HelmChart, plan: ChartPlan): boolean {
  return isBuiltFromSpec(chart) && hasSameName(chart, plan);
}

/** Whether the plan has the name and version of the artifact. */
export function hasSameName({ status }: HelmChart, { name, version }: ChartPlan): boolean {
  return status?.observedChartName === name && status.artifact?.revision === version;
}

/** The values files of the chart that the status tells of. */
export function observedFiles(
  { status }: HelmChart,
  { valuesFiles }: Pick<ChartPlan, 'valuesFiles'>,
): readonly string[] {
  return status?.observedValuesFiles ?? valuesFiles;
}
