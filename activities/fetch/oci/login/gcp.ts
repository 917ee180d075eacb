import type { CloudCredentials } from './contract.ts';

const USERNAME = 'oauth2accesstoken';
const SCOPES = ['https://www.googleapis.com/auth/cloud-platform'];
/** Of a token of which nobody says how long it lives. */
const SHORTEST_LIFE_MS = 5 * 60_000;

/** An access token by the identity that Google's library finds: of a file, the pod or the machine. */
export async function loginToGcp(signal: AbortSignal): Promise<CloudCredentials> {
  const { GoogleAuth } = await import('google-auth-library');
  signal.throwIfAborted();
  // A project is of no use here, and looking for one would start gcloud.
  const auth = new GoogleAuth({ scopes: SCOPES, projectId: 'none' });
  const client = await auth.getClient();
  const { token } = await client.getAccessToken();
  if (!token) throw new Error('Google answers no access token');
  return {
    username: USERNAME,
    password: token,
    expiresAt: client.credentials.expiry_date ?? Date.now() + SHORTEST_LIFE_MS,
  };
}
