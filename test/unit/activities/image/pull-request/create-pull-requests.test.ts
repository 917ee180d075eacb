import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { GithubApp } from '../../../../../activities/fetch/github-app.ts';
import { createHttpClient, type HttpClient } from '../../../../../activities/fetch/http/client.ts';
import { markerOf } from '../../../../../activities/image/pull-request/body.ts';
import type { PullRequestRequest } from '../../../../../activities/image/pull-request/contract.ts';
import { createPullRequests } from '../../../../../activities/image/pull-request/create-pull-requests.ts';
import { redact } from '../../../../../activities/redact.ts';
import { testCertificates } from '../../../../support/chart-server.ts';
import { type GitHost, type HostKind, startGitHost } from '../../../../support/git-host.ts';

const TOKEN = 'CANARY-token-of-the-provider';
const MARKER = markerOf('flux-system/apps');
const HOSTS: readonly HostKind[] = ['github', 'gitlab', 'gitea', 'forgejo'];

const noApp: GithubApp = { token: () => Promise.reject(new Error('no app was asked for')) };

let client: HttpClient;
beforeEach(() => void (client = createHttpClient()));
afterEach(() => client.close());

interface Change extends Partial<Omit<PullRequestRequest, 'secret'>> {
  readonly secret?: Readonly<Record<string, string | Buffer>> | undefined;
  readonly githubApp?: GithubApp;
  readonly assertMayWrite?: () => void;
}

function ensure(kind: HostKind, host: Pick<GitHost, 'repositoryUrl'>, change: Change = {}) {
  const { githubApp = noApp, assertMayWrite = () => undefined, secret: _, ...more } = change;
  const secret = 'secret' in change ? change.secret : { token: TOKEN };
  const readSecret = (namespace: string, name: string) =>
    Promise.resolve(
      secret && `${namespace}/${name}` === 'flux-system/provider' ? bytesOf(secret) : undefined,
    );
  return createPullRequests({ client, githubApp, readSecret, assertMayWrite }).ensure({
    automation: 'flux-system/apps',
    provider: kind,
    repositoryUrl: host.repositoryUrl,
    secret: { namespace: 'flux-system', name: 'provider' },
    head: 'flux/image-updates',
    base: 'main',
    title: 'Update app to 42',
    body: '| Image | Tag |\n|---|---|\n| app | 42 |',
    signal: new AbortController().signal,
    ...more,
  });
}

function bytesOf(secret: Readonly<Record<string, string | Buffer>>) {
  return Object.fromEntries(Object.entries(secret).map(([key, value]) => [key, Buffer.from(value)]));
}

function start(kind: HostKind) {
  const repository = kind === 'gitlab' ? 'acme/platform/fleet' : 'acme/fleet';
  return startGitHost(kind, { repository, token: TOKEN });
}

function writes({ requests }: GitHost) {
  return requests.filter(({ method }) => method !== 'GET');
}

describe.each(HOSTS)('a pull request at %s', (kind) => {
  it('is opened, once', async () => {
    await using host = await start(kind);

    const opened = await ensure(kind, host);
    const again = await ensure(kind, host);

    expect(opened).toEqual({ number: 1, url: expect.stringContaining(`${host.url}/acme/`), state: 'opened' });
    expect(again).toEqual({ ...opened, state: 'unchanged' });
    expect(host.pulls).toEqual([
      {
        number: 1,
        state: 'open',
        head: 'flux/image-updates',
        base: 'main',
        title: 'Update app to 42',
        body: expect.stringContaining('| app | 42 |'),
      },
    ]);
    expect(writes(host)).toHaveLength(1);
  });

  it('gets the new title and table, and keeps what people wrote below', async () => {
    await using host = await start(kind);
    await ensure(kind, host);
    const [pull] = host.pulls;
    if (pull) pull.body = `${pull.body.trimEnd()}\n\nPlease wait for Monday.\n`.replaceAll('\n', '\r\n');

    const updated = await ensure(kind, host, { title: 'Update app to 43', body: '| app | 43 |' });
    const again = await ensure(kind, host, { title: 'Update app to 43', body: '| app | 43 |' });

    expect([updated?.state, again?.state]).toEqual(['updated', 'unchanged']);
    expect(host.pulls).toHaveLength(1);
    expect(pull?.title).toBe('Update app to 43');
    expect(pull?.body.trimEnd()).toBe(`| app | 43 |\n\n${MARKER}\n\nPlease wait for Monday.`);
  });

  it('that a person made, or took over by removing the marker, stays as it is', async () => {
    await using host = await start(kind);
    await ensure(kind, host);
    const [pull] = host.pulls;
    if (pull) Object.assign(pull, { title: 'Mine', body: '' });

    expect(await ensure(kind, host)).toMatchObject({ number: 1, state: 'unchanged' });
    expect(pull).toMatchObject({ title: 'Mine', body: '' });
    expect(host.pulls).toHaveLength(1);
  });

  it('of another automation stays as it is', async () => {
    await using host = await start(kind);
    await ensure(kind, host, { automation: 'team/other', title: 'Theirs' });

    expect(await ensure(kind, host)).toMatchObject({ number: 1, state: 'unchanged' });
    expect(host.pulls.map(({ title }) => title)).toEqual(['Theirs']);
  });

  it.each(['closed', 'merged'] as const)('that is %s stays so, and another one is opened', async (state) => {
    await using host = await start(kind);
    await ensure(kind, host);
    Object.assign(host.pulls[0] ?? {}, { state });

    expect(await ensure(kind, host)).toMatchObject({ number: 2, state: 'opened' });
    expect(host.pulls.map((pull) => pull.state)).toEqual([state, 'open']);
  });

  it('of a fork, of another branch or into another branch is another one', async () => {
    await using host = await start(kind);
    const pull = {
      title: 't',
      body: MARKER,
      state: 'open' as const,
      head: 'flux/image-updates',
      base: 'main',
    };
    host.pulls.push({ ...pull, number: 1, fromFork: true });
    host.pulls.push({ ...pull, number: 2, base: 'release' });
    host.pulls.push({ ...pull, number: 3, head: 'flux/image-update' });

    expect(await ensure(kind, host)).toMatchObject({ number: 4, state: 'opened' });
    expect(host.pulls.map(({ title }) => title)).toEqual(['t', 't', 't', 'Update app to 42']);
  });

  it('that somebody opens at the same moment is found, not doubled', async () => {
    await using host = await start(kind);
    host.intercept(({ method }) => {
      if (method !== 'POST') return undefined;
      host.intercept(undefined);
      host.pulls.push({
        number: 1,
        state: 'open',
        head: 'flux/image-updates',
        base: 'main',
        title: 'Old',
        body: `old\n\n${MARKER}\n`,
      });
      return undefined;
    });

    expect(await ensure(kind, host)).toMatchObject({ number: 1, state: 'updated' });
    expect(host.pulls.map(({ title }) => title)).toEqual(['Update app to 42']);
  });

  it('that two workers want at once is one', async () => {
    await using host = await start(kind);

    const ensured = await Promise.all(Array.from({ length: 8 }, () => ensure(kind, host)));

    expect(host.pulls).toHaveLength(1);
    expect(ensured.filter((one) => one?.state === 'opened')).toHaveLength(1);
    expect(ensured.every((one) => one?.number === 1)).toBe(true);
  });

  it('shows the token in the Authorization header only', async () => {
    await using host = await start(kind);

    await ensure(kind, host);

    expect(host.requests.length).toBeGreaterThan(1);
    for (const { authorization, ...rest } of host.requests) {
      expect(authorization).toMatch(/^(Bearer|token) CANARY/);
      expect(JSON.stringify({ ...rest, query: rest.query.toString() })).not.toContain(TOKEN);
    }
  });

  it.each([
    [
      'quotes and markup',
      '"><img src=x onerror=alert(1)> `$(id)` {{ .x }} \\',
      '</td> | a \\| b | ```\n<!--',
    ],
    ['control characters', 'a\u0000\u001b[2Jb\u202e', 'a\u0000b'],
    ['another script', '更新 ✅ 👩‍👩‍👧', '更新\n✅'],
    ['much', 'x'.repeat(10_000), 'y\n'.repeat(100_000)],
    ['the marker', `${MARKER}`, `a\n${MARKER}\nb`],
    ['nothing', '', ''],
  ])('takes a hostile title and body as text: %s', async (_what, title, body) => {
    await using host = await start(kind);

    const opened = await ensure(kind, host, { title, body });
    const again = await ensure(kind, host, { title, body });

    expect([opened?.state, again?.state]).toEqual(['opened', 'unchanged']);
    expect(host.pulls[0]?.title).toMatch(/^[^\p{Cc}]{1,255}$/u);
    expect(host.pulls[0]?.body.length).toBeLessThan(65_536);
    expect(host.pulls[0]?.body.split(MARKER)).toHaveLength(2);
  });

  it.each([
    [
      401,
      'unauthorized',
      true,
      /HTTP 401.*the token of secret 'flux-system\/provider' is wrong or has expired/,
    ],
    [403, 'forbidden', true, /HTTP 403: .*give the token of secret 'flux-system\/provider' the permission/],
    [404, 'notFound', true, /HTTP 404.*see whether the GitRepository's spec.url is right/],
  ] as const)('says what to do about HTTP %i', async (status, words, nonRetryable, message) => {
    await using host = await start(kind);
    host.intercept(() => ({ status, json: host.words[words] }));

    await expect(ensure(kind, host)).rejects.toMatchObject({
      type: 'PullRequestFailed',
      nonRetryable,
      message: expect.stringMatching(message),
    });
    await expect(ensure(kind, host)).rejects.toThrow(/^pull request: Git\w+ |Forgejo repository http.*acme/);
  });

  it.each([
    [429, {}, undefined],
    [429, { 'Retry-After': '17' }, 17_000],
    [403, { 'Retry-After': '60' }, 60_000],
    [408, {}, undefined],
    [500, {}, undefined],
    [502, {}, undefined],
    [503, { 'Retry-After': '3' }, 3000],
  ])('may pass by itself after HTTP %i with %j', async (status, headers, nextRetryDelay) => {
    await using host = await start(kind);
    host.intercept(() => ({ status, json: { message: 'later' }, headers }));

    await expect(ensure(kind, host)).rejects.toMatchObject({
      type: 'PullRequestFailed',
      nonRetryable: false,
      message: expect.stringContaining(`HTTP ${status}: later`),
      ...(nextRetryDelay !== undefined && { nextRetryDelay }),
    });
  });

  it.each([409, 422, 423, 400])(
    'fails with the words of the server at HTTP %i that means nothing else',
    async (status) => {
      await using host = await start(kind);
      host.intercept(({ method }) =>
        method === 'POST' ? { status, json: { message: 'base is protected' } } : undefined,
      );

      await expect(ensure(kind, host)).rejects.toMatchObject({
        type: 'PullRequestFailed',
        nonRetryable: true,
        message: expect.stringContaining(`HTTP ${status}: base is protected; see whether`),
      });
      expect(host.pulls).toEqual([]);
    },
  );

  it.each([
    ['no JSON', 'text that is none', /no pull request that can be read/],
    ['an object', {}, /no pull request that can be read/],
    ['null', null, /no pull request that can be read/],
    ['a list of something else', [{ number: 'one' }], /no pull request that can be read/],
  ])('is not made of an answer that is %s', async (_what, json, message) => {
    await using host = await start(kind);
    host.intercept(() => ({ status: 200, json }));

    await expect(ensure(kind, host)).rejects.toMatchObject({
      type: 'PullRequestFailed',
      nonRetryable: true,
      message: expect.stringMatching(message),
    });
  });

  it.each([
    ['a number that is a path', (text: string) => text.replaceAll(/"(number|iid)":1,/g, '"$1":"1/../../x",')],
    ['a number that is none', (text: string) => text.replaceAll(/"(number|iid)":1,/g, '"$1":1e300,')],
    [
      'a page that is a script',
      (text: string) => text.replaceAll(/"(html|web)_url":"[^"]*"/g, '"$1_url":"javascript:x"'),
    ],
    [
      'a page that is endless',
      (text: string) => text.replaceAll(/"(html|web)_url":"/g, `$&http://h/${'x'.repeat(3000)}`),
    ],
  ])('is not taken from a server that answers %s', async (_what, spoil) => {
    await using honest = await start(kind);
    await using host = await start(kind);
    await ensure(kind, honest);
    Object.assign(honest.pulls[0] ?? {}, { title: 'Old' });
    const list = honest.requests[0] as (typeof honest.requests)[0];
    const url = new URL(`${honest.api}${list.path}?${list.query.toString()}`);
    const { authorization: Authorization = '' } = list;
    const listed = await (await fetch(url, { headers: { Authorization } })).text();
    host.intercept(() => ({ status: 200, json: JSON.parse(spoil(listed)) }));

    await expect(ensure(kind, host)).rejects.toMatchObject({
      type: 'PullRequestFailed',
      message: expect.stringContaining('no pull request that can be read'),
    });
    expect(writes(host)).toEqual([]);
  });

  it('may pass by itself when the connection breaks off, and opens one then', async () => {
    await using host = await start(kind);
    host.intercept(() => 'drop');

    await expect(ensure(kind, host)).rejects.toMatchObject({
      type: 'PullRequestFailed',
      nonRetryable: false,
    });

    host.intercept(undefined);
    expect(await ensure(kind, host)).toMatchObject({ state: 'opened' });
  });

  it('whose answer was lost is found by the next attempt', async () => {
    await using host = await start(kind);
    host.intercept(({ method }) => {
      if (method !== 'POST') return undefined;
      host.intercept(undefined);
      const pull = { number: 1, state: 'open' as const, head: 'flux/image-updates', base: 'main' };
      host.pulls.push({ ...pull, title: 'Update app to 42', body: `| app | 42 |\n\n${MARKER}\n` });
      return 'drop';
    });

    await expect(ensure(kind, host)).rejects.toMatchObject({ nonRetryable: false });

    expect(await ensure(kind, host, { body: '| app | 42 |' })).toMatchObject({
      number: 1,
      state: 'unchanged',
    });
  });

  it('never repeats a token that the server sends back', async () => {
    await using host = await start(kind);
    host.intercept(() => ({ status: 400, json: { message: `bad token ${TOKEN}, encoded ${btoa(TOKEN)}` } }));

    const error: unknown = await ensure(kind, host).catch((thrown: unknown) => thrown);

    expect(error).toMatchObject({ message: expect.stringContaining('bad token ***, encoded ***') });
    expect(redact(TOKEN)).toBe('***');
  });

  it('ends with the attempt', async () => {
    await using host = await start(kind);
    const stop = new AbortController();
    host.intercept(() => {
      stop.abort(new Error('the run dropped it'));
      return 'drop';
    });

    await expect(ensure(kind, host, { signal: stop.signal })).rejects.toThrow('the run dropped it');
  });

  it('goes to a server with a certificate of its own, by ca.crt', async () => {
    const { 'server.key': key, 'server.crt': cert, 'ca.crt': ca = Buffer.alloc(0) } = testCertificates();
    await using host = await startGitHost(kind, {
      repository: 'acme/fleet',
      token: TOKEN,
      tls: { key, cert },
    });
    expect(await ensure(kind, host, { secret: { token: TOKEN, 'ca.crt': ca } })).toMatchObject({
      state: 'opened',
    });
    await expect(ensure(kind, host)).rejects.toMatchObject({
      type: 'PullRequestFailed',
      nonRetryable: true,
      message: expect.stringContaining(
        "add that of its authority to secret 'flux-system/provider' as ca.crt",
      ),
    });
  });

  it('goes to the address of the Secret, also below a path', async () => {
    await using host = await startGitHost(kind, { repository: 'acme/fleet', token: TOKEN, below: '/git' });
    const secret = { token: `${TOKEN}\n`, address: `${host.api}/` };

    expect(await ensure(kind, host, { secret })).toMatchObject({ state: 'opened' });
    expect(
      await ensure(kind, { repositoryUrl: 'ssh://git@git.example.com/acme/fleet.git' }, { secret }),
    ).toMatchObject({ state: 'unchanged' });
  });

  it.each([
    [undefined, /'flux-system\/provider' of annotation pawl.dev\/pull-request-secret not found; create it/],
    [{}, /has no 'token'; put one for/],
    [{ token: ' \n' }, /has no 'token'/],
    [{ password: TOKEN }, /has no 'token'/],
    [{ token: `${TOKEN} x` }, /has a 'token' with white space/],
    [{ token: `${TOKEN}\r\nX-Evil: 1` }, /has a 'token' with white space/],
    [{ token: TOKEN, address: 'ftp://example.com' }, /has an 'address' that must be http/],
    [{ token: TOKEN, address: 'https://169.254.169.254/api/v1' }, /link-local or metadata/],
    [{ token: TOKEN, address: `https://me:${TOKEN}@example.com/` }, /holds a password/],
    [{ token: TOKEN, address: 'https://example.com/api?x=1' }, /has a query/],
    [{ token: TOKEN, 'ca.crt': 'no PEM' }, /without a PEM certificate/],
  ])('is not tried with a Secret like %j', async (secret, message) => {
    await using host = await start(kind);

    const error: unknown = await ensure(kind, host, { secret }).catch((thrown: unknown) => thrown);

    expect(error).toMatchObject({
      type: 'PullRequestFailed',
      nonRetryable: true,
      message: expect.stringMatching(message),
    });
    expect(String(error)).not.toContain(TOKEN);
    expect(host.requests).toEqual([]);
  });
});

describe('an attempt that must not write any more', () => {
  const assertMayWrite = () => {
    throw new Error('too late');
  };

  it.each(HOSTS)('opens none at %s, and changes none', async (kind) => {
    await using host = await start(kind);

    await expect(ensure(kind, host, { assertMayWrite })).rejects.toThrow(/^too late$/);
    await ensure(kind, host);
    await expect(ensure(kind, host, { assertMayWrite, title: 'Old' })).rejects.toThrow(/^too late$/);

    expect(host.pulls.map(({ title }) => title)).toEqual(['Update app to 42']);
    expect(await ensure(kind, host, { assertMayWrite })).toMatchObject({ state: 'unchanged' });
  });
});

describe('nothing to merge', () => {
  it.each(['github', 'gitea', 'forgejo'] as const)(
    'is no pull request and no failure at %s',
    async (kind) => {
      await using host = await start(kind);
      host.merged.add('flux/image-updates');

      expect(await ensure(kind, host)).toBeUndefined();
      expect(host.pulls).toEqual([]);
    },
  );
});

describe('at GitHub', () => {
  it('403 with nothing left of the rate is a rest until it is given again', async () => {
    await using host = await start('github');
    const reset = Math.floor(Date.now() / 1000) + 600;
    host.intercept(() => ({
      status: 403,
      json: { message: 'API rate limit exceeded for installation ID 1.' },
      headers: { 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': `${reset}` },
    }));

    const error: unknown = await ensure('github', host).catch((thrown: unknown) => thrown);

    expect(error).toMatchObject({ type: 'PullRequestFailed', nonRetryable: false });
    const { nextRetryDelay } = error as { nextRetryDelay: number };
    expect(nextRetryDelay).toBeGreaterThan(500_000);
    expect(nextRetryDelay).toBeLessThanOrEqual(600_000);
  });

  it('the keys of an app are made a token of it', async () => {
    await using host = await start('github');
    const asked: string[] = [];
    const githubApp: GithubApp = {
      token: ({ data }) => {
        asked.push(Object.keys(data).join());
        return Promise.resolve({ token: TOKEN, expiresAt: Date.now() + 3_600_000 });
      },
    };
    const secret = { githubAppID: '1', githubAppInstallationID: '2', githubAppPrivateKey: 'key' };

    expect(await ensure('github', host, { secret, githubApp })).toMatchObject({ state: 'opened' });
    expect(
      await ensure(
        'github',
        { repositoryUrl: 'https://github.com/acme/fleet' },
        {
          secret: { ...secret, githubAppBaseURL: host.api },
          githubApp,
        },
      ),
    ).toMatchObject({ state: 'unchanged' });
    expect(asked).toHaveLength(2);
  });

  it('is told which version of the API is spoken', async () => {
    await using host = await start('github');
    const seen: string[] = [];
    host.intercept(({ method, path, query }) => {
      seen.push(`${method} ${path}?${query.toString()}`);
      return undefined;
    });

    await ensure('github', host);

    expect(seen).toEqual([
      'GET /repos/acme/fleet/pulls?state=open&head=acme%3Aflux%2Fimage-updates&base=main&per_page=100',
      'POST /repos/acme/fleet/pulls?',
    ]);
  });

  it('one that it says is there and never lists is a failure that may pass', async () => {
    await using host = await start('github');
    host.intercept(({ method }) => (method === 'GET' ? { status: 200, json: [] } : undefined));
    await ensure('github', host);

    await expect(ensure('github', host)).rejects.toMatchObject({
      type: 'PullRequestFailed',
      nonRetryable: false,
      message: expect.stringContaining("from 'flux/image-updates' into 'main' is open, but lists none"),
    });
    expect(host.pulls).toHaveLength(1);
  });
});

describe('at GitLab', () => {
  it('no line of a body is a command', async () => {
    await using host = await start('gitlab');
    const body = '/merge\n  /assign @me\n| a |\n/label ~x\nno /close here\n/123';

    await ensure('gitlab', host, { body });
    const again = await ensure('gitlab', host, { body });

    expect(host.commands).toEqual([]);
    expect(again?.state).toBe('unchanged');
    expect(host.pulls[0]?.body).toContain(
      '\\/merge\n  \\/assign @me\n| a |\n\\/label ~x\nno /close here\n/123',
    );
  });

  it('a draft stays one', async () => {
    await using host = await start('gitlab');
    await ensure('gitlab', host);
    Object.assign(host.pulls[0] ?? {}, { title: 'Draft: Update app to 42' });

    expect((await ensure('gitlab', host))?.state).toBe('unchanged');
    expect((await ensure('gitlab', host, { title: 'Update app to 43' }))?.state).toBe('updated');
    expect(host.pulls[0]?.title).toBe('Draft: Update app to 43');
  });
});

describe('at Gitea', () => {
  it('one behind many others is found', async () => {
    await using host = await start('gitea');
    await ensure('gitea', host);
    for (let number = 2; number <= 170; number += 1) {
      host.pulls.push({
        number,
        title: 't',
        body: '',
        head: `branch-${number}`,
        base: 'main',
        state: 'open',
      });
    }

    expect(await ensure('gitea', host)).toMatchObject({ number: 1, state: 'unchanged' });
    const pages = host.requests
      .filter(({ method }) => method === 'GET')
      .map(({ query }) => query.get('page'));
    expect(pages).toEqual(['1', '1', '2', '3', '4']);
  });

  it('pages that never end are given up', async () => {
    await using host = await start('gitea');
    host.intercept(({ query }) => {
      const number = Number(query.get('page'));
      const side = { ref: 'other', repo_id: 1 };
      const pull = { number, html_url: 'http://h/', title: '', body: '', head: side, base: side };
      return { status: 200, json: [pull] };
    });

    await expect(ensure('gitea', host)).rejects.toMatchObject({
      type: 'PullRequestFailed',
      message: expect.stringContaining('open pull requests; close some'),
    });
    expect(host.requests).toHaveLength(40);
  });
});
