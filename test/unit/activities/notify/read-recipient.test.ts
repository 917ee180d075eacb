import { expect, it } from 'vitest';
import { readRecipient } from '../../../../activities/notify/read-recipient.ts';
import { redact } from '../../../../activities/redact.ts';
import type { Provider } from '../../../../api/provider.ts';
import { providerOf } from '../../../support/notified.ts';

type Secrets = Readonly<Record<string, Readonly<Record<string, string>>>>;

function read(spec: Partial<Provider['spec']>, secrets: Secrets = {}) {
  const readSecret = async (namespace: string, name: string) => {
    const data = namespace === 'apps' ? secrets[name] : undefined;
    return data && Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value)]));
  };
  return readRecipient(readSecret, providerOf(spec));
}

const secretRef = { name: 's' };

it('is what the spec says', async () => {
  expect(await read({ type: 'slack', address: 'https://x', channel: 'c', username: 'u' })).toEqual({
    type: 'slack',
    name: 'sink',
    namespace: 'apps',
    uid: 'u-1',
    address: 'https://x',
    channel: 'c',
    username: 'u',
    password: '',
    token: '',
    headers: {},
    secret: {},
    tls: undefined,
    proxy: undefined,
  });
});

it('what is in the Secret comes before the spec', async () => {
  const s = {
    address: ' https://secret \n',
    token: 'the-token\n',
    username: 'ada',
    password: 'the-password',
    headers: 'X-One: one\nX-Two: 2\n',
    nkey: 'more',
  };

  const recipient = await read({ address: 'https://x', username: 'u', secretRef }, { s });

  expect(recipient).toMatchObject({
    address: 'https://secret',
    token: 'the-token',
    username: 'ada',
    password: 'the-password',
    headers: { 'X-One': 'one', 'X-Two': '2' },
  });
  expect(recipient.secret['nkey']?.toString()).toBe('more');
});

it.each([
  ['X: 1', { X: '1' }],
  ['X: yes', { X: 'true' }],
  ['X: 012', { X: '10' }],
  ['X: 12345678901234567890', { X: '12345678901234567890' }],
  ['X:', { X: '' }],
  ['X: "null"', { X: 'null' }],
  ['X: 1\nX: 2', { X: '2' }],
  ['X: &a b\nZ: *a', { X: 'b', Z: 'b' }],
  ['{"X": "b"}', { X: 'b' }],
  ['# none', {}],
  ['X: a\n---\nY: b', { X: 'a' }],
])('headers %j are read as Flux reads them', async (headers, wanted) => {
  expect((await read({ secretRef }, { s: { headers } })).headers).toEqual(wanted);
});

it('attributes of Pub/Sub may be what headers may not', async () => {
  const s = { headers: '"two words": "a\\nb"' };
  const { headers } = await read({ type: 'googlepubsub', secretRef }, { s });
  expect(headers).toEqual({ 'two words': 'a\nb' });
});

it('is masked from then on, with the token of a header', async () => {
  const s = {
    address: 'https://hooks/canary-a',
    token: 'canary-b',
    headers: 'Authorization: Bearer canary-c',
  };
  await read({ secretRef }, { s });

  expect(redact('https://hooks/canary-a canary-b canary-c')).toBe('*** *** ***');
});

it.each([
  ['Cannot POST /services/T1/B2/canary-of-the-path%2B1', 'Cannot POST ***'],
  ['no webhook canary-of-the-path+1', 'no webhook ***'],
  ['the key canary=of=the=query=2 is revoked', 'the key *** is revoked'],
  ['/?key=canary%3Dof%3Dthe%3Dquery%3D2', '/?key=***'],
  ['no such method: /services/T1', 'no such method: /services/T1'],
])('of an address in a Secret, what a server repeats is masked: %s', async (said, told) => {
  const address = 'https://hooks/services/T1/B2/canary-of-the-path%2B1?key=canary%3Dof%3Dthe%3Dquery%3D2';
  await read({ secretRef }, { s: { address } });

  expect(redact(said)).toBe(told);
});

it.each<{
  readonly name: string;
  readonly spec: Partial<Provider['spec']>;
  readonly secrets?: Secrets;
  readonly proxy: string;
}>([
  { name: 'the older field', spec: { proxy: 'http://proxy:1' }, proxy: 'http://proxy:1/' },
  {
    name: 'the older key',
    spec: { proxy: 'http://proxy:1', secretRef },
    secrets: { s: { proxy: 'http://proxy:2' } },
    proxy: 'http://proxy:2/',
  },
  {
    name: 'the Secret for it',
    spec: { proxy: 'http://proxy:1', proxySecretRef: { name: 'p' }, secretRef },
    secrets: { s: { proxy: 'http://proxy:2' }, p: { address: 'http://proxy:3' } },
    proxy: 'http://proxy:3/',
  },
])('the proxy is of $name', async ({ spec, secrets = {}, proxy }) => {
  expect((await read(spec, secrets)).proxy?.url.href).toBe(proxy);
});

it.each<{
  readonly name: string;
  readonly spec: Partial<Provider['spec']>;
  readonly secrets?: Secrets;
  readonly words: string;
  readonly passes?: boolean;
}>([
  {
    name: 'a Secret that is missing',
    spec: { secretRef },
    words: "secret 'apps/s' of spec.secretRef not found; create it",
    passes: true,
  },
  {
    name: "the proxy's",
    spec: { proxySecretRef: { name: 'p' } },
    words: "secret 'apps/p' of spec.proxySecretRef not found",
    passes: true,
  },
  {
    name: 'headers that are no map',
    spec: { secretRef },
    secrets: { s: { headers: '- canary' } },
    words: "secret 'apps/s' of spec.secretRef: its 'headers' is not a YAML map",
  },
  {
    name: 'a header that is a list',
    spec: { secretRef },
    secrets: { s: { headers: 'X: [canary]' } },
    words: "its 'headers' is not a YAML map",
  },
  {
    name: 'headers that do not parse',
    spec: { secretRef },
    secrets: { s: { headers: '{canary' } },
    words: "its 'headers' is not a YAML map",
  },
  {
    name: 'a header that is none',
    spec: { secretRef },
    secrets: { s: { headers: 'X: "canary\\ninjected"' } },
    words: "its 'headers' holds a name or a value that no header may have",
  },
  {
    name: 'an address that is too long',
    spec: { secretRef },
    secrets: { s: { address: 'x'.repeat(2_049) } },
    words: "its 'address' is longer than 2048 characters",
  },
  {
    name: 'certificates that are none',
    spec: { certSecretRef: { name: 'c' } },
    secrets: { c: {} },
    words: "has neither 'ca.crt' nor 'tls.crt' with 'tls.key'",
  },
  {
    name: 'a certificate without its key',
    spec: { certSecretRef: { name: 'c' } },
    secrets: { c: { 'tls.crt': 'canary' } },
    words: "only one of 'tls.crt' and 'tls.key'",
  },
  {
    name: 'a proxy without address',
    spec: { proxySecretRef: { name: 'p' } },
    secrets: { p: {} },
    words: "has no 'address'",
  },
])('$name is told with Secret and key, and no value', async ({ spec, secrets, words, passes = false }) => {
  const error: unknown = await read(spec, secrets).catch((thrown: unknown) => thrown);

  expect(error).toMatchObject({ message: expect.stringContaining(words), nonRetryable: !passes });
  expect(String(error)).not.toContain('canary');
});
