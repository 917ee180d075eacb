import { setWorkflowOptions } from '@temporalio/workflow';
import { fast, settle } from './activities.ts';
import type { RunResult } from './messages.ts';
import { Outcome } from './outcome.ts';
import type { Pass, PassOutcome } from './pass.ts';
import { beginAttempt, settleIdle } from './rest.ts';
import { type ContinuedInput, runObject } from './run.ts';

/** One reconcile of one Receiver. */
export async function receiver(input: ContinuedInput): Promise<RunResult> {
  return runObject(input, {
    reconcile,
    settleFailure: (ref, failure, attempt) => settle.settleReceiverFailure({ ref, ...failure, attempt }),
  });
}
// A bug shows as a failed run, not as one that hangs.
setWorkflowOptions({ failureExceptionTypes: [Error] }, receiver);

async function reconcile(pass: Pass): Promise<PassOutcome> {
  const { ref } = pass;
  const observed = await pass.step('observe', () => fast.observeReceiver({ ref }));
  switch (observed.state) {
    case 'Gone':
    case 'Suspended':
    case 'Deleting':
      return settleIdle(ref, observed, 'nothing is left to remove');
    case 'Ready': {
      beginAttempt(pass, observed);
      const settled = await pass.effect('status', () => settle.settleReceiver(observed));
      return { outcome: Outcome.Succeeded, message: settled.message };
    }
  }
}
