import { createHash } from 'node:crypto';
import { forgetSecret } from '../../redact.ts';
import type { Authorization, HttpAnswer, HttpClient } from '../http/client.ts';
import { basicHeader } from '../http/credentials.ts';
import { HttpError } from '../http/error.ts';
import { type Challenge, parseChallenge } from './challenge.ts';
import type { RegistryAccess } from './contract.ts';
import { fetchToken, type Token } from './token.ts';

/** What one question to a registry is for. */
export interface Purpose {
  readonly access: RegistryAccess;
  /** Such as `repository:charts/podinfo:pull`. */
  readonly scope: string;
  readonly signal: AbortSignal;
}

/** Knows what to show to registries; tokens are kept until they expire. */
export interface Authorizer {
  /** What is known to be wanted; undefined while nothing is. */
  known(purpose: Purpose): Authorization | undefined;
  /** Answers the challenge of a refused request. Throws an {@link HttpError} when it cannot be answered. */
  answer(purpose: Purpose, refused: HttpAnswer): Promise<Authorization>;
  /**
   * Answers what the registry said when it was asked for nothing yet: some have less to show to strangers instead of
   * refusing them. Undefined where there is nothing to show. Throws as {@link answer}.
   */
  introduce(purpose: Purpose, greeting: HttpAnswer): Promise<Authorization | undefined>;
}

const KEPT_TOKENS = 2000;

export function createAuthorizer(client: HttpClient): Authorizer {
  const tokens = new Map<string, Token>();

  function keep(key: string, token: Token): Token {
    drop(key);
    tokens.set(key, token);
    const [oldest] = tokens.keys();
    if (tokens.size > KEPT_TOKENS && oldest !== undefined) drop(oldest);
    return token;
  }

  function drop(key: string): void {
    const token = tokens.get(key);
    tokens.delete(key);
    // Thousands a day would make every message that is looked through slow.
    if (token?.isShortLived) forgetSecret(token.header.replace(/^Bearer /, ''));
  }

  async function answerTo(purpose: Purpose, challenge: Challenge | undefined): Promise<Authorization> {
    const { access, scope, signal } = purpose;
    const { origin } = access.origin;
    if (challenge?.scheme === 'bearer') {
      const token = await fetchToken(client, access, challenge, { scope: challenge.scope || scope, signal });
      return { header: keep(keyOf(purpose), token).header, origin };
    }
    if (challenge?.scheme !== 'basic' || !access.basic) {
      throw new HttpError('status', 'the registry answers HTTP 401', { status: 401 });
    }
    const header = basicHeader(access.basic);
    keep(keyOf(purpose), { header, expiresAt: Number.POSITIVE_INFINITY, isShortLived: false });
    return { header, origin };
  }

  return {
    known(purpose) {
      const key = keyOf(purpose);
      const token = tokens.get(key);
      if (token && token.expiresAt > Date.now())
        return { header: token.header, origin: purpose.access.origin.origin };
      drop(key);
      return undefined;
    },
    async answer(purpose, { headers }) {
      return await answerTo(purpose, parseChallenge(headers['www-authenticate']));
    },
    async introduce(purpose, { status, headers, url }) {
      const { access } = purpose;
      if (!access.basic || url.origin !== access.origin.origin) return undefined;
      // Who wants to see nothing is shown the password, as by go-containerregistry.
      if (status === 200) return await answerTo(purpose, { scheme: 'basic' });
      const challenge = status === 401 ? parseChallenge(headers['www-authenticate']) : undefined;
      if (challenge?.scheme !== 'bearer') return challenge && (await answerTo(purpose, challenge));
      // The scope is that of no image, or of one that is an example.
      return await answerTo(purpose, { ...challenge, scope: undefined });
    },
  };
}

/** Who may pull what must not be told by another's token. */
function keyOf({ access, scope }: Purpose): string {
  const { username = '', password = '' } = access.basic ?? {};
  const who = createHash('sha256').update(`${username.length}:${username}:${password}`).digest('hex');
  return `${access.origin.origin} ${scope} ${who} ${access.tls?.fingerprint ?? ''}`;
}
