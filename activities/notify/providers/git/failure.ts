import { ApplicationFailure } from '@temporalio/common';
import { Reason } from '../../../../api/reasons.ts';
import { failed, messageOf, transient } from '../../../failures.ts';
import { HttpError } from '../../../fetch/http/error.ts';
import { ProviderError } from '../../../git-host/provider-error.ts';
import { dispatchFailure } from '../../post-json.ts';

// A server may not put a message off for longer than this.
const LONGEST_REST_MS = 60 * 60_000;

/** What anything thrown on the way to a git provider means for the delivery; what was stopped or is a bug passes. */
export function gitFailure(service: string, error: unknown): unknown {
  if (error instanceof ProviderError) return ofAnswer(service, error);
  if (error instanceof HttpError && error.problem === 'content') {
    const message = `${service}: the server answers nothing of its API; see whether the provider's address is that of the repository`;
    return failed(Reason.NotificationDispatchFailed, message);
  }
  // Of a Secret or an app's token that is no good.
  if (error instanceof ApplicationFailure && error.type !== Reason.NotificationDispatchFailed) {
    const make = error.nonRetryable ? failed : transient;
    return make(Reason.NotificationDispatchFailed, `${service}: ${messageOf(error)}`);
  }
  return dispatchFailure(service, error);
}

function ofAnswer(service: string, { message: answer, status, isBusy, retryAfterMs }: ProviderError): Error {
  const message = `${service}: the server answers ${answer}`;
  if (isBusy || status === 408 || status === 429 || status >= 500) {
    const rest = retryAfterMs === undefined ? {} : { retryAfterMs: Math.min(retryAfterMs, LONGEST_REST_MS) };
    return transient(Reason.NotificationDispatchFailed, message, rest);
  }
  return failed(Reason.NotificationDispatchFailed, `${message}; ${adviceOn(status)}`);
}

function adviceOn(status: number): string {
  switch (status) {
    // Azure DevOps shows its page of signing in.
    case 203:
    case 401:
      return "the provider's token is wrong or has expired: put a valid one into the Secret of spec.secretRef";
    case 403:
      return "give the provider's token the permission for it at the repository";
    case 404:
      return "see whether the provider's address is that of the repository, and whether its token has access to it";
    case 422:
      return 'see whether the repository has what the message is about';
    default:
      return "see whether the provider's type and address belong together";
  }
}
