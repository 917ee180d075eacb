import { describe, expect, it } from 'vitest';
import {
  COMMIT,
  commitEvent,
  STATUS_TYPES,
  startGitRecipient,
  writesTo,
} from '../../../../support/git-recipients.ts';

const NAME = 'kustomization/apps/0d0c4c2e';

const SET = {
  github: [
    { state: 'success', context: NAME, description: 'reconciliation succeeded' },
    { state: 'failure', context: NAME, description: 'health check failed' },
  ],
  gitlab: [
    { state: 'success', name: NAME, description: 'reconciliation succeeded' },
    { state: 'failed', name: NAME, description: 'health check failed' },
  ],
  gitea: [
    { state: 'success', context: NAME, description: 'reconciliation succeeded', target_url: '' },
    { state: 'failure', context: NAME, description: 'health check failed', target_url: '' },
  ],
  bitbucket: [
    {
      state: 'SUCCESSFUL',
      key: expect.stringMatching(/^[0-9a-f]{40}$/),
      name: 'kustomization/apps',
      description: 'reconciliation succeeded',
      url: 'https://bitbucket.org',
    },
    { state: 'FAILED', name: 'kustomization/apps', description: 'health check failed' },
  ],
  bitbucketserver: [
    {
      state: 'SUCCESSFUL',
      key: expect.stringMatching(/^[0-9a-f]{40}$/),
      name: 'kustomization/apps [reconciliation succeeded]',
      description: 'reconciliation succeeded',
      url: expect.stringMatching(/^http:.*\/context\/scm\/acme\/fleet\.git$/),
    },
    { state: 'FAILED', name: 'kustomization/apps [health check failed]', description: 'health check failed' },
  ],
  azuredevops: [
    {
      state: 'succeeded',
      context: { genre: 'fluxcd', name: NAME },
      description: 'reconciliation succeeded',
    },
    { state: 'error', context: { genre: 'fluxcd', name: NAME }, description: 'health check failed' },
  ],
} as const;

describe.each(STATUS_TYPES)('a commit status at %s', (type) => {
  it('tells of success and of failure', async () => {
    await using host = await startGitRecipient(type);
    const [success, failure] = SET[type];

    await host.deliver(commitEvent('info'));
    await host.deliver(commitEvent('error'));

    expect(host.statuses.map(({ commit, content }) => ({ commit, content }))).toEqual([
      { commit: COMMIT, content: expect.objectContaining(success) },
      { commit: COMMIT, content: expect.objectContaining(failure) },
    ]);
  });

  it('is not set again while it is the same, and again once it is another', async () => {
    await using host = await startGitRecipient(type);

    await host.deliver(commitEvent('info'));
    await host.deliver(commitEvent('info'));
    expect(writesTo(host)).toHaveLength(1);

    await host.deliver(commitEvent('error'));
    await host.deliver(commitEvent('error', { reason: 'BuildFailed' }));
    await host.deliver(commitEvent('info'));
    expect(host.statuses).toHaveLength(4);
  });

  it('is found behind those of many other objects', async () => {
    await using host = await startGitRecipient(type);
    await host.deliver(commitEvent('info'));
    const [own] = host.statuses;
    for (let other = 1; own && other <= 220; other += 1) {
      host.statuses.push({ ...own, name: JSON.stringify({ name: `other ${other}`, genre: 'fluxcd' }) });
    }

    await host.deliver(commitEvent('info'));

    expect(writesTo(host)).toHaveLength(1);
  });

  it('is not set back by an event from before that comes late', async () => {
    await using host = await startGitRecipient(type);
    const own = { commitStatus: 'kustomization/late/0d0c4c2e' };

    await host.deliver(commitEvent('info', { timestamp: '2026-02-03T04:05:07Z' }), {}, own);
    await host.deliver(commitEvent('error', { timestamp: '2026-02-03T04:05:06Z' }), {}, own);

    expect(host.statuses).toHaveLength(1);
  });

  it('is one of several by its name', async () => {
    await using host = await startGitRecipient(type);

    await host.deliver(commitEvent('info'), {}, { commitStatus: 'kustomization/apps/0d0c4c2e' });
    await host.deliver(commitEvent('info'), {}, { commitStatus: 'kustomization/infra/0d0c4c2e' });
    await host.deliver(commitEvent('info'), {}, { commitStatus: 'kustomization/apps/0d0c4c2e' });

    expect(new Set(host.statuses.map(({ name }) => name)).size).toBe(2);
    expect(host.statuses).toHaveLength(2);
  });

  it('is not touched by what is under way, except at Gitea', async () => {
    await using host = await startGitRecipient(type);

    await host.deliver(commitEvent('info', { reason: 'Progressing' }));

    expect(host.statuses.map(({ state }) => state)).toEqual(type === 'gitea' ? ['pending'] : []);
  });

  it.each([
    ['a tag', `v1.0.0@sha1:${COMMIT}`],
    ['a commit alone', `sha1:${COMMIT}`],
    ['a legacy branch', `feature/branch/${COMMIT}`],
    ['an id', COMMIT],
  ])('goes to the commit of %s', async (_what, revision) => {
    await using host = await startGitRecipient(type);

    await host.deliver(commitEvent('info', { metadata: { revision } }));

    expect(host.statuses.map(({ commit }) => commit)).toEqual([COMMIT]);
  });

  it('goes to the commit or the origin that the event names before its revision', async () => {
    await using host = await startGitRecipient(type);
    const other = COMMIT.replaceAll('5', 'a');
    const digest = `latest@sha256:${'0'.repeat(64)}`;

    const oci = { revision: digest, originRevision: `main@sha1:${COMMIT}` };
    await host.deliver(commitEvent('info', { metadata: oci }));
    await host.deliver(commitEvent('info', { metadata: { ...oci, commit: `sha1:${other}` } }));

    expect(host.statuses.map(({ commit }) => commit)).toEqual([COMMIT, other]);
  });

  it.each([
    ['no revision', {}, 'missing revision metadata'],
    ['a version', { revision: '6.7.0' }, "failed to extract commit hash from '6.7.0' revision"],
    ['a path', { revision: `main@sha1:${'../'.repeat(13)}x` }, 'failed to extract commit hash'],
  ])('fails without asking anybody for %s', async (_what, metadata, message) => {
    await using host = await startGitRecipient(type);

    await expect(host.deliver(commitEvent('info', { metadata }))).rejects.toMatchObject({
      type: 'NotificationDispatchFailed',
      nonRetryable: true,
      message: expect.stringContaining(message),
    });
    expect(host.requests).toEqual([]);
  });

  it.each([
    [401, 'unauthorized', /HTTP 401.*is wrong or has expired/],
    [403, 'forbidden', /HTTP 403: .*give the provider's token the permission/],
    [404, 'notFound', /HTTP 404.*see whether the provider's address/],
    [422, 'notFound', /HTTP 422.*see whether the repository has/],
  ] as const)('says what to do about HTTP %i, without the token', async (status, words, message) => {
    await using host = await startGitRecipient(type);
    host.intercept(({ method }) => (method === 'POST' ? { status, json: host.words[words] } : undefined));

    const error: unknown = await host.deliver(commitEvent('info')).catch((thrown: unknown) => thrown);

    expect(error).toMatchObject({
      type: 'NotificationDispatchFailed',
      nonRetryable: true,
      message: expect.stringMatching(message),
    });
    expect(JSON.stringify(error)).not.toMatch(/CANARY|127\.0\.0\.1/);
  });

  it.each([
    [429, {}, undefined],
    [429, { 'Retry-After': '17' }, 17_000],
    [403, { 'Retry-After': '60' }, 60_000],
    [503, { 'Retry-After': '86400' }, 3_600_000],
    [500, {}, undefined],
    [502, {}, undefined],
  ])('may pass by itself after HTTP %i with %j', async (status, headers, nextRetryDelay) => {
    await using host = await startGitRecipient(type);
    host.intercept(() => ({ status, json: { message: 'later' }, headers }));

    await expect(host.deliver(commitEvent('info'))).rejects.toMatchObject({
      type: 'NotificationDispatchFailed',
      nonRetryable: false,
      message: expect.stringContaining(`HTTP ${status}: later`),
      ...(nextRetryDelay !== undefined && { nextRetryDelay }),
    });
  });

  it('may pass by itself when the connection breaks', async () => {
    await using host = await startGitRecipient(type);
    host.intercept(() => 'drop');

    await expect(host.deliver(commitEvent('info'))).rejects.toMatchObject({
      type: 'NotificationDispatchFailed',
      nonRetryable: false,
    });
  });

  it('fails where something else answers', async () => {
    await using host = await startGitRecipient(type);
    host.intercept(() => ({ status: 200, json: 'hello' }));

    await expect(host.deliver(commitEvent('info'))).rejects.toMatchObject({
      nonRetryable: true,
      message: expect.stringContaining("see whether the provider's address is that of the repository"),
    });
  });

  it.each([
    ['no address', { address: '' }, /needs spec.address/],
    ['no token', { token: '' }, /needs the key token/],
    ['no URL', { address: 'acme/fleet' }, /has an address that must be http/],
    ['a local path', { address: 'file:///srv/fleet.git' }, /has an address that must be http/],
    ['an owner alone', { address: 'https://git.example.com/acme' }, /has an address that/],
    ['a password in it', { address: 'https://me:CANARY-word@example.com/a/b' }, /holds a password/],
    ['a way up', { address: 'https://git.example.com/a/%2e%2e%2fb/c/_git/%2e%2e' }, /has an address that/],
    ['a link-local host', { address: 'http://169.254.169.254/a/b' }, /has an address that/],
    ['a token that ends', { token: 'CANARY\nX-Evil: 1' }, /has a token with line breaks/],
  ])('refuses %s', async (_what, own, message) => {
    await using host = await startGitRecipient(type);

    const error: unknown = await host.deliver(commitEvent('info'), own).catch((thrown: unknown) => thrown);

    expect(error).toMatchObject({ type: 'NotificationDispatchFailed', nonRetryable: true });
    expect((error as Error).message).toMatch(message);
    expect(JSON.stringify(error)).not.toContain('CANARY');
    expect(host.requests).toEqual([]);
  });
});
