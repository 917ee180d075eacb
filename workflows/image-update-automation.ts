import { setWorkflowOptions } from '@temporalio/workflow';
import type { UpdatedBranch } from '../activities/image/update/steps.ts';
import { Reason } from '../api/reasons.ts';
import { fast, settle, slow } from './activities.ts';
import type { RunResult } from './messages.ts';
import { Outcome } from './outcome.ts';
import type { Pass, PassOutcome } from './pass.ts';
import { beginAttempt, settleIdle } from './rest.ts';
import { type ContinuedInput, runObject } from './run.ts';

/** One reconcile of one ImageUpdateAutomation. */
export async function imageUpdateAutomation(input: ContinuedInput): Promise<RunResult> {
  return runObject(input, {
    reconcile,
    settleFailure: (ref, failure, attempt) => settle.settleImageFailure({ ref, ...failure, attempt }),
  });
}
// A bug shows as a failed run, not as one that hangs.
setWorkflowOptions({ failureExceptionTypes: [Error] }, imageUpdateAutomation);

async function reconcile(pass: Pass): Promise<PassOutcome> {
  const { ref } = pass;
  const observed = await pass.step('observe', () => fast.observeImageUpdateAutomation({ ref }));
  switch (observed.state) {
    case 'Gone':
    case 'Suspended':
    case 'Deleting':
      return settleIdle(ref, observed, 'what was pushed stays');
    case 'Ready': {
      beginAttempt(pass, observed);
      const updated = await pass.effect('update', () => slow(observed.timeoutMs).updateImages(observed));
      const settled = await pass.step('status', () => settle.settleImageUpdateAutomation({ ref, updated }));
      return {
        outcome: outcomeOf(updated),
        message: settled.message,
        revision: updated.pushed?.revision ?? updated.revision,
      };
    }
  }
}

function outcomeOf({ pushed, pullRequest }: UpdatedBranch): string {
  if (pullRequest?.state === 'failed') return Reason.PullRequestFailed;
  return pushed === undefined || pushed.isAdopted ? Outcome.NothingToDo : Outcome.Succeeded;
}
