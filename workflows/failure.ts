import { ActivityFailure, ApplicationFailure, log, TimeoutFailure } from '@temporalio/workflow';
import { isReason, Reason } from '../api/reasons.ts';

/** What a failed step means for the object. */
export interface StepFailure {
  readonly reason: Reason;
  readonly message: string;
  /** Only a change of the spec helps: no retry is arranged. */
  readonly stalled: boolean;
  /** It may pass by itself: a server was away, or something is on its way. */
  readonly mayPass?: boolean;
}

/** Reads the failure of a step: an activity's arrives wrapped, its reason is on the cause. */
export function failureOf(error: unknown): StepFailure {
  if (error instanceof ApplicationFailure) return stated(error);
  if (!(error instanceof ActivityFailure)) return bug(error);
  const { cause } = error;
  if (cause instanceof ApplicationFailure) return stated(cause);
  const message =
    cause instanceof TimeoutFailure ? `${error.activityType} timed out` : (cause?.message ?? error.message);
  return { reason: Reason.ReconciliationFailed, message, stalled: false, mayPass: true };
}

/** One that nobody foresaw ends the run instead of hanging it: it is seen, and the next look tries again. */
function bug(error: unknown): StepFailure {
  log.error('the workflow code failed', { error });
  const message = `the workflow code failed: ${error instanceof Error ? error.message : String(error)}`;
  return { reason: Reason.ReconciliationFailed, message, stalled: false };
}

function stated({ type, message, details, nonRetryable }: ApplicationFailure): StepFailure {
  return {
    reason: isReason(type) ? type : Reason.ReconciliationFailed,
    message,
    stalled: isMarkedStalled(details?.[0]),
    ...(!nonRetryable && { mayPass: true }),
  };
}

function isMarkedStalled(detail: unknown): boolean {
  return typeof detail === 'object' && detail !== null && 'stalled' in detail && detail.stalled === true;
}
