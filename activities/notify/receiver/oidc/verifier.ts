import { messageOf } from '../../../failures.ts';
import type { HttpClient } from '../../../fetch/http/client.ts';
import { type Fields, RefusedHookError } from '../contract.ts';
import { fetchIssuerKeys, type IssuerKeys } from './issuer-keys.ts';
import { isSignedBy, type Token } from './token.ts';

export interface TokenVerifier {
  /** The claims of a token that this issuer signed for this audience, and that is valid now. Throws a {@link RefusedHookError}. */
  verify(token: Token, wanted: WantedToken): Promise<Fields>;
}

export interface WantedToken {
  /** Whose keys have to have signed it. */
  readonly issuer: string;
  /** Names that it may say it is of; only that of the issuer when left out. */
  readonly issuerNames?: readonly string[];
  readonly audience: string;
}

// Keys are good for as long as issuers keep old ones beside new ones, and more.
const KEPT_MS = 10 * 60_000;
// A token with an unknown key may be of a new one; and whoever makes up keys must not make us ask at each of them.
const RENEWED_MS = 30_000;
const KEPT_ISSUERS = 100;
// What clocks may differ by, as go-oidc has it for nbf.
const LEEWAY_S = 300;

interface Kept {
  readonly keys: Promise<IssuerKeys>;
  readonly at: number;
}

export interface VerifierOptions {
  readonly client: HttpClient;
  /** Milliseconds. */
  readonly now?: () => number;
}

/** Verifies tokens of OpenID Connect, with keys that are kept for a while; also that an issuer does not answer is. */
export function createTokenVerifier({ client, now = Date.now }: VerifierOptions): TokenVerifier {
  const issuers = new Map<string, Kept>();

  function ask(issuer: string): Kept {
    const keys = fetchIssuerKeys(client, issuer);
    keys.catch(() => undefined);
    const kept = { keys, at: now() };
    issuers.delete(issuer);
    issuers.set(issuer, kept);
    const [oldest] = issuers.keys();
    if (issuers.size > KEPT_ISSUERS && oldest !== undefined) issuers.delete(oldest);
    return kept;
  }

  async function signedBy(issuer: string, token: Token): Promise<boolean> {
    let kept = issuers.get(issuer);
    if (!kept || now() - kept.at > KEPT_MS) kept = ask(issuer);
    const isKnown = await keysOf(kept).then(
      ({ keys }) => keys.some((key) => mayBe(key, token)),
      () => false,
    );
    if (!isKnown && now() - kept.at > RENEWED_MS) kept = ask(issuer);
    const { keys, algorithms } = await keysOf(kept);
    return (
      algorithms.includes(token.algorithm) && keys.some((key) => mayBe(key, token) && isSignedBy(key, token))
    );
  }

  return {
    async verify(token, { issuer, issuerNames = [issuer], audience }) {
      const { iss, aud, exp, nbf } = token.claims;
      if (typeof iss !== 'string' || !issuerNames.includes(iss))
        throw new RefusedHookError('the token is of another issuer');
      if (!(await signedBy(issuer, token)))
        throw new RefusedHookError('the token is not signed by its issuer');
      if (!(Array.isArray(aud) ? aud : [aud]).includes(audience))
        throw new RefusedHookError('the token is for somebody else');
      const seconds = now() / 1000;
      if (typeof exp !== 'number' || exp <= seconds) throw new RefusedHookError('the token is expired');
      if (nbf !== undefined && (typeof nbf !== 'number' || nbf > seconds + LEEWAY_S))
        throw new RefusedHookError('the token is not valid yet');
      return token.claims;
    },
  };
}

async function keysOf({ keys }: Kept): Promise<IssuerKeys> {
  try {
    return await keys;
  } catch (error) {
    if (error instanceof RefusedHookError) throw error;
    throw new RefusedHookError(`the issuer cannot be asked for its keys: ${messageOf(error)}`);
  }
}

function mayBe(key: IssuerKeys['keys'][number], { keyId }: Token): boolean {
  return keyId === undefined || key['kid'] === keyId;
}
