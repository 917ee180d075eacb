import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createHttpClient } from '../../../../../activities/fetch/http/client.ts';
import { send } from '../../../../../activities/notify/send.ts';
import type { Provider } from '../../../../../api/provider.ts';
import {
  COMMENT_TYPES,
  commitEvent,
  type GitType,
  STATUS_TYPES,
  startGitRecipient,
} from '../../../../support/git-recipients.ts';
import { alertOf, providerOf } from '../../../../support/notified.ts';
import { startProxy } from '../../../../support/proxy.ts';

type SecretText = Readonly<Record<string, string>>;

const file = (name: string) => readFileSync(`test/support/tls/${name}`, 'utf8');
const TLS = { cert: file('server.crt'), key: file('server.key'), ca: file('ca.crt') };
const MUTUAL = { ...TLS, requestCert: true, rejectUnauthorized: true };
const CA = { 'ca.crt': file('ca.crt') };
const CLIENT = { ...CA, 'tls.crt': file('client.crt'), 'tls.key': file('client.key') };

/** An event for a Provider, as a delivery sends it, with the Secrets of its namespace by their names. */
async function tell(spec: Provider['spec'], secrets: Readonly<Record<string, SecretText>>): Promise<void> {
  const http = createHttpClient();
  const readSecret = async (_namespace: string, name: string) => {
    const text = secrets[name];
    return text && Object.fromEntries(Object.entries(text).map(([key, value]) => [key, Buffer.from(value)]));
  };
  const deps = { events: { record: async () => undefined }, notifications: { http, readSecret } };
  const event = commitEvent('info');
  const metadata = {
    'kustomize.toolkit.fluxcd.io/revision': event.metadata?.['revision'] ?? '',
    'event.toolkit.fluxcd.io/change_request': '7',
  };
  const message = { alert: alertOf({}), provider: providerOf(spec), event: { ...event, metadata }, key: 'k' };
  try {
    await send(deps as never, message, { signal: new AbortController().signal });
  } finally {
    await http.close();
  }
}

const BASIC = `Basic ${Buffer.from('me:CANARY-proxy').toString('base64')}`;

describe.each([...STATUS_TYPES, ...COMMENT_TYPES])('%s', (type) => {
  const heard = (host: Awaited<ReturnType<typeof startGitRecipient>>) =>
    host.statuses.length + host.comments.length;

  it('is told with a client certificate, through a proxy, by Secrets of their own', async () => {
    await using host = await startGitRecipient(type, { tls: MUTUAL });
    const proxy = await startProxy(BASIC);
    const { address = '', token = '' } = host.recipient;
    const secrets = {
      token: { token: `${token}\n`, address: `${address}\n` },
      cert: CLIENT,
      proxy: { address: proxy.url, username: 'me', password: 'CANARY-proxy' },
    };
    const spec = {
      type,
      address: 'https://wrong.example.com/acme/fleet',
      secretRef: { name: 'token' },
      certSecretRef: { name: 'cert' },
    };

    await tell({ ...spec, proxySecretRef: { name: 'proxy' } }, secrets);
    await expect(tell({ ...spec, proxy: proxy.url }, secrets)).rejects.toThrow(/proxy/i);
    await tell({ ...spec, proxy: proxy.url.replace('//', '//me:CANARY-proxy@') }, secrets);

    expect(heard(host)).toBe(1);
    expect(new Set(proxy.tunnels)).toEqual(new Set([new URL(host.url).host]));
    expect(proxy.tunnels.length).toBeGreaterThanOrEqual(2);
  });
});

describe('a GitHub App of a server whose certificate only certSecretRef knows', () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const githubAppPrivateKey = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

  it.each<GitType>(['github', 'githubpullrequestcomment', 'githubdispatch'])('speaks as %s', async (type) => {
    await using host = await startGitRecipient(type, { tls: TLS });
    host.user = { login: 'pawl[bot]', app: 42 };
    host.intercept(({ path }) => {
      if (!path.startsWith('/app/')) return undefined;
      const expires_at = new Date(Date.now() + 3_600_000).toISOString();
      return { status: 201, json: { token: host.recipient.token, expires_at } };
    });
    const app = {
      githubAppID: '42',
      githubAppInstallationID: '7',
      githubAppPrivateKey,
      githubAppBaseURL: host.api,
    };
    const spec = { type, address: host.recipient.address, secretRef: { name: 'app' } };

    await tell({ ...spec, certSecretRef: { name: 'cert' } }, { app, cert: CA });

    expect(host.statuses.length + host.comments.length + host.dispatches.length).toBe(1);
  });
});
