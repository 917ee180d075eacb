import type { ApplicationFailure } from '@temporalio/common';
import { Reason } from '../../../api/reasons.ts';
import { PathError } from '../../build/inside.ts';
import { failed, messageOf, stalled } from '../../failures.ts';
import { ArchiveError } from '../tar-reader.ts';
import { ChartError } from './chart-files.ts';

/** What Flux's messages begin with, by the reason (internal/helm/chart/errors.go). */
const SUMMARIES = {
  [Reason.InvalidChartReference]: 'invalid chart reference',
  [Reason.ChartPullError]: 'chart pull error',
  [Reason.MetadataPatchError]: 'chart metadata patch error',
  [Reason.ValuesFilesError]: 'values files merge error',
  [Reason.DependencyBuildError]: 'dependency build error',
  [Reason.ChartPackageError]: 'chart package error',
} as const;
type ChartReason = keyof typeof SUMMARIES;

// Another try meets the same input: the source or the spec has to change.
const LASTING: ReadonlySet<string> = new Set([
  Reason.InvalidChartReference,
  Reason.MetadataPatchError,
  Reason.ValuesFilesError,
]);

/** A chart that cannot be made: stalled where Flux stalls, else tried again later and not inside the run. */
export function chartFailure(reason: ChartReason, message: string): ApplicationFailure {
  const make = LASTING.has(reason) ? stalled : failed;
  return make(reason, `${SUMMARIES[reason]}: ${message}`);
}

/** Runs a step whose errors about the chart itself get the reason; `what` names the chart in front of them. */
export async function withReason<T>(
  reason: ChartReason,
  what: string,
  step: () => T | Promise<T>,
): Promise<T> {
  try {
    return await step();
  } catch (error) {
    const isOfChart =
      error instanceof ChartError || error instanceof PathError || error instanceof ArchiveError;
    throw isOfChart ? chartFailure(reason, `${what}: ${messageOf(error)}`) : error;
  }
}
