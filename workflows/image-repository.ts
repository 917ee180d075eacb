import { setWorkflowOptions } from '@temporalio/workflow';
import { fast, settle, slow } from './activities.ts';
import type { RunResult } from './messages.ts';
import { Outcome } from './outcome.ts';
import type { Pass, PassOutcome } from './pass.ts';
import { beginAttempt, settleIdle } from './rest.ts';
import { type ContinuedInput, runObject } from './run.ts';

/** One reconcile of one ImageRepository. */
export async function imageRepository(input: ContinuedInput): Promise<RunResult> {
  return runObject(input, {
    reconcile,
    settleFailure: (ref, failure, attempt) => settle.settleImageFailure({ ref, ...failure, attempt }),
  });
}
// A bug shows as a failed run, not as one that hangs.
setWorkflowOptions({ failureExceptionTypes: [Error] }, imageRepository);

async function reconcile(pass: Pass): Promise<PassOutcome> {
  const { ref } = pass;
  const observed = await pass.step('observe', () => fast.observeImageRepository({ ref }));
  switch (observed.state) {
    case 'Gone':
    case 'Suspended':
    case 'Deleting':
      return settleIdle(ref, observed, 'the tags are forgotten');
    case 'Ready': {
      beginAttempt(pass, observed);
      const scanned = await pass.step('scan', () =>
        slow(observed.timeoutMs).scanImageRepository({ ...observed, isAsked: pass.isAsked }),
      );
      const settled = await pass.effect('status', () =>
        settle.settleImageRepository({ ...observed, scanned }),
      );
      const outcome = scanned.unchanged ? Outcome.NothingToDo : Outcome.Succeeded;
      return { outcome, message: settled.message, revision: scanned.revision };
    }
  }
}
