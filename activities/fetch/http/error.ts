import { errors } from 'undici';
import { messageOf } from '../../failures.ts';
import { ForbiddenAddressError } from './host.ts';

export type HttpProblem =
  | 'status'
  | 'network'
  | 'timeout'
  | 'tls'
  | 'redirect'
  | 'size'
  | 'address'
  /** The bytes are not what their digest says. */
  | 'digest'
  /** What came is not what was asked for. */
  | 'content';

const NO_TLS = 'no TLS connection';

interface HttpErrorDetail {
  readonly status?: number | undefined;
  readonly retryAfterMs?: number | undefined;
}

/** A request to a tenant's server that brought nothing. Its message is half a sentence, without URL and without secrets. */
export class HttpError extends Error {
  readonly problem: HttpProblem;
  readonly status: number | undefined;
  /** How long the server asks to be left alone, in milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(problem: HttpProblem, message: string, detail: HttpErrorDetail = {}) {
    super(message);
    this.name = 'HttpError';
    this.problem = problem;
    this.status = detail.status;
    this.retryAfterMs = detail.retryAfterMs;
  }

  /** The server wants other credentials, or forbids what these may do. */
  get isRefused(): boolean {
    return this.status === 401 || this.status === 403;
  }

  /** The server answers something that is no TLS, as one of plain http does. */
  get isNoTls(): boolean {
    return this.problem === 'tls' && this.message.startsWith(NO_TLS);
  }

  /** It may pass by itself. */
  get mayPass(): boolean {
    if (this.problem === 'status') {
      return this.status === 408 || this.status === 429 || (this.status ?? 0) >= 500;
    }
    return this.problem === 'network' || this.problem === 'timeout' || this.problem === 'digest';
  }
}

// Of sockets, resolvers, undici, its parser and zlib; a full disk, for one, is no trouble of the network.
const NETWORK = /^(UND_ERR_|HPE_|Z_|EAI_|ENOTFOUND|ECONN|EHOST|ENET|EADDR|EPIPE|EPROTO)/;
const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER/;
// What the other side says of the connection, as it speaks TLS.
const ALERT = /^ERR_SSL_.*_ALERT_/;

/** What a failed request or a broken body means; other errors pass through. */
export function asHttpError(error: unknown): unknown {
  if (error instanceof HttpError) return error;
  if (error instanceof ForbiddenAddressError) return new HttpError('address', error.message);
  if (error instanceof AggregateError && error.errors.length > 0) return asHttpError(error.errors[0]);
  if (isTimeout(error)) return new HttpError('timeout', 'the server did not answer in time');
  const code = codeOf(error);
  if (code === undefined) return error;
  const tls = tlsWords(code);
  if (tls !== undefined) return new HttpError('tls', tls);
  return NETWORK.test(code) ? new HttpError('network', networkWords(code, error)) : error;
}

/** Milliseconds of a Retry-After header, in seconds or as a date, as {@link restOf} bounds them; undefined without one. */
export function retryAfter(header: string | string[] | undefined, now: number): number | undefined {
  if (typeof header !== 'string' || header.trim() === '') return undefined;
  const seconds = Number(header);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - now;
  return restOf(ms);
}

const SHORTEST_REST_MS = 1_000;
const LONGEST_REST_MS = 24 * 60 * 60_000;

/**
 * The rest that a server asks for, a day at most. Undefined where it asks for none, or its clock is behind: who refuses
 * and says "at once" would be asked again and again without a pause.
 */
export function restOf(ms: number): number | undefined {
  return ms >= SHORTEST_REST_MS ? Math.min(ms, LONGEST_REST_MS) : undefined;
}

function isTimeout(error: unknown): boolean {
  return (
    error instanceof errors.ConnectTimeoutError ||
    error instanceof errors.HeadersTimeoutError ||
    error instanceof errors.BodyTimeoutError ||
    (error instanceof DOMException && error.name === 'TimeoutError') ||
    codeOf(error) === 'ETIMEDOUT' ||
    // Who asked to stop is told so before; what is left is a bound of time.
    codeOf(error) === 'ABORT_ERR'
  );
}

/** What an error of TLS means; undefined for others. */
function tlsWords(code: string): string | undefined {
  if (ALERT.test(code)) {
    const hint = 'it may want tls.crt and tls.key of a client in the Secret of certSecretRef, or others';
    return `the server refuses the TLS connection (${code}); ${hint}`;
  }
  if (CERTIFICATE.test(code)) return `the certificate of the server ${certificateWords(code)}`;
  return /^(?:EPROTO$|ERR_SSL|ERR_TLS)/.test(code) ? `${NO_TLS} (${code})` : undefined;
}

function certificateWords(code: string): string {
  switch (code) {
    case 'CERT_HAS_EXPIRED':
    case 'CERT_NOT_YET_VALID':
      return `or of its authority is not valid now (${code}); renew it`;
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return `is for other names (${code}); use one of them, or a certificate that has this one`;
    default: {
      const hint =
        'put the certificate of its authority into a Secret as ca.crt and name it in certSecretRef';
      return `is not trusted (${code}); ${hint}`;
    }
  }
}

function networkWords(code: string, error: unknown): string {
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'the name of the server does not resolve';
    case 'ECONNREFUSED':
      return 'the server refuses connections';
    case 'ECONNRESET':
    case 'EPIPE':
    case 'UND_ERR_SOCKET':
      return 'the connection broke off';
    default:
      return `${messageOf(error)} (${code})`;
  }
}

function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
