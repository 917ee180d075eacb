import { createHash, sign } from 'node:crypto';
import { Reason } from '../../api/reasons.ts';
import { failed, transient } from '../failures.ts';
import { forgetSecret, rememberSecret } from '../redact.ts';
import { type GithubAppData, githubAppData } from './github-app-secret.ts';
import { readBody } from './http/body.ts';
import { type HttpClient, type HttpRequest, successful } from './http/client.ts';
import type { NamedSecret } from './http/credentials.ts';
import { asHttpError, HttpError } from './http/error.ts';
import { createTokenCache, type ExpiringToken } from './token-cache.ts';

export interface GithubAppToken {
  readonly token: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/** Tokens of installations of GitHub Apps, for git and for the API. */
export interface GithubApp {
  /**
   * The token of the installation that a Secret names; kept until a few minutes before it expires, an hour as a rule.
   * Throws AuthenticationFailed, or the signal's reason when it was aborted.
   */
  token(secret: NamedSecret, options: { readonly signal: AbortSignal }): Promise<GithubAppToken>;
}

const MARGIN_MS = 5 * 60_000;
const TIMEOUT_MS = 30_000;
const LARGEST_ANSWER = 1024 * 1024;
const HEADERS = { Accept: 'application/vnd.github+json', 'X-GitHub-Api-Version': '2022-11-28' };

export function createGithubApp({ client }: { readonly client: HttpClient }): GithubApp {
  const tokens = createTokenCache<GithubAppToken & ExpiringToken>({
    marginMs: MARGIN_MS,
    timeoutMs: TIMEOUT_MS,
  });
  return {
    async token(secret, { signal }) {
      const data = githubAppData(secret);
      const { token, expiresAt } = await tokens(fingerprintOf(data), signal, async (bound) => {
        try {
          return await ask(client, data, bound);
        } catch (error) {
          throw appFailure(asHttpError(error), secret.where, data.api.host);
        }
      });
      return { token, expiresAt };
    },
  };
}

async function ask(client: HttpClient, data: GithubAppData, signal: AbortSignal) {
  const jwt = jwtOf(data, Date.now());
  rememberSecret(jwt);
  try {
    const call = callOf(client, data, jwt, signal);
    const { installation } = data;
    const id = 'id' in installation ? installation.id : await installationId(call, installation.owner);
    const { token, expires_at: expiry } = await call('POST', `app/installations/${id}/access_tokens`);
    const expiresAt = typeof expiry === 'string' ? Date.parse(expiry) : Number.NaN;
    if (typeof token !== 'string' || !/^[\x21-\x7e]+$/.test(token) || Number.isNaN(expiresAt)) {
      throw new HttpError('content', 'the server answers no token');
    }
    return { token, expiresAt, secrets: [token] };
  } finally {
    forgetSecret(jwt);
  }
}

type Call = (method: 'GET' | 'POST', path: string) => Promise<Readonly<Record<string, unknown>>>;

function callOf(client: HttpClient, { api, tls }: GithubAppData, jwt: string, signal: AbortSignal): Call {
  return async (method, path) => {
    const request: HttpRequest = {
      url: new URL(path, api),
      method,
      headers: HEADERS,
      authorization: { header: `Bearer ${jwt}`, origin: api.origin },
      tls,
      signal,
    };
    const body = await readBody(successful(await client.request(request)), LARGEST_ANSWER);
    try {
      const answer: unknown = JSON.parse(body.toString());
      return typeof answer === 'object' && answer !== null ? { ...answer } : {};
    } catch {
      throw new HttpError('content', 'the server answers something else than JSON');
    }
  };
}

/** An owner may be an organization or a user; only GitHub knows which. */
async function installationId(call: Call, owner: string): Promise<string> {
  const found = await call('GET', `orgs/${owner}/installation`).catch((error: unknown) => {
    if (error instanceof HttpError && error.status === 404) return call('GET', `users/${owner}/installation`);
    throw error;
  });
  const { id } = found;
  if (typeof id === 'number' && Number.isSafeInteger(id)) return String(id);
  throw new HttpError('content', 'the server answers no installation');
}

/** A JSON web token of RS256 (RFC 7515) by which the app speaks for itself; GitHub takes whole seconds only. */
function jwtOf({ appId, key }: GithubAppData, now: number): string {
  // A clock may go ahead of GitHub's.
  const issuedAt = Math.floor(now / 1000) - 30;
  const parts = [
    { alg: 'RS256', typ: 'JWT' },
    { iat: issuedAt, exp: issuedAt + 120, iss: appId },
  ];
  const content = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${content}.${sign('RSA-SHA256', Buffer.from(content), key).toString('base64url')}`;
}

function fingerprintOf({ appId, key, installation, api, tls }: GithubAppData): string {
  const pem = key.export({ type: 'pkcs8', format: 'pem' });
  const parts = [appId, pem, JSON.stringify(installation), api.href, tls?.fingerprint ?? ''];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

function appFailure(error: unknown, where: string, host: string): unknown {
  if (!(error instanceof HttpError)) return error;
  const words = `failed to configure authentication options: ${host}: ${error.message}`;
  const message = `${words}; ${adviceOn(error)} in ${where}`;
  if (!error.mayPass) return failed(Reason.AuthenticationFailed, message);
  return transient(Reason.AuthenticationFailed, message, {
    ...(error.retryAfterMs !== undefined && { retryAfterMs: error.retryAfterMs }),
  });
}

function adviceOn({ problem, status }: HttpError): string {
  if (status === 401) return 'check githubAppID and githubAppPrivateKey';
  if (status === 404)
    return 'check that the app is installed there, and githubAppInstallationID or githubAppInstallationOwner';
  if (problem === 'tls') return 'check ca.crt';
  return 'check githubAppBaseURL and the installation of the app';
}
