import { setWorkflowOptions } from '@temporalio/workflow';
import { fast, settle, slow } from './activities.ts';
import type { RunResult } from './messages.ts';
import { type ContinuedInput, runObject } from './run.ts';
import { sourceSteps } from './source.ts';

/** One reconcile of one HelmChart. */
export async function helmChart(input: ContinuedInput): Promise<RunResult> {
  return runObject(
    input,
    sourceSteps({
      observe: (ref) => fast.observeHelmChart({ ref }),
      fetch: (observed) => slow(observed.timeoutMs).fetchHelmChart(observed),
      settle: (observed, fetched) => settle.settleHelmChart({ ...observed, fetched }),
    }),
  );
}
// A bug shows as a failed run, not as one that hangs.
setWorkflowOptions({ failureExceptionTypes: [Error] }, helmChart);
