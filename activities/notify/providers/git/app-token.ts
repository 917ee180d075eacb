import { createGithubApp, type GithubApp } from '../../../fetch/github-app.ts';
import { hasGithubApp } from '../../../fetch/github-app-secret.ts';
import type { HttpClient } from '../../../fetch/http/client.ts';
import type { Recipient, SenderDeps } from '../../contract.ts';
import type { GitCall } from './git-host.ts';

// Tokens are kept as long as the client that asked for them, by the proxy and the certificates it asked with.
const apps = new WeakMap<HttpClient, Map<string, GithubApp>>();

/** Whether a Secret speaks for a GitHub App; a token or a password comes before. */
export function hasApp({ token, password, secret }: Recipient): boolean {
  return token === '' && password === '' && hasGithubApp(secret);
}

/** The token of the app's installation. Throws AuthenticationFailed. */
export async function appToken({ http }: SenderDeps, { recipient, signal }: GitCall): Promise<string> {
  const { namespace, name, secret: data, proxy, tls } = recipient;
  const ofClient = apps.get(http) ?? new Map<string, GithubApp>();
  apps.set(http, ofClient);
  const key = `${proxy?.fingerprint} ${tls?.fingerprint}`;
  const app =
    ofClient.get(key) ??
    createGithubApp({
      client: {
        ...http,
        // `certSecretRef` comes before what the app's own Secret has.
        request: (wanted) => http.request({ ...wanted, proxy, tls: tls ?? wanted.tls }),
      },
    });
  ofClient.set(key, app);
  const where = `the secret of spec.secretRef of provider '${namespace}/${name}'`;
  return (await app.token({ data, where }, { signal })).token;
}
