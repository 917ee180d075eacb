import { createHmac, type JsonWebKey } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createHttpClient, type HttpClient } from '../../../../../../activities/fetch/http/client.ts';
import { authenticate } from '../../../../../../activities/notify/receiver/authenticate.ts';
import type { ReceiverType } from '../../../../../../activities/notify/receiver/contract.ts';
import {
  createTokenVerifier,
  type TokenVerifier,
} from '../../../../../../activities/notify/receiver/oidc/verifier.ts';
import type { ReceiverSpec } from '../../../../../../api/receiver.ts';
import { hook, payload, recipient } from '../../../../../support/hooks.ts';
import {
  type IssuerKey,
  issuerKey,
  type OidcIssuer,
  startIssuer,
} from '../../../../../support/oidc-issuer.ts';

const NOW = Date.parse('2026-11-22T12:00:00Z');
const SECONDS = NOW / 1000;

const rsa = issuerKey('RS256');
const stranger = issuerKey('RS256');
let issuer: OidcIssuer;
let http: HttpClient;
let now = NOW;
let tokens: TokenVerifier;

beforeAll(() => {
  http = createHttpClient();
});
afterAll(() => http.close());
beforeEach(async () => {
  issuer = await startIssuer([rsa]);
  now = NOW;
  tokens = createTokenVerifier({ client: http, now: () => now });
  return () => issuer[Symbol.asyncDispose]();
});

type Provider = NonNullable<ReceiverSpec['oidcProviders']>[number];

const claims = (some: object = {}) => ({
  iss: issuer.url,
  aud: 'notification-controller',
  exp: SECONDS + 60,
  sub: 'repo:example-org/home:ref:refs/heads/main',
  repository: 'example-org/home',
  run: 7,
  ...some,
});

function send(token: string, some: Partial<Provider> = {}, scheme = 'Bearer ') {
  const isMain = { expression: "claims.sub.endsWith('main')", message: 'only the main branch may' };
  const provider = { issuerURL: issuer.url, validations: [isMain], ...some };
  return receive('generic-oidc', `${scheme}${token}`, { oidcProviders: [provider] });
}

function receive(type: ReceiverType, authorization: string, spec: Partial<ReceiverSpec> = {}, body = '{}') {
  return authenticate(hook(body, { authorization }), recipient(type, spec), {
    tokens,
    googleIssuer: issuer.url,
  });
}

describe('a token of the issuer', () => {
  it('is accepted with its claims', async () => {
    await expect(send(rsa.token(claims()))).resolves.toEqual({ req: {}, claims: claims() });
    await expect(send(rsa.token(claims()), {}, 'Bearer  ')).resolves.toHaveProperty('claims');
  });

  it.each(['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA'] as const)('is accepted by %s', async (algorithm) => {
    const key = issuerKey(algorithm);
    issuer.keys = [stranger.jwk, key.jwk];

    await expect(send(key.token(claims()))).resolves.toHaveProperty('claims');
  });

  it.each<[string, object, Partial<Provider>]>([
    ['of the audience of the provider', { aud: 'https://hooks' }, { audience: 'https://hooks' }],
    ['of several audiences', { aud: ['x', 'notification-controller'] }, {}],
    ['whose clock is a little ahead', { nbf: SECONDS + 100 }, {}],
  ])('is accepted %s', async (_name, some, provider) => {
    await expect(send(rsa.token(claims(some)), provider)).resolves.toHaveProperty('claims');
  });

  it.each<[string, object, Partial<Provider>]>([
    ['is expired', { exp: SECONDS - 1 }, {}],
    ['is expired', { exp: undefined }, {}],
    ['is expired', { exp: `${SECONDS + 60}` }, {}],
    ['is not valid yet', { nbf: SECONDS + 600 }, {}],
    ['is for somebody else', { aud: 'x' }, {}],
    ['is for somebody else', { aud: undefined }, {}],
    ['is for somebody else', {}, { audience: 'https://hooks' }],
    ['an issuer that spec.oidcProviders does not name', { iss: 'https://other.example' }, {}],
    ['an issuer that spec.oidcProviders does not name', { iss: undefined }, {}],
    ['only the main branch may', { sub: 'repo:example-org/home:ref:refs/heads/other' }, {}],
    ['cannot be held against', { sub: 7 }, {}],
  ])('is refused when it %s', async (why, some, provider) => {
    await expect(send(rsa.token(claims(some)), provider)).rejects.toThrow(why);
  });

  it('is read by variables first, each of which sees those before it', async () => {
    const variables = [
      { name: 'parts', expression: "claims.repository.split('/')" },
      { name: 'owner', expression: 'vars.parts[0]' },
    ];
    const validations = [
      {
        expression: "vars.owner == 'example-org' && claims.run == 7 && type(claims.run) == double",
        message: 'a',
      },
      { expression: "vars.owner == 'other'", message: 'not of other' },
      { expression: 'vars.parts.size() == 3', message: 'not of three parts' },
    ];

    await expect(send(rsa.token(claims()), { variables, validations })).rejects.toThrow(
      'token validation failed: not of other; not of three parts',
    );
  });
});

describe('is refused', () => {
  const b64 = (value: object | string) =>
    Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

  it('what somebody else signed under the same name', async () => {
    await expect(send(stranger.token(claims()))).rejects.toThrow('not signed by its issuer');
  });

  it.each<[string, (token: string) => string]>([
    ['nothing', () => ''],
    ['what is no token', () => 'x.y'],
    ['a fourth part', (token) => `${token}.x`],
    ['no signature', (token) => `${token.split('.').slice(0, 2).join('.')}.`],
    [
      'the signature of other claims',
      (token) => {
        const [head = '', , signature = ''] = token.split('.');
        return `${head}.${b64(claims({ run: 8 }))}.${signature}`;
      },
    ],
    ['none for an algorithm', () => `${b64({ alg: 'none' })}.${b64(claims())}.${b64('x')}`],
    [
      'an algorithm that every object has',
      () => `${b64({ alg: 'constructor' })}.${b64(claims())}.${b64('x')}`,
    ],
    ['a part that must be understood', () => rsa.token(claims(), { crit: ['b64'], b64: false })],
    [
      'the public key taken for a shared one',
      () => {
        const text = `${b64({ alg: 'HS256', kid: 'RS256' })}.${b64(claims())}`;
        return `${text}.${createHmac('sha256', JSON.stringify(rsa.jwk)).update(text).digest('base64url')}`;
      },
    ],
    ['claims that are a list', () => rsa.token([1])],
  ])('%s', async (_name, forge) => {
    await expect(send(forge(rsa.token(claims())))).rejects.toThrow(
      expect.objectContaining({ name: 'RefusedHookError' }),
    );
  });

  it.each(['Basic ', 'bearer', 'Bearer', ''])('the scheme %j', async (scheme) => {
    await expect(send(rsa.token(claims()), {}, scheme)).rejects.toThrow('missing or malformed');
  });

  it('a key that is too short to hold', async () => {
    const short = issuerKey('RS256', 'RS256', 1024);
    issuer.keys = [short.jwk];

    await expect(send(short.token(claims()))).rejects.toThrow('not signed by its issuer');
  });

  it.each<[string, (key: IssuerKey) => JsonWebKey]>([
    ['for encryption', ({ jwk }) => ({ ...jwk, use: 'enc' })],
    ['of another algorithm', ({ jwk }) => ({ ...jwk, alg: 'RS512' })],
    ['that cannot be read', () => ({ kty: 'RSA', kid: 'RS256', n: '' })],
  ])('a key %s', async (_name, key) => {
    issuer.keys = [key(rsa)];

    await expect(send(rsa.token(claims()))).rejects.toThrow('not signed by its issuer');
  });

  it.each<[string, object, string]>([
    ['of another name', { issuer: 'https://other.example' }, 'says that it is another one'],
    ['without keys', { jwks_uri: undefined }, 'what no issuer says'],
    ['with keys in a file', { jwks_uri: 'file:///etc/passwd' }, 'what no issuer says'],
    ['with keys at a metadata service', { jwks_uri: 'http://169.254.169.254/keys' }, 'cannot be asked'],
    [
      'that signs otherwise',
      { id_token_signing_alg_values_supported: ['ES256'] },
      'not signed by its issuer',
    ],
  ])('an issuer %s', async (_name, says, why) => {
    issuer.says = says;

    await expect(send(rsa.token(claims()))).rejects.toThrow(why);
  });
});

describe('keys', () => {
  it('are asked for once, also by many at the same time', async () => {
    await Promise.all(Array.from({ length: 20 }, () => send(rsa.token(claims()))));

    expect(issuer.requests).toHaveLength(2);
  });

  it('are asked for again for an unknown one, but not at each of a flood', async () => {
    const next = issuerKey('RS256', 'next');
    await send(rsa.token(claims()));
    issuer.keys = [rsa.jwk, next.jwk];
    await expect(send(next.token(claims()))).rejects.toThrow('not signed by its issuer');
    now += 31_000;

    await expect(send(next.token(claims()))).resolves.toHaveProperty('claims');
    for (let i = 0; i < 20; i += 1)
      await expect(send(issuerKey('ES256', `made-up-${i}`).token(claims()))).rejects.toThrow(/issuer/);
    expect(issuer.requests).toHaveLength(4);
  });

  it('are asked for again after a while, so that a withdrawn one is good no more', async () => {
    await send(rsa.token(claims()));
    issuer.keys = [stranger.jwk];
    now += 11 * 60_000;

    await expect(send(rsa.token(claims({ exp: SECONDS + 3600 })))).rejects.toThrow('not signed');
  });

  it('of an issuer that does not answer are not asked for at each of a flood', async () => {
    issuer.says = { issuer: 'x' };
    for (let i = 0; i < 20; i += 1) await expect(send(rsa.token(claims()))).rejects.toThrow(/issuer/);

    expect(issuer.requests).toHaveLength(1);
  });
});

describe('gcr', () => {
  const body = payload('gcr-pubsub').toString();
  const google = (some: object = {}) => ({
    iss: issuer.url,
    aud: 'https://hooks.example.com',
    exp: SECONDS + 60,
    email: 'push@example.iam.example',
    email_verified: true,
    ...some,
  });

  it('is accepted with what the registry says inside of the message', async () => {
    const expected = {
      req: {
        action: 'INSERT',
        digest: 'eu.gcr.example/team/web@sha256:6ec128e26cd5',
        tag: 'eu.gcr.example/team/web:42',
      },
    };
    const bare = google({ iss: issuer.url.replace('http://', '') });

    await expect(receive('gcr', `Bearer ${rsa.token(google())}`, {}, body)).resolves.toEqual(expected);
    await expect(receive('gcr', `Bearer ${rsa.token(bare)}`, {}, body)).resolves.toEqual(expected);
  });

  it.each<[string, object]>([
    ['of another account', { email: 'other@example.iam.example' }],
    ['of another account', { email_verified: 'true' }],
    ['for somebody else', { aud: 'https://other.example.com' }],
    ['of another issuer', { iss: 'https://other.example' }],
    ['expired', { exp: SECONDS - 1 }],
  ])('is refused when the token is %s', async (why, some) => {
    await expect(receive('gcr', `Bearer ${rsa.token(google(some))}`, {}, body)).rejects.toThrow(why);
  });

  it('is refused when somebody else signed', async () => {
    await expect(receive('gcr', `Bearer ${stranger.token(google())}`, {}, body)).rejects.toThrow(
      'not signed',
    );
  });

  it.each(['{}', '[]', 'null', '{"message":{"data":"!"}}', '{"message":{"data":"W10="}}', body.slice(0, 90)])(
    'is refused with the body %s',
    async (bad) => {
      await expect(receive('gcr', `Bearer ${rsa.token(google())}`, {}, bad)).rejects.toThrow(
        'the body is no',
      );
    },
  );
});
