/** An answer of the API server that is not a success. */
export class KubeError extends Error {
  readonly status: number;
  /** `metav1.Status.reason`, such as `NotFound`; empty when the answer was no Status. */
  readonly reason: string;
  readonly retryAfterMs: number | undefined;
  readonly causes: readonly {
    readonly reason?: string;
    readonly field?: string;
    readonly message?: string;
  }[];

  constructor(status: number, body: StatusBody, retryAfterMs?: number) {
    super(body.message || `the API server answered ${status}`);
    this.name = 'KubeError';
    this.status = status;
    this.reason = body.reason ?? '';
    this.causes = body.details?.causes ?? [];
    this.retryAfterMs = retryAfterMs;
  }
}

export interface StatusBody {
  readonly message?: string;
  readonly reason?: string;
  readonly details?: { readonly causes?: KubeError['causes'] };
}

/** No kind of this name at this API version: its CRD is missing, or not served yet. */
export class NoKindError extends Error {
  /** The server that would know does not answer: no proof that the kind is gone. */
  readonly mayBeHidden: boolean;

  constructor(apiVersion: string, kind: string, mayBeHidden = false) {
    super(`no matches for kind "${kind}" in version "${apiVersion}"`);
    this.name = 'NoKindError';
    this.mayBeHidden = mayBeHidden;
  }
}

/** The API server could not be reached, or the connection broke. */
export class KubeUnreachableError extends Error {
  constructor(server: string, cause: unknown) {
    super(
      `the API server at ${server} cannot be reached: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    );
    this.name = 'KubeUnreachableError';
  }
}

export function isNotFound(error: unknown): boolean {
  return error instanceof KubeError && error.status === 404;
}

export function isConflict(error: unknown): boolean {
  return error instanceof KubeError && error.status === 409;
}

/** The list that a watch started from is gone from the server: list again. */
export function isGone(error: unknown): boolean {
  return (
    error instanceof KubeError &&
    (error.status === 410 || error.reason === 'Expired' || error.reason === 'Gone')
  );
}

/**
 * Whether the same request may succeed soon. The table is what a kube-apiserver 1.36 really answers:
 * an undeclared field or a wrong type in a server-side apply is a 500 without a reason, and yet a user's error.
 */
export function isTransient(error: unknown): boolean {
  // The definition of a missing kind may be on its way.
  if (error instanceof NoKindError || isOutage(error)) return true;
  if (!(error instanceof KubeError)) return false;
  const { status, message } = error;
  // A namespace may be on its way; so may be the server of a kind that was just defined.
  if (status === 404) return /^namespaces? .* not found$|^404 page not found/.test(message);
  if (status === 409) return /object has been modified|object is being deleted/.test(message);
  return status === 403 && /because it is being terminated/.test(message);
}

/** Whether the server, or a webhook it had to ask, was not able to answer at all: no verdict on the request. */
export function isOutage(error: unknown): boolean {
  if (error instanceof KubeUnreachableError) return true;
  if (!(error instanceof KubeError)) return false;
  const { status, reason, message } = error;
  if (reason === 'ServerTimeout' || reason === 'Timeout') return true;
  return OUTAGES.has(status) && !USER_ERROR.test(message);
}

const OUTAGES: ReadonlySet<number> = new Set([429, 500, 502, 503, 504]);
const USER_ERROR =
  /failed to create typed (patch|live) object|failed to convert|expected (numeric|string|list|map)/;
