import { ActivityFailure, ApplicationFailure, isCancellation, TimeoutFailure } from '@temporalio/workflow';
import { isReason, Reason } from '../api/reasons.ts';

/** What a failed step means for the object. */
export interface StepFailure {
  readonly reason: Reason;
  readonly message: string;
  /** Only a change of the spec helps: no retry is arranged. */
  readonly stalled: boolean;
}

/** Reads the failure of a step: an activity's arrives wrapped, its reason is on the cause. Anything else is a bug and thrown on. */
export function failureOf(error: unknown): StepFailure {
  if (isCancellation(error)) {
    return { reason: Reason.HealthCheckCanceled, message: 'the run was cancelled', stalled: false };
  }
  if (error instanceof ApplicationFailure) return stated(error);
  if (!(error instanceof ActivityFailure)) throw error;
  const { cause } = error;
  if (cause instanceof TimeoutFailure) {
    return {
      reason: Reason.ReconciliationFailed,
      message: `${error.activityType} timed out`,
      stalled: false,
    };
  }
  if (!(cause instanceof ApplicationFailure)) {
    return { reason: Reason.ReconciliationFailed, message: cause?.message ?? error.message, stalled: false };
  }
  return stated(cause);
}

function stated({ type, message, details }: ApplicationFailure): StepFailure {
  return {
    reason: isReason(type) ? type : Reason.ReconciliationFailed,
    message,
    stalled: isMarkedStalled(details?.[0]),
  };
}

function isMarkedStalled(detail: unknown): boolean {
  return typeof detail === 'object' && detail !== null && 'stalled' in detail && detail.stalled === true;
}
