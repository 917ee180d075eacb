import type { HttpClient } from '../../http/client.ts';
import { asHttpError } from '../../http/error.ts';
import { createTokenCache, type ExpiringToken } from '../../token-cache.ts';
import { unlessAborted } from '../../unless-aborted.ts';
import { loginToAws } from './aws.ts';
import { loginToAzure } from './azure.ts';
import type { CloudCredentials, CloudLogin, CloudProvider } from './contract.ts';
import { loginToGcp } from './gcp.ts';
import { cloudHostOf } from './hosts.ts';
import { loginFailure } from './login-failure.ts';

const MARGIN_MS = 2 * 60_000;
const TIMEOUT_MS = 30_000;

type Login = (host: string, signal: AbortSignal) => Promise<CloudCredentials>;

export interface CloudLoginOptions {
  /** Asks what the clouds' libraries do not: the registry itself. */
  readonly client: HttpClient;
  /** Bound of one login. */
  readonly timeoutMs?: number;
}

/** Logins of this process at the clouds' registries. */
export function createCloudLogin({ client, timeoutMs = TIMEOUT_MS }: CloudLoginOptions): CloudLogin {
  const tokens = createTokenCache<CloudCredentials & ExpiringToken>({
    marginMs: MARGIN_MS,
    timeoutMs,
  });
  const logins: Readonly<Record<CloudProvider, Login>> = {
    aws: loginToAws,
    azure: (host, signal) => loginToAzure(client, host, signal),
    gcp: (_host, signal) => loginToGcp(signal),
  };
  return async (provider, { host, signal }) => {
    const served = cloudHostOf(provider, host);
    const { username, password, expiresAt } = await tokens(
      `${provider} ${served.key}`,
      signal,
      async (bound) => {
        try {
          // The clouds' libraries wait as long as they like, and not all of them can be told to stop.
          const credentials = await unlessAborted(logins[provider](served.host, bound), bound);
          return { ...credentials, secrets: formsOf(credentials) };
        } catch (error) {
          throw loginFailure(provider, host, asHttpError(bound.aborted ? bound.reason : error));
        }
      },
    );
    return { username, password, expiresAt };
  };
}

/** As it is, and as a header has it. */
function formsOf({ username, password }: CloudCredentials): readonly string[] {
  return [password, Buffer.from(`${username}:${password}`).toString('base64')];
}
