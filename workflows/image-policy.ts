import { setWorkflowOptions } from '@temporalio/workflow';
import { fast, settle, slow } from './activities.ts';
import type { RunResult } from './messages.ts';
import { Outcome } from './outcome.ts';
import type { Pass, PassOutcome } from './pass.ts';
import { beginAttempt, settleIdle } from './rest.ts';
import { type ContinuedInput, runObject } from './run.ts';

/** One reconcile of one ImagePolicy. */
export async function imagePolicy(input: ContinuedInput): Promise<RunResult> {
  return runObject(input, {
    reconcile,
    settleFailure: (ref, failure, attempt) => settle.settleImageFailure({ ref, ...failure, attempt }),
  });
}
// A bug shows as a failed run, not as one that hangs.
setWorkflowOptions({ failureExceptionTypes: [Error] }, imagePolicy);

async function reconcile(pass: Pass): Promise<PassOutcome> {
  const { ref } = pass;
  const observed = await pass.step('observe', () => fast.observeImagePolicy({ ref }));
  switch (observed.state) {
    case 'Gone':
    case 'Suspended':
    case 'Deleting':
      return settleIdle(ref, observed, 'nothing is left to remove');
    case 'Waiting':
      await settle.settleImageWaiting({ ref, reason: observed.reason, message: observed.message });
      return { outcome: Outcome.Waiting, message: observed.message };
    case 'Ready': {
      beginAttempt(pass, observed);
      const { timeoutMs, isLocal } = observed;
      // Only one that asks the registry takes long.
      const { selectImage } = isLocal ? fast : slow(timeoutMs);
      const selected = await pass.step('select', () => selectImage(observed));
      const settled = await pass.effect('status', () => settle.settleImagePolicy({ ...observed, selected }));
      const outcome = selected.unchanged ? Outcome.NothingToDo : Outcome.Succeeded;
      return { outcome, message: settled.message, revision: selected.latestRef.tag };
    }
  }
}
