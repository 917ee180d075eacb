import { ApplicationFailure } from '@temporalio/common';
import type { Reason } from '../api/reasons.ts';
import { redact } from './redact.ts';

/** What a failure tells beyond its sentence. */
export interface FailureDetail {
  /** The object of the build that is guilty, as `Kind/namespace/name`. */
  readonly object?: string;
  /** The file of the artifact that is guilty. */
  readonly path?: string;
}

/**
 * A failure that may pass by itself: Temporal retries it, then the object waits for its `retryInterval`.
 * The reason becomes the condition's; the message is one a user can act on and holds no secret.
 */
export function transient(reason: Reason, message: string, options: FailureOptions = {}): ApplicationFailure {
  return failure(reason, message, false, options);
}

/** A failure that the same input will meet again, but the object's next retry or revision may mend: no retry inside the run. */
export function failed(reason: Reason, message: string, options: FailureOptions = {}): ApplicationFailure {
  return failure(reason, message, true, options);
}

/** A failure that only a change of the spec can mend: the object shows `Stalled=True` and is not retried. */
export function stalled(reason: Reason, message: string, options: FailureOptions = {}): ApplicationFailure {
  return failure(reason, message, true, { ...options, isStalled: true });
}

interface FailureOptions {
  readonly cause?: unknown;
  readonly retryAfterMs?: number;
  readonly detail?: FailureDetail;
  readonly isStalled?: boolean;
}

function failure(
  reason: Reason,
  message: string,
  nonRetryable: boolean,
  options: FailureOptions,
): ApplicationFailure {
  // The cause stays out: its text and stack would travel into the history unredacted.
  return ApplicationFailure.create({
    type: reason,
    message: redact(message),
    nonRetryable,
    details: [{ ...options.detail, stalled: options.isStalled ?? false }],
    ...(options.retryAfterMs === undefined ? {} : { nextRetryDelay: options.retryAfterMs }),
  });
}

/** The message of anything thrown, for a sentence of our own around it. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
