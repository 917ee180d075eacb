import { createHmac, createVerify, generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Recipient } from '../../../../../activities/notify/contract.ts';
import { eventJson } from '../../../../../activities/notify/event-json.ts';
import { readRecipient } from '../../../../../activities/notify/read-recipient.ts';
import { SENDERS } from '../../../../../activities/notify/senders.ts';
import type { ProviderType } from '../../../../../api/provider.ts';
import {
  deliveryOf,
  eventOf,
  type NotifiedService,
  startNotifiedService,
} from '../../../../support/notified-service.ts';

let service: NotifiedService;
beforeAll(async () => {
  service = await startNotifiedService();
});
afterAll(() => service[Symbol.asyncDispose]());
beforeEach(() => {
  service.requests.length = 0;
});

async function tell(type: ProviderType, recipient: Partial<Recipient>) {
  await SENDERS[type]?.(service.deps, deliveryOf(type, recipient, eventOf('error')));
  const [told] = service.requests;
  if (!told) throw new Error('nothing was told');
  return told;
}

async function refusal(type: ProviderType, recipient: Partial<Recipient>): Promise<string> {
  const error: unknown = await tell(type, recipient).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ type: 'NotificationDispatchFailed', nonRetryable: true });
  expect(service.requests).toEqual([]);
  return (error as Error).message;
}

describe('Google Pub/Sub', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const account = {
    type: 'service_account',
    client_email: 'flux@acme.iam.gserviceaccount.com',
    private_key_id: 'k1',
    private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    token_uri: 'http://127.0.0.1:1/steals-assertions',
  };
  const recipient = { address: 'acme-1', channel: 'flux', token: JSON.stringify(account) };

  it('gets the event as data and the headers as attributes, signed by the key itself', async () => {
    const told = await tell('googlepubsub', { ...recipient, headers: { team: 'a' } });
    expect(told.to).toBe('https://pubsub.googleapis.com/v1/projects/acme-1/topics/flux:publish');
    const data = Buffer.from(eventJson(eventOf('error'))).toString('base64');
    expect(JSON.parse(told.body)).toEqual({ messages: [{ data, attributes: { team: 'a' } }] });

    const [, head = '', claims = '', signature = ''] =
      /^Bearer (.*)\.(.*)\.(.*)$/.exec(told.headers.authorization ?? '') ?? [];
    const verified = createVerify('RSA-SHA256').update(`${head}.${claims}`);
    expect(verified.verify(publicKey, signature, 'base64url')).toBe(true);
    expect(JSON.parse(Buffer.from(head, 'base64url').toString())).toMatchObject({ alg: 'RS256', kid: 'k1' });
    expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toMatchObject({
      iss: account.client_email,
      sub: account.client_email,
      aud: 'https://pubsub.googleapis.com/',
    });
  });

  it('gets no attributes without headers', async () => {
    expect((await tell('googlepubsub', recipient)).body).not.toContain('attributes');
  });

  it.each([
    [{ address: '' }, /needs spec\.address/],
    [{ address: 'acme/../other' }, /id of a project/],
    [{ channel: '' }, /needs spec\.channel/],
    [{ channel: 'a/b' }, /id of a topic/],
    [{ token: 'secret-nonsense' }, /JSON key of a service account/],
    [{ token: '{"type":"external_account","client_email":"a","private_key":"b"}' }, /JSON key of a service/],
    [
      { token: JSON.stringify({ ...account, private_key: 'secret-nonsense' }) },
      /private key that cannot be read/,
    ],
  ])('is not told with %o', async (own, message) => {
    const said = await refusal('googlepubsub', { ...recipient, ...own });
    expect(said).toMatch(message);
    expect(said).not.toContain('secret-nonsense');
  });
});

describe("the worker's identity", () => {
  it('is missing for good when nobody gave one', async () => {
    vi.stubEnv('GOOGLE_APPLICATION_CREDENTIALS', '/nowhere/key.json');
    const said = await refusal('googlepubsub', { address: 'acme-1', channel: 'flux' });
    vi.unstubAllEnvs();
    expect(said).toMatch(/^Google Pub\/Sub: the worker got no token by its own identity; put credentials/);
    expect(said).not.toContain('/nowhere');
  });

  it('is no stand-in for that of an account which the Provider names', async () => {
    const metadata = { namespace: 'apps', name: 'team', uid: 'u1', resourceVersion: '1', generation: 1 };
    const spec = { type: 'googlepubsub', serviceAccountName: 'publisher' } as const;
    await expect(readRecipient(async () => undefined, { metadata, spec })).rejects.toMatchObject({
      type: 'NotificationDispatchFailed',
      nonRetryable: true,
      message: expect.stringContaining('ObjectLevelWorkloadIdentity') as string,
    });
  });
});

describe('Azure Event Hubs', () => {
  const key = 'c2VjcmV0LWtleQ==';
  const address = `Endpoint=sb://acme.servicebus.windows.net/;SharedAccessKeyName=root;SharedAccessKey=${key};EntityPath=hub`;

  it('gets the event as it is, signed with the shared key of the address', async () => {
    const told = await tell('azureeventhub', { address });
    expect(told.to).toBe('https://acme.servicebus.windows.net/hub/messages?api-version=2014-01');
    expect(told.body).toBe(eventJson(eventOf('error')));
    const [, fields = ''] = /^SharedAccessSignature (.*)$/.exec(told.headers.authorization ?? '') ?? [];
    const { sr = '', sig, se = '', skn } = Object.fromEntries(new URLSearchParams(fields));
    expect({ sr, skn }).toEqual({ sr: 'https://acme.servicebus.windows.net/hub', skn: 'root' });
    const signed = createHmac('sha256', key)
      .update(`${encodeURIComponent(sr)}\n${se}`)
      .digest('base64');
    expect(sig).toBe(signed);
    expect(Number(se)).toBeGreaterThan(Date.now() / 1000);
  });

  it.each([
    ['acme', undefined, 'acme.servicebus.windows.net'],
    ['acme', 'https://login.microsoftonline.us/', 'acme.servicebus.usgovcloudapi.net'],
    ['acme', 'https://login.chinacloudapi.cn', 'acme.servicebus.chinacloudapi.cn'],
    ['acme.servicebus.windows.net', undefined, 'acme.servicebus.windows.net'],
  ])('gets it in the namespace %s by a token (authority %s)', async (channel, authority, host) => {
    vi.stubEnv('AZURE_AUTHORITY_HOST', authority);
    const told = await tell('azureeventhub', { address: 'hub', channel, token: 'jwt.1.a' });
    vi.unstubAllEnvs();
    expect(told.to).toBe(`https://${host}/hub/messages?api-version=2014-01`);
    expect(told.headers.authorization).toBe('Bearer jwt.1.a');
  });

  it.each([
    [{ address: '' }, /needs spec\.address/],
    [{ address: `${address}x`, token: 'jwt.1.a' }, /both a token and .* shared access key/],
    [{ address: address.replace('EntityPath=hub', '') }, /connection string such as/],
    [{ address: address.replace('sb://', 'http://') }, /connection string such as/],
    [{ address: 'hub', token: 'jwt.1.a' }, /needs spec\.channel/],
    [{ address: 'hub', token: 'jwt.1.a', channel: 'x.servicebus.example.org' }, /namespace of Event Hubs/],
    [{ address: 'hub', token: 'jwt.1.a', channel: 'example.org/' }, /namespace of Event Hubs/],
    [{ address: 'hub', token: 'jwt\n1', channel: 'acme' }, /token with line breaks/],
  ])('is not told with %o', async (own, message) => {
    const said = await refusal('azureeventhub', own);
    expect(said).toMatch(message);
    expect(said).not.toMatch(/c2VjcmV0|jwt[.\n]1/);
  });
});
