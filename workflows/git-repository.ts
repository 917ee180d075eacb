import { setWorkflowOptions } from '@temporalio/workflow';
import { fast, settle, slow } from './activities.ts';
import type { RunResult } from './messages.ts';
import { type ContinuedInput, runObject } from './run.ts';
import { sourceSteps } from './source.ts';

/** One reconcile of one GitRepository. */
export async function gitRepository(input: ContinuedInput): Promise<RunResult> {
  return runObject(
    input,
    sourceSteps({
      observe: (ref) => fast.observeGitRepository({ ref }),
      fetch: (observed) => slow(observed.timeoutMs).fetchGitRepository(observed),
      settle: (observed, fetched) => settle.settleGitRepository({ ...observed, fetched }),
    }),
  );
}
// A bug shows as a failed run, not as one that hangs.
setWorkflowOptions({ failureExceptionTypes: [Error] }, gitRepository);
