import { rememberSecret } from '../../redact.ts';
import { readBody } from '../http/body.ts';
import { type HttpAnswer, type HttpClient, successful } from '../http/client.ts';
import { basicHeader } from '../http/credentials.ts';
import { HttpError } from '../http/error.ts';
import { readHttpUrl } from '../http/url.ts';
import type { Purpose } from './authorize.ts';
import type { Challenge } from './challenge.ts';
import type { RegistryAccess } from './contract.ts';
import { mayAskForToken } from './realm.ts';

export type BearerChallenge = Extract<Challenge, { scheme: 'bearer' }>;

export interface Token {
  readonly header: string;
  readonly expiresAt: number;
  /** It is a token, and no password. */
  readonly isShortLived: boolean;
}

const LARGEST_ANSWER = 256 * 1024;
const DEFAULT_LIFE_S = 60;
const MARGIN_MS = 10_000;

/**
 * Asks the token server of a challenge for a token, with the credentials of the registry if there are any.
 * Throws an {@link HttpError}: also when the token server is none that these credentials may be shown to.
 */
export async function fetchToken(
  client: HttpClient,
  access: RegistryAccess,
  challenge: BearerChallenge,
  { scope, signal }: Pick<Purpose, 'scope' | 'signal'>,
): Promise<Token> {
  const url = readHttpUrl(challenge.realm);
  if (typeof url === 'string') throw new HttpError('content', `the address of its token server ${url}`);
  const { basic } = access;
  if (basic && !mayAskForToken(access.origin, url)) {
    throw new HttpError(
      'address',
      `it sends to the token server ${url.host}, which is of another domain and gets no credentials for ${access.host}`,
    );
  }
  if (challenge.service !== undefined) url.searchParams.set('service', challenge.service);
  url.searchParams.set('scope', scope);
  const authorization = basic && { header: basicHeader(basic), origin: url.origin };
  const { tls, proxy } = access;
  const answer = await client.request({ url, authorization, tls, proxy, signal });
  return tokenOf(await readBody(given(answer), LARGEST_ANSWER));
}

/** The answer if it is one of success; of others it is said whose they are. */
function given(answer: HttpAnswer): HttpAnswer {
  const { status } = answer;
  try {
    return successful(answer);
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    const message = `its token server answers HTTP ${status}`;
    // Elsewhere that is an image which is not there.
    if (status === 404) throw new HttpError('content', message);
    throw new HttpError('status', message, { status, retryAfterMs: error.retryAfterMs });
  }
}

function tokenOf(body: Buffer): Token {
  const { token, access_token: other, expires_in: life } = fieldsOf(body);
  // The newer name first, as other clients have it.
  const value = typeof other === 'string' && other !== '' ? other : token;
  if (typeof value !== 'string' || !/^[\x21-\x7e]+$/.test(value)) throw noToken();
  rememberSecret(value);
  const seconds = typeof life === 'number' && life > 0 ? life : DEFAULT_LIFE_S;
  return {
    header: `Bearer ${value}`,
    expiresAt: Date.now() + seconds * 1000 - MARGIN_MS,
    isShortLived: true,
  };
}

function fieldsOf(body: Buffer): Readonly<Record<string, unknown>> {
  try {
    const answer: unknown = JSON.parse(body.toString());
    return typeof answer === 'object' && answer !== null ? { ...answer } : {};
  } catch {
    throw noToken();
  }
}

function noToken(): HttpError {
  return new HttpError('content', 'its token server answers no token');
}
