import type { TokenCredential } from '@azure/identity';
import { forgetSecret, rememberSecret } from '../../../redact.ts';
import { readBody } from '../../http/body.ts';
import { type HttpClient, successful } from '../../http/client.ts';
import type { CloudCredentials } from './contract.ts';

const SCOPE = 'https://containerregistry.azure.net/.default';
/** Whoever shows a refresh token of the registry is called so. */
const USERNAME = '00000000-0000-0000-0000-000000000000';
const LARGEST_ANSWER = 256 * 1024;

/**
 * A refresh token of a registry, for which that takes an access token of Entra ID, by the identity that the Azure SDK
 * finds: of the environment, the pod or the machine.
 */
export async function loginToAzure(
  client: HttpClient,
  host: string,
  signal: AbortSignal,
): Promise<CloudCredentials> {
  const credential = await azureIdentity();
  const access = await credential.getToken(SCOPE, { abortSignal: signal });
  if (access === null) throw new Error('Entra ID answers no token');
  rememberSecret(access.token);
  try {
    const token = await exchange(client, host, access.token, signal);
    return { username: USERNAME, password: token, expiresAt: expiryOf(token) ?? access.expiresOnTimestamp };
  } finally {
    forgetSecret(access.token);
  }
}

/** As the SDK's default, without the command lines of developers: a worker starts no programs that it finds. */
export async function azureIdentity(): Promise<TokenCredential> {
  const identity = await import('@azure/identity');
  const { AZURE_CLIENT_ID: clientId, AZURE_FEDERATED_TOKEN_FILE: tokenFile } = process.env;
  return new identity.ChainedTokenCredential(
    new identity.EnvironmentCredential(),
    ...(tokenFile ? [new identity.WorkloadIdentityCredential()] : []),
    new identity.ManagedIdentityCredential(clientId ? { clientId } : {}),
  );
}

async function exchange(
  client: HttpClient,
  host: string,
  accessToken: string,
  signal: AbortSignal,
): Promise<string> {
  const form = { grant_type: 'access_token', service: host, access_token: accessToken };
  const answer = await client.request({
    url: new URL(`https://${host}/oauth2/exchange`),
    method: 'POST',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(form).toString(),
    signal,
  });
  const token = fieldOf(await readBody(successful(answer), LARGEST_ANSWER), 'refresh_token');
  if (typeof token !== 'string' || token === '') throw new Error('the registry answers no refresh token');
  return token;
}

/** Of a JSON web token, in milliseconds since 1970. */
function expiryOf(token: string): number | undefined {
  const seconds = fieldOf(Buffer.from(token.split('.')[1] ?? '', 'base64url'), 'exp');
  return typeof seconds === 'number' ? seconds * 1000 : undefined;
}

function fieldOf(json: Buffer, name: string): unknown {
  try {
    const value: unknown = JSON.parse(json.toString());
    return typeof value === 'object' && value !== null
      ? Object.entries(value).find(([key]) => key === name)?.[1]
      : undefined;
  } catch {
    return undefined; // the parser's words would repeat the text
  }
}
