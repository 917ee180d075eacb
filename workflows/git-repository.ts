import { setWorkflowOptions } from '@temporalio/workflow';
import { fast, settle, slow } from './activities.ts';
import type { RunResult } from './messages.ts';
import { Outcome } from './outcome.ts';
import type { Pass, PassOutcome } from './pass.ts';
import { type ContinuedInput, runObject } from './run.ts';

/** One reconcile of one GitRepository. */
export async function gitRepository(input: ContinuedInput): Promise<RunResult> {
  return runObject(input, {
    reconcile,
    settleFailure: (ref, failure, attempt) => settle.settleSourceFailure({ ref, ...failure, attempt }),
  });
}
// A bug shows as a failed run, not as one that hangs.
setWorkflowOptions({ failureExceptionTypes: [Error] }, gitRepository);

async function reconcile(pass: Pass): Promise<PassOutcome> {
  const { ref } = pass;
  const observed = await pass.step('observe', () => fast.observeGitRepository({ ref }));
  switch (observed.state) {
    case 'Gone':
      await settle.forgetObject({ ref });
      return { outcome: Outcome.Gone, message: 'the object does not exist' };
    case 'Suspended':
      await settle.settleSuspended({ ref });
      return { outcome: Outcome.Suspended, message: observed.message };
    case 'Deleting':
      await settle.releaseObject({ ref });
      return { outcome: Outcome.Deleted, message: 'the artifacts are removed' };
    case 'Ready': {
      const { generation, requestedAt } = observed;
      pass.attempt = { generation, ...(requestedAt !== undefined && { requestedAt }) };
      const fetched = await pass.step('fetch', () => slow(observed.timeoutMs).fetchGitRepository(observed));
      const settled = await pass.effect('status', () => settle.settleGitRepository({ ...observed, fetched }));
      const outcome = fetched.unchanged ? Outcome.NothingToDo : Outcome.Succeeded;
      return { outcome, message: settled.message, revision: fetched.artifact.revision };
    }
  }
}
