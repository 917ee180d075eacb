import { forgetSecret, rememberSecret } from '../redact.ts';
import { unlessAborted } from './unless-aborted.ts';

/** What somebody gave us to show for a while. */
export interface ExpiringToken {
  /** It, in every form in which it is shown: masked in messages until it has expired. */
  readonly secrets: readonly string[];
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

export interface TokenCacheOptions {
  /** A token is asked for anew this long before it expires: who gets it needs it for a while. */
  readonly marginMs: number;
  /** Bound of asking for one. */
  readonly timeoutMs: number;
  readonly now?: () => number;
}

/**
 * The token of `key`: the one that is kept, or what `ask` brings, which runs once for all who want it at the same time
 * and is not ended by one of them giving up. Throws what `ask` throws, or the reason of `signal` when it was aborted.
 */
export type TokenCache<Token> = (
  key: string,
  signal: AbortSignal,
  ask: (signal: AbortSignal) => Promise<Token>,
) => Promise<Token>;

export function createTokenCache<Token extends ExpiringToken>(options: TokenCacheOptions): TokenCache<Token> {
  const { marginMs, timeoutMs, now = Date.now } = options;
  const kept = new Map<string, Token>();
  const asked = new Map<string, Promise<Token>>();
  const given = new Set<Token>();

  function forgetExpired(): void {
    for (const [key, { expiresAt }] of kept) if (expiresAt <= now()) kept.delete(key);
    for (const token of given) {
      if (token.expiresAt > now()) continue;
      given.delete(token);
      // Thousands a day would make every message that is looked through slow.
      token.secrets.forEach(forgetSecret);
    }
  }

  async function renew(key: string, ask: (signal: AbortSignal) => Promise<Token>): Promise<Token> {
    forgetExpired();
    const token = await ask(AbortSignal.timeout(timeoutMs));
    token.secrets.forEach(rememberSecret);
    given.add(token);
    kept.set(key, token);
    return token;
  }

  return async (key, signal, ask) => {
    signal.throwIfAborted();
    const token = kept.get(key);
    if (token && token.expiresAt - marginMs > now()) return token;
    let renewal = asked.get(key);
    if (!renewal) {
      renewal = renew(key, ask).finally(() => asked.delete(key));
      asked.set(key, renewal);
    }
    return await unlessAborted(renewal, signal);
  };
}
