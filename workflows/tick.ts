import { setWorkflowOptions } from '@temporalio/workflow';
import type { Checked } from '../activities/observe/check.ts';
import { appointed } from './activities.ts';
import type { ResumeRequest, RunInput } from './messages.ts';

export interface TickInput extends RunInput {
  /** Whether it is the appointment that a failed or waiting run left. */
  readonly isRetry?: boolean;
}

/**
 * What a schedule starts, and a failed run for later: a read-only look at one object, which asks for a run only when
 * there is something to do.
 */
export async function tick({ ref, isRetry }: TickInput): Promise<Checked> {
  return appointed.checkObject({ ref, ...(isRetry && { isRetry }) });
}

export interface ResumeLaterInput extends RunInput, ResumeRequest {}

/** Started with a delay when an object is suspended for a time: resumes it. */
export async function resumeLater({ ref, by }: ResumeLaterInput): Promise<void> {
  await appointed.requestResume({ ref, ...(by !== undefined && { by }) });
}

// A bug shows as a failed run, not as one that hangs.
setWorkflowOptions({ failureExceptionTypes: [Error] }, tick);
setWorkflowOptions({ failureExceptionTypes: [Error] }, resumeLater);
