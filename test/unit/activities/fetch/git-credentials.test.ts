import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { credentialsOf } from '../../../../activities/fetch/git-credentials.ts';
import { checkGitUrl } from '../../../../activities/fetch/git-url.ts';
import {
  ANY_TIME,
  createGitFixture,
  type GitFixture,
  gitRepositoryObject,
  secretData,
} from '../../../support/git-fixture.ts';
import { startHttpFront } from '../../../support/http-front.ts';

const CANARY = 'CANARY%7/?&"\'$(x)';

const tls = Object.fromEntries(
  readdirSync('test/support/tls').map((name) => [name, readFileSync(join('test/support/tls', name))]),
);

let fixture: GitFixture;

afterEach(async () => fixture?.[Symbol.asyncDispose]());

async function fetch(url: string, secret?: Record<string, Buffer>, spec: Record<string, unknown> = {}) {
  if (secret) fixture.secrets.set('apps/credentials', secret);
  const secretRef = secret && { secretRef: { name: 'credentials' } };
  return await fixture.fetcher.fetch(gitRepositoryObject({ url, ...secretRef, ...spec }), ANY_TIME);
}

async function failureOf(promise: Promise<unknown>): Promise<Record<string, unknown>> {
  return await promise.then(
    () => ({ type: 'nothing failed' }),
    (error: Error) => ({ ...(error as object), message: error.message }),
  );
}

describe('a remote that asks for a username and a password', () => {
  let url: string;
  beforeEach(async () => {
    fixture = await createGitFixture({ auth: { username: 'us:er', password: CANARY } });
    const repository = await fixture.repository();
    await repository.commit({ 'a.yaml': '1' });
    url = repository.url;
  });

  it('gets them, byte by byte', async () => {
    // A colon cannot be part of a username in basic authentication, but of what we send.
    expect(await fetch(url, secretData({ username: 'us:er', password: CANARY }))).toMatchObject({
      unchanged: false,
    });
  });

  it.each([
    ['a wrong password', secretData({ username: 'us:er', password: 'WRONG' })],
    ['no Secret', undefined],
    ['a bearer token', secretData({ bearerToken: 'WRONG' })],
  ])('refuses %s as AuthenticationFailed, which repeats no secret', async (_name, secret) => {
    const failure = await failureOf(fetch(url, secret));

    expect(failure).toMatchObject({ type: 'AuthenticationFailed', nonRetryable: true });
    expect(failure['message']).toContain('spec.secretRef');
    expect(JSON.stringify(failure)).not.toMatch(/CANARY|WRONG/);
  });

  it('does not show what one Secret may read to an object without it', async () => {
    await fetch(url, secretData({ username: 'us:er', password: CANARY }));

    expect(await failureOf(fetch(url))).toMatchObject({ type: 'AuthenticationFailed' });
  });

  it('says that the Secret is missing', async () => {
    const failure = await failureOf(fetch(url, undefined, { secretRef: { name: 'gone' } }));

    expect(failure).toMatchObject({
      type: 'AuthenticationFailed',
      message: expect.stringContaining("secret 'apps/gone'"),
    });
  });
});

describe('a remote that redirects', () => {
  beforeEach(async () => {
    fixture = await createGitFixture();
    await (await fixture.repository()).commit({ 'a.yaml': '1' });
  });

  it.each([
    ['a password', secretData({ username: 'user', password: CANARY })],
    ['a token', secretData({ bearerToken: 'CANARY' })],
  ])('to another host does not bring it %s', async (_name, secret) => {
    await using other = await startHttpFront({ target: fixture.server.url });
    await using first = await startHttpFront({
      target: fixture.server.url,
      redirect: (path, { authorization }) => (authorization ? `http://localhost:${other.port}${path}` : 401),
    });

    await failureOf(fetch(`${first.url}/org/app`, secret));

    expect(first.requests.some(({ headers }) => headers.authorization)).toBe(true);
    expect(other.requests.filter(({ headers }) => headers.authorization)).toEqual([]);
  });

  it('to another host that asks too gets no answer', async () => {
    await using other = await startHttpFront({
      target: fixture.server.url,
      redirect: (_path, { authorization }) => (authorization ? undefined : 401),
    });
    await using first = await startHttpFront({
      target: fixture.server.url,
      redirect: (path) => `http://localhost:${other.port}${path}`,
    });

    const failure = await failureOf(
      fetch(`${first.url}/org/app`, secretData({ username: 'user', password: CANARY })),
    );

    expect(failure).toMatchObject({ type: 'AuthenticationFailed' });
    expect(other.requests.filter(({ headers }) => headers.authorization)).toEqual([]);
  });

  it('to another path of the same host is followed with a password', async () => {
    await using front = await startHttpFront({
      target: fixture.server.url,
      redirect: (path, { authorization }) => {
        if (path.startsWith('/old/')) return `${front.url}${path.replace('/old/', '/org/')}`;
        return authorization ? undefined : 401;
      },
    });

    const result = await fetch(`${front.url}/old/app`, secretData({ username: 'user', password: CANARY }));

    expect(result.unchanged).toBe(false);
  });

  it('says so to somebody with a token', async () => {
    await using front = await startHttpFront({
      target: fixture.server.url,
      redirect: (path) => `/elsewhere${path}`,
    });

    const failure = await failureOf(fetch(`${front.url}/org/app`, secretData({ bearerToken: 'CANARY' })));

    expect(failure).toMatchObject({
      type: 'GitOperationFailed',
      message: expect.stringContaining('redirects to'),
    });
  });
});

describe('a remote with a token', () => {
  it('gets it in a header', async () => {
    fixture = await createGitFixture({ auth: { token: 'CANARY' } });
    const repository = await fixture.repository();
    await repository.commit({ 'a.yaml': '1' });

    expect(await fetch(repository.url, secretData({ bearerToken: 'CANARY' }))).toMatchObject({
      unchanged: false,
    });
  });
});

describe('a remote with a certificate of its own authority', () => {
  beforeEach(async () => {
    fixture = await createGitFixture();
    await (await fixture.repository()).commit({ 'a.yaml': '1' });
  });

  const ca = { 'ca.crt': tls['ca.crt'] as Buffer };
  const client = { 'tls.crt': tls['client.crt'] as Buffer, 'tls.key': tls['client.key'] as Buffer };
  const server = { cert: tls['server.crt'], key: tls['server.key'] };
  const mutual = { ...server, ca: tls['ca.crt'], requestCert: true, rejectUnauthorized: true };

  it.each([
    ['the authority', server, ca],
    ['the authority by its old key', server, { caFile: tls['ca.crt'] as Buffer }],
    ['the authority and a client certificate', mutual, { ...ca, ...client }],
  ])('is trusted with %s', async (_name, options, secret) => {
    await using front = await startHttpFront({ target: fixture.server.url, tls: options as typeof server });

    expect(await fetch(`${front.url}/org/app`, secret)).toMatchObject({ unchanged: false });
  });

  it.each([
    ['nothing', server, {}],
    ['another authority', server, { 'ca.crt': tls['client.crt'] as Buffer }],
    ['no client certificate', mutual, ca],
  ])('is refused with %s', async (_name, options, secret) => {
    await using front = await startHttpFront({ target: fixture.server.url, tls: options as typeof server });

    expect(await failureOf(fetch(`${front.url}/org/app`, secret))).toMatchObject({
      type: 'GitOperationFailed',
    });
  });
});

describe('a server that speaks the old protocol', () => {
  it('gives a commit that only history holds, and a tag', async () => {
    fixture = await createGitFixture();
    const repository = await fixture.repository();
    const first = await repository.commit({ 'a.yaml': '1' });
    await repository.git('tag', '-a', '-m', 'x', 'v1.0.0', first);
    await repository.commit({ 'a.yaml': '2' });
    await repository.git('config', 'uploadpack.allowAnySHA1InWant', 'false');
    await using front = await startHttpFront({ target: fixture.server.url, drop: 'git-protocol' });

    const byCommit = await fetch(`${front.url}/org/app`, undefined, { ref: { commit: first } });
    const byTag = await fetch(`${front.url}/org/app`, undefined, { ref: { tag: 'v1.0.0' } });
    const unknown = await failureOf(
      fetch(`${front.url}/org/app`, undefined, { ref: { commit: 'a'.repeat(40) } }),
    );

    expect(byTag.artifact.digest).toBe(byCommit.artifact.digest);
    expect(unknown).toMatchObject({ type: 'GitOperationFailed', nonRetryable: true });
  });
});

describe('credentialsOf', () => {
  const https = checkGitUrl('https://host/r');
  const ssh = checkGitUrl('ssh://git@host/r');

  it.each([
    ['github app data', https, { githubAppID: '1' }, 'InvalidProviderConfiguration: GitHub App'],
    ['a password alone', https, { password: 'x' }, "AuthenticationFailed: 'password' requires 'username'"],
    ['a username alone', https, { username: 'x' }, "AuthenticationFailed: 'username' requires 'password'"],
    ['a line break', https, { username: 'x\n', password: 'y' }, 'AuthenticationFailed: line break'],
    ['a header in the token', https, { bearerToken: 'x\r\nHost: y' }, 'AuthenticationFailed: line break'],
    ['a certificate alone', https, { 'tls.crt': 'x' }, 'AuthenticationFailed: must be set together'],
    ['ssh without identity', ssh, { known_hosts: 'x' }, "AuthenticationFailed: 'identity' is required"],
    ['ssh without known_hosts', ssh, { identity: 'x' }, "AuthenticationFailed: 'known_hosts' is required"],
  ])('refuses %s', (_name, url, values, expected) => {
    const [type, message] = expected.split(': ') as [string, string];
    const secret = secretData(values as unknown as Record<string, string>);

    expect(() => credentialsOf(url, secret, "secret 'a/b'")).toThrow(
      expect.objectContaining({ type, nonRetryable: true, message: expect.stringContaining(message) }),
    );
  });
});
