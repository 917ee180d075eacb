import { describe, expect, it } from 'vitest';
import { redact } from '../../../../../activities/redact.ts';
import { ensure, HOST_TOKEN, HOSTS, MARKER, startHost, writes } from '../../../../support/pull-requests.ts';

describe.each(HOSTS)('a pull request at %s', (kind) => {
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
    await using host = await startHost(kind);
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
    [503, { 'Retry-After': '1e300' }, 86_400_000],
    [403, { 'Retry-After': '0' }, undefined],
    [429, { 'Retry-After': 'Sun, 22 Nov 2020 12:00:00 GMT' }, undefined],
    [403, { 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': '1' }, undefined],
  ])('may pass by itself after HTTP %i with %j', async (status, headers, nextRetryDelay) => {
    await using host = await startHost(kind);
    host.intercept(() => ({ status, json: { message: 'later' }, headers }));

    await expect(ensure(kind, host)).rejects.toMatchObject({
      type: 'PullRequestFailed',
      nonRetryable: false,
      message: expect.stringContaining(`HTTP ${status}: later`),
      // Undefined is a pause of our own.
      nextRetryDelay,
    });
  });

  it.each([409, 422, 423, 400])(
    'fails with the words of the server at HTTP %i that means nothing else',
    async (status) => {
      await using host = await startHost(kind);
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
    await using host = await startHost(kind);
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
    await using honest = await startHost(kind);
    await using host = await startHost(kind);
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
    await using host = await startHost(kind);
    host.intercept(() => 'drop');

    await expect(ensure(kind, host)).rejects.toMatchObject({
      type: 'PullRequestFailed',
      nonRetryable: false,
    });

    host.intercept(undefined);
    expect(await ensure(kind, host)).toMatchObject({ state: 'opened' });
  });

  it('whose answer was lost is found by the next attempt', async () => {
    await using host = await startHost(kind);
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
    await using host = await startHost(kind);
    host.intercept(() => ({
      status: 400,
      json: { message: `bad token ${HOST_TOKEN}, encoded ${btoa(HOST_TOKEN)}` },
    }));

    const error: unknown = await ensure(kind, host).catch((thrown: unknown) => thrown);

    expect(error).toMatchObject({ message: expect.stringContaining('bad token ***, encoded ***') });
    expect(redact(HOST_TOKEN)).toBe('***');
  });

  it('ends with the attempt', async () => {
    await using host = await startHost(kind);
    const stop = new AbortController();
    host.intercept(() => {
      stop.abort(new Error('the run dropped it'));
      return 'drop';
    });

    await expect(ensure(kind, host, { signal: stop.signal })).rejects.toThrow('the run dropped it');
  });
});
