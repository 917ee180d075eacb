import { generateKeyPairSync, verify } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createGithubApp, type GithubApp } from '../../../../activities/fetch/github-app.ts';
import { createHttpClient, type HttpClient } from '../../../../activities/fetch/http/client.ts';
import {
  ANY_TIME,
  createGitFixture,
  type GitFixture,
  gitRepositoryObject,
  secretData,
} from '../../../support/git-fixture.ts';
import { type Loopback, type LoopbackAnswer, startLoopback } from '../../../support/loopback.ts';

const TOKEN = 'ghs_CANARYtoken';
const WHERE = "secret 'apps/app'";
const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pem = pair.privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
const pkcs8 = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

let github: Loopback;
let client: HttpClient;
let app: GithubApp;
let fault: LoopbackAnswer | undefined;
let lifeMs: number;

/** GitHub's API as far as apps go: app 42, installed with id 7 for the organization acme and 8 for the user ann. */
beforeEach(async () => {
  fault = undefined;
  lifeMs = 3_600_000;
  github = await startLoopback(({ method, path, headers }) => {
    if (fault) return fault;
    if (!isApp(headers.authorization))
      return { status: 401, json: { message: 'A JSON web token could not be decoded' } };
    switch (`${method} ${path.replace(/^\/api\/v3/, '')}`) {
      case 'GET /orgs/acme/installation':
        return { json: { id: 7 } };
      case 'GET /users/ann/installation':
        return { json: { id: 8 } };
      case 'POST /app/installations/7/access_tokens':
      case 'POST /app/installations/8/access_tokens':
        return {
          status: 201,
          json: { token: TOKEN, expires_at: new Date(Date.now() + lifeMs).toISOString(), permissions: {} },
        };
      default:
        return { status: 404, json: { message: 'Not Found' } };
    }
  });
  client = createHttpClient();
  app = createGithubApp({ client });
});
afterEach(async () => {
  await client.close();
  await github[Symbol.asyncDispose]();
});

function isApp(authorization = ''): boolean {
  const [header = '', claims = '', signature = ''] = authorization.replace('Bearer ', '').split('.');
  const content = Buffer.from(`${header}.${claims}`);
  if (!verify('RSA-SHA256', content, pair.publicKey, Buffer.from(signature, 'base64url'))) return false;
  const { iss, iat, exp } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as Record<
    string,
    unknown
  >;
  const now = Date.now() / 1000;
  return iss === '42' && Number(iat) <= now && Number(exp) > now && Number(exp) - Number(iat) <= 600;
}

function secretOf(change: Record<string, string | undefined> = {}): Record<string, Buffer> {
  const all = {
    githubAppID: '42',
    githubAppInstallationID: '7',
    githubAppPrivateKey: pem,
    githubAppBaseURL: github.url,
    ...change,
  };
  return secretData(
    Object.fromEntries(
      Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined),
    ),
  );
}

function tokenOf(data: Record<string, Buffer>) {
  return app.token({ data, where: WHERE }, { signal: ANY_TIME.signal });
}

function asked(): string[] {
  return github.requests.map(({ method, path }) => `${method} ${path}`);
}

describe('the token of a GitHub App', () => {
  it.each([
    ['an installation id', {}, ['POST /app/installations/7/access_tokens']],
    [
      'a key of PKCS8 with spaces around',
      { githubAppPrivateKey: `\n${pkcs8}\n` },
      ['POST /app/installations/7/access_tokens'],
    ],
    [
      'an organization',
      { githubAppInstallationID: undefined, githubAppInstallationOwner: 'acme' },
      ['GET /orgs/acme/installation', 'POST /app/installations/7/access_tokens'],
    ],
    [
      'a user',
      { githubAppInstallationID: undefined, githubAppInstallationOwner: 'ann\n' },
      [
        'GET /orgs/ann/installation',
        'GET /users/ann/installation',
        'POST /app/installations/8/access_tokens',
      ],
    ],
  ])('is got by %s', async (_name, change, requests) => {
    expect((await tokenOf(secretOf(change))).token).toBe(TOKEN);
    expect(asked()).toEqual(requests);
  });

  it('is got from an enterprise server below a path', async () => {
    await tokenOf(secretOf({ githubAppBaseURL: `${github.url}/api/v3` }));

    expect(asked()).toEqual(['POST /api/v3/app/installations/7/access_tokens']);
  });

  it('is asked for once while it lives, and again shortly before it expires', async () => {
    await Promise.all([tokenOf(secretOf()), tokenOf(secretOf())]);
    await tokenOf(secretOf());
    expect(asked()).toHaveLength(1);

    lifeMs = 60_000;
    await tokenOf(secretOf({ githubAppInstallationID: '8' }));
    await tokenOf(secretOf({ githubAppInstallationID: '8' }));
    expect(asked()).toHaveLength(3);
  });

  it.each([
    ['githubAppID', { githubAppID: undefined }, "has no 'githubAppID'"],
    ['githubAppPrivateKey', { githubAppPrivateKey: undefined }, "has no 'githubAppPrivateKey'"],
    ['a number for the id', { githubAppID: 'x' }, "a 'githubAppID' that is no number"],
    [
      'an installation',
      { githubAppInstallationID: undefined },
      "must contain exactly one of 'githubAppInstallationOwner' or 'githubAppInstallationID'",
    ],
    [
      'one installation only',
      { githubAppInstallationOwner: 'acme' },
      "must contain exactly one of 'githubAppInstallationOwner' or 'githubAppInstallationID'",
    ],
    [
      'a plain owner',
      { githubAppInstallationID: undefined, githubAppInstallationOwner: '../app' },
      "has a 'githubAppInstallationOwner' that is no name",
    ],
    ['a key', { githubAppPrivateKey: 'CANARY' }, "has a 'githubAppPrivateKey' that is no RSA key"],
    ['a plain address', { githubAppBaseURL: 'http://169.254.169.254/' }, 'link-local'],
  ])('needs %s', async (_name, change, words) => {
    const failure = await tokenOf(secretOf(change)).catch((error: unknown) => error);

    expect(failure).toMatchObject({
      type: 'AuthenticationFailed',
      nonRetryable: true,
      message: expect.stringContaining(words),
    });
    expect(String(failure)).toContain(`failed to configure authentication options: ${WHERE}`);
    expect(String(failure)).not.toMatch(/CANARY|BEGIN/);
    expect(asked()).toEqual([]);
  });

  it.each<{
    by: string;
    change?: Record<string, string>;
    answer?: LoopbackAnswer;
    mayPass?: true;
    words: string;
  }>([
    { by: 'a key that is not of the app', change: { githubAppID: '43' }, words: 'githubAppPrivateKey' },
    { by: 'an installation that is gone', change: { githubAppInstallationID: '9' }, words: 'is installed' },
    { by: 'a server in trouble', answer: { status: 502 }, mayPass: true, words: 'HTTP 502' },
    { by: 'a server that is busy', answer: { status: 429 }, mayPass: true, words: 'HTTP 429' },
    { by: 'another server', answer: { json: { hello: 1 } }, words: 'no token' },
    {
      by: 'a server that sends elsewhere',
      answer: { status: 301, headers: { Location: 'http://127.0.0.1:1/' } },
      words: 'redirect',
    },
  ])('fails by $by', async ({ change = {}, answer, mayPass = false, words }) => {
    fault = answer;

    const failure = await tokenOf(secretOf(change)).catch((error: unknown) => error);

    expect(failure).toMatchObject({ type: 'AuthenticationFailed', nonRetryable: !mayPass });
    expect(String(failure)).toContain(words);
    expect(String(failure)).toContain(WHERE);
  });
});

describe('a GitRepository of the provider github', () => {
  let fixture: GitFixture;
  let url: string;
  beforeEach(async () => {
    fixture = await createGitFixture({ auth: { username: 'x-access-token', password: TOKEN } });
    const repository = await fixture.repository();
    await repository.commit({ 'a.yaml': '1' });
    url = repository.url;
  });
  afterEach(() => fixture[Symbol.asyncDispose]());

  function fetch(secret: Record<string, Buffer> | undefined, spec: Record<string, unknown> = {}) {
    if (secret) fixture.secrets.set('apps/app', secret);
    const secretRef = secret && { secretRef: { name: 'app' } };
    return fixture.fetcher.fetch(
      gitRepositoryObject({ url, provider: 'github', ...secretRef, ...spec }),
      ANY_TIME,
    );
  }

  it('is fetched with the token of its app', async () => {
    expect(await fetch(secretOf())).toMatchObject({ unchanged: false });
  });

  it.each([
    ['without a Secret, until its spec changes', undefined, true],
    ['with a Secret of another kind', secretData({ username: 'a', password: 'b' }), false],
  ])('fails %s', async (_name, secret, isStalled) => {
    await expect(fetch(secret)).rejects.toMatchObject({
      type: 'InvalidProviderConfiguration',
      message: 'secretRef with github app data must be specified when provider is set to github',
      details: [{ stalled: isStalled }],
    });
  });

  it('has no use for an ssh URL', async () => {
    await expect(fetch(secretOf(), { url: 'ssh://git@127.0.0.1:1/a' })).rejects.toMatchObject({
      type: 'AuthenticationFailed',
      message: expect.stringContaining('needs an https URL'),
    });
  });

  it('fails when GitHub refuses the app', async () => {
    await expect(fetch(secretOf({ githubAppID: '1' }))).rejects.toMatchObject({
      type: 'AuthenticationFailed',
      message: expect.stringContaining("secret 'apps/app'"),
    });
  });
});
