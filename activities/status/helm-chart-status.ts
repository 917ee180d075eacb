import { type ConditionChange, ConditionType } from '../../api/conditions.ts';
import type { HelmChart, HelmChartStatus } from '../../api/helm-chart.ts';
import { Reason } from '../../api/reasons.ts';
import type { BuiltChart } from '../fetch/chart/contract.ts';
import { readySuspended } from './ready-status.ts';
import {
  failureType,
  type SourceFailureInput,
  sourceFailed,
  sourceProgressing,
  sourceStored,
} from './source-status.ts';

/** Pure: what the status of a HelmChart becomes, with the conditions of source-controller's observeChartBuild. */

const { BuildFailed, SourceVerified, ArtifactOutdated } = ConditionType;

/** A new generation is being built: said before the work. */
export function progressing(object: HelmChart, message: string, now: Date): HelmChartStatus {
  return sourceProgressing(object, message, { now });
}

/** Another chart than that of the artifact is being built; `summary` is the builder's, such as `new 'app' chart …`. */
export function building(object: HelmChart, summary: string, now: Date): HelmChartStatus {
  const outdated: ConditionChange = {
    type: ArtifactOutdated,
    status: 'True',
    reason: Reason.NewChart,
    message: summary,
  };
  const more = object.status?.artifact === undefined ? [] : [outdated];
  return sourceProgressing(object, `building artifact: ${summary}`, { now, more });
}

export function built(object: HelmChart, chart: BuiltChart, now: Date): HelmChartStatus {
  const { artifact, message, version, name, sourceRevision, valuesFiles } = chart;
  const verified: ConditionChange = {
    type: SourceVerified,
    status: 'True',
    reason: Reason.Succeeded,
    message: `verified signature of version ${version}`,
  };
  const status = sourceStored(object, {
    artifact,
    reason: builtReason(chart),
    message,
    now,
    ...(chart.isVerified ? { more: [verified] } : { remove: [SourceVerified] }),
  });
  const { observedSourceArtifactRevision: _source, observedValuesFiles: _files, ...rest } = status;
  return {
    ...rest,
    url: artifact.url,
    observedChartName: name,
    ...(sourceRevision !== undefined && { observedSourceArtifactRevision: sourceRevision }),
    // As in Flux: only where it differs from what the spec says.
    ...(object.spec.ignoreMissingValuesFiles &&
      valuesFiles !== undefined && { observedValuesFiles: [...valuesFiles] }),
  };
}

/** The reason of a chart that is there: of its conditions, and of the event about it. */
export function builtReason({ pulled }: Pick<BuiltChart, 'pulled'>): Reason {
  return pulled ? Reason.ChartPullSucceeded : Reason.ChartPackageSucceeded;
}

const BUILD_REASONS: ReadonlySet<string> = new Set([
  Reason.MetadataPatchError,
  Reason.ValuesFilesError,
  Reason.DependencyBuildError,
  Reason.ChartPackageError,
  Reason.ChartVerificationError,
]);

export interface ChartFailureInput extends SourceFailureInput {
  /** Of the source that was built from, when it was there: no other run is due before it changes. */
  readonly sourceRevision?: string | undefined;
}

/** The artifact of the last good chart stays. */
export function failedStatus(object: HelmChart, failure: ChartFailureInput): HelmChartStatus {
  const { sourceRevision } = failure;
  return {
    ...sourceFailed(object, failure, tellsOf(failure)),
    ...(sourceRevision !== undefined && { observedSourceArtifactRevision: sourceRevision }),
  };
}

function tellsOf({ reason, message }: SourceFailureInput): readonly ConditionChange[] {
  const unverified: ConditionChange = {
    type: SourceVerified,
    status: 'False',
    reason: Reason.VerificationError,
    message,
  };
  // The keys could not be read: nothing was built, and nothing is wrong with the fetch.
  if (reason === Reason.VerificationError) return [unverified];
  const type = BUILD_REASONS.has(reason) ? BuildFailed : failureType(reason);
  const failed: ConditionChange = { type, status: 'True', reason, message };
  return reason === Reason.ChartVerificationError ? [failed, unverified] : [failed];
}

/** A suspended chart stays current with what it has; one whose first build was stopped says so. */
export function suspendedStatus(object: HelmChart, note: string, now: Date): HelmChartStatus {
  return readySuspended(object, { note, reason: Reason.Failed, now });
}
