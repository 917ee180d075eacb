import { setWorkflowOptions } from '@temporalio/workflow';
import { fast, settle, slow } from './activities.ts';
import type { RunResult } from './messages.ts';
import { type ContinuedInput, runObject } from './run.ts';
import { sourceSteps } from './source.ts';

/** One reconcile of one HelmRepository. */
export async function helmRepository(input: ContinuedInput): Promise<RunResult> {
  return runObject(
    input,
    sourceSteps({
      observe: (ref) => fast.observeHelmRepository({ ref }),
      fetch: (observed) => slow(observed.timeoutMs).fetchHelmRepository(observed),
      settle: (observed, fetched) => settle.settleHelmRepository({ ...observed, fetched }),
    }),
  );
}
// A bug shows as a failed run, not as one that hangs.
setWorkflowOptions({ failureExceptionTypes: [Error] }, helmRepository);
