import { Reason } from '../../../api/reasons.ts';
import { failed, transient } from '../../failures.ts';
import { HttpError } from '../http/error.ts';

/** What a failed request means for the index of a repository; other errors pass through. */
export function indexFailure(error: unknown, where: string): unknown {
  if (!(error instanceof HttpError)) return error;
  const message = `failed to fetch Helm repository index: ${where}: ${error.message}`;
  if (error.isRefused) return failed(Reason.AuthenticationFailed, `${message}; ${CREDENTIALS}`);
  return failure(
    Reason.Failed,
    error,
    error.status === 404 ? `${message}; see whether spec.url is right` : message,
  );
}

const CREDENTIALS = 'correct the credentials in the Secret of spec.secretRef';
const DOWNLOAD = 'failed to download chart for remote reference';
const VERSION = 'failed to get chart version for remote reference';

/** What a failed request means for a chart, in the words of Flux; other errors pass through. */
export function chartFailure(error: unknown, step: 'version' | 'download', where: string): unknown {
  if (!(error instanceof HttpError)) return error;
  const said = step === 'version' ? VERSION : DOWNLOAD;
  const message = `chart pull error: ${said}: ${where}: ${error.message}`;
  if (error.isRefused || error.problem === 'tls') {
    const advice = error.isRefused ? `; ${CREDENTIALS}` : '';
    const words = `failed to authenticate with the Helm repository: ${message}${advice}`;
    return failed(Reason.AuthenticationFailed, words);
  }
  return failure(Reason.ChartPullError, error, message);
}

/** A chart that cannot be had, whoever asks how often. */
export function chartPullError(step: 'version' | 'download', problem: string): Error {
  return failed(
    Reason.ChartPullError,
    `chart pull error: ${step === 'version' ? VERSION : DOWNLOAD}: ${problem}`,
  );
}

function failure(reason: Reason, error: HttpError, message: string): Error {
  if (!error.mayPass) return failed(reason, message);
  const { retryAfterMs } = error;
  return transient(reason, message, retryAfterMs === undefined ? {} : { retryAfterMs });
}
