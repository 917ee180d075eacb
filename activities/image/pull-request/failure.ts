import { ApplicationFailure } from '@temporalio/common';
import { Reason } from '../../../api/reasons.ts';
import { failed, messageOf, transient } from '../../failures.ts';
import { HttpError } from '../../fetch/http/error.ts';
import { ProviderError } from '../../git-host/provider-error.ts';

/** A pull request that only somebody's doing can mend. `problem` says what to do, without secrets. */
export function pullRequestFailure(problem: string): Error {
  return failed(Reason.PullRequestFailed, `pull request: ${problem}`);
}

export interface Place {
  /** The repository in messages: provider, path and server. */
  readonly repository: string;
  /** The Secret in messages. */
  readonly secret: string;
}

/** What anything thrown on the way to a provider means: always a PullRequestFailed, except for what was stopped or is a bug. */
export function asPullRequestFailure(error: unknown, { repository, secret }: Place): unknown {
  if (error instanceof ProviderError) return ofAnswer(error, { repository, secret });
  if (error instanceof HttpError) {
    const words = error.problem === 'tls' ? tlsWords(secret) : error.message;
    const message = `pull request: ${repository}: ${words}`;
    if (!error.mayPass) return failed(Reason.PullRequestFailed, message);
    return transient(Reason.PullRequestFailed, message, retry(error.retryAfterMs));
  }
  // Of a Secret or an app's token that is no good.
  if (error instanceof ApplicationFailure && error.type !== Reason.PullRequestFailed) {
    const make = error.nonRetryable ? failed : transient;
    return make(Reason.PullRequestFailed, `pull request: ${repository}: ${messageOf(error)}`);
  }
  return error;
}

function ofAnswer(error: ProviderError, { repository, secret }: Place): Error {
  const { status, isBusy, retryAfterMs } = error;
  const message = `pull request: ${repository}: the server answers ${error.message}`;
  if (isBusy || status === 408 || status >= 500) {
    return transient(Reason.PullRequestFailed, message, retry(retryAfterMs));
  }
  return failed(Reason.PullRequestFailed, `${message}; ${adviceOn(status, secret)}`);
}

function adviceOn(status: number, secret: string): string {
  switch (status) {
    case 401:
      return `the token of ${secret} is wrong or has expired: put a valid one there`;
    case 403:
      return `give the token of ${secret} the permission to read and write pull requests of the repository`;
    case 404:
      return `see whether the GitRepository's spec.url is right, and give the token of ${secret} access to the repository; where the API is elsewhere, set 'address' in the Secret`;
    case 409:
    case 422:
      return 'see whether both branches are there, and whether the repository takes pull requests between them';
    default:
      return "see whether the repository takes pull requests, and whether 'address' in the Secret is the API's";
  }
}

function tlsWords(secret: string): string {
  return `the certificate of the server is not trusted; add that of its authority to ${secret} as ca.crt`;
}

function retry(retryAfterMs: number | undefined): { readonly retryAfterMs?: number } {
  return retryAfterMs === undefined ? {} : { retryAfterMs };
}
