import { describe, expect, it } from 'vitest';
import { ensure, HOST_TOKEN, HOSTS, MARKER, startHost, writes } from '../../../../support/pull-requests.ts';

describe.each(HOSTS)('a pull request at %s', (kind) => {
  it('is opened, once', async () => {
    await using host = await startHost(kind);

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
    await using host = await startHost(kind);
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
    await using host = await startHost(kind);
    await ensure(kind, host);
    const [pull] = host.pulls;
    if (pull) Object.assign(pull, { title: 'Mine', body: '' });

    expect(await ensure(kind, host)).toMatchObject({ number: 1, state: 'unchanged' });
    expect(pull).toMatchObject({ title: 'Mine', body: '' });
    expect(host.pulls).toHaveLength(1);
  });

  it('of another automation stays as it is', async () => {
    await using host = await startHost(kind);
    await ensure(kind, host, { automation: 'team/other', title: 'Theirs' });

    expect(await ensure(kind, host)).toMatchObject({ number: 1, state: 'unchanged' });
    expect(host.pulls.map(({ title }) => title)).toEqual(['Theirs']);
  });

  it.each(['closed', 'merged'] as const)('that is %s stays so, and another one is opened', async (state) => {
    await using host = await startHost(kind);
    await ensure(kind, host);
    Object.assign(host.pulls[0] ?? {}, { state });

    expect(await ensure(kind, host)).toMatchObject({ number: 2, state: 'opened' });
    expect(host.pulls.map((pull) => pull.state)).toEqual([state, 'open']);
  });

  it('of a fork, of another branch or into another branch is another one', async () => {
    await using host = await startHost(kind);
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
    await using host = await startHost(kind);
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
    await using host = await startHost(kind);

    const ensured = await Promise.all(Array.from({ length: 8 }, () => ensure(kind, host)));

    expect(host.pulls).toHaveLength(1);
    expect(ensured.filter((one) => one?.state === 'opened')).toHaveLength(1);
    expect(ensured.every((one) => one?.number === 1)).toBe(true);
  });

  it('shows the token in the Authorization header only', async () => {
    await using host = await startHost(kind);

    await ensure(kind, host);

    expect(host.requests.length).toBeGreaterThan(1);
    for (const { authorization, ...rest } of host.requests) {
      expect(authorization).toMatch(/^(Bearer|token) CANARY/);
      expect(JSON.stringify({ ...rest, query: rest.query.toString() })).not.toContain(HOST_TOKEN);
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
    await using host = await startHost(kind);

    const opened = await ensure(kind, host, { title, body });
    const again = await ensure(kind, host, { title, body });

    expect([opened?.state, again?.state]).toEqual(['opened', 'unchanged']);
    expect(host.pulls[0]?.title).toMatch(/^[^\p{Cc}]{1,255}$/u);
    expect(host.pulls[0]?.body.length).toBeLessThan(65_536);
    expect(host.pulls[0]?.body.split(MARKER)).toHaveLength(2);
  });
});

describe('an attempt that must not write any more', () => {
  const assertMayWrite = () => {
    throw new Error('too late');
  };

  it.each(HOSTS)('opens none at %s, and changes none', async (kind) => {
    await using host = await startHost(kind);

    await expect(ensure(kind, host, { assertMayWrite })).rejects.toThrow(/^too late$/);
    await ensure(kind, host);
    await expect(ensure(kind, host, { assertMayWrite, title: 'Old' })).rejects.toThrow(/^too late$/);

    expect(host.pulls.map(({ title }) => title)).toEqual(['Update app to 42']);
    expect(await ensure(kind, host, { assertMayWrite })).toMatchObject({ state: 'unchanged' });
  });
});
