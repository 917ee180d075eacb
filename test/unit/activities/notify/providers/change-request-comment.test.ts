import { describe, expect, it } from 'vitest';
import {
  COMMENT_TYPES,
  commitEvent,
  startGitRecipient,
  writesTo,
} from '../../../../support/git-recipients.ts';

const METADATA = { change_request: '7', revision: 'main@sha1:1a2b3c', env: 'prod' };
const KEY = '0d0c4c2e-7f4d-4a52-8f40-2f6d0a1f9f10/Kustomization/flux-system/apps';

function event(severity: 'info' | 'error', own: Parameters<typeof commitEvent>[1] = {}) {
  return commitEvent(severity, { metadata: METADATA, ...own });
}

describe.each(COMMENT_TYPES)('a comment by %s', (type) => {
  const mark = type === 'gitlabmergerequestcomment' ? 'flux-mr-comment-key' : 'flux-pr-comment-key';

  it('tells what happened to an object', async () => {
    await using host = await startGitRecipient(type);

    await host.deliver(event('info', { message: 'Applied revision' }));

    const body = `<!-- ${mark}:${KEY} -->

## Flux Status

ℹ️ Kustomization/flux-system/apps

Applied revision

Metadata:
* \`env\`: prod
* \`revision\`: main@sha1:1a2b3c
`;
    expect(host.comments).toEqual([{ id: 1, pull: 7, author: 'pawl', body }]);
  });

  it('is written anew in place, for each object its own', async () => {
    await using host = await startGitRecipient(type);
    const { involvedObject } = event('info');
    const other = event('info', { involvedObject: { ...involvedObject, name: 'infra' } });

    await host.deliver(event('info'));
    await host.deliver(other);
    await host.deliver(event('error', { message: 'broken' }));

    expect(host.comments).toHaveLength(2);
    expect(host.comments[0]?.body).toContain('⚠️ Kustomization/flux-system/apps\n\nbroken');
    expect(host.comments[1]?.body).toContain('ℹ️ Kustomization/flux-system/infra');
  });

  it('is not set back by an event from before that comes late', async () => {
    await using host = await startGitRecipient(type);
    const metadata = { change_request: '8' };

    await host.deliver(event('info', { metadata, timestamp: '2026-02-03T04:05:07Z' }));
    await host.deliver(event('error', { metadata, timestamp: '2026-02-03T04:05:06Z' }));

    expect(host.comments.map(({ body }) => body)).toEqual([expect.stringContaining('ℹ️')]);
    expect(writesTo(host)).toHaveLength(1);
  });

  it('stays as it is while it says the same', async () => {
    await using host = await startGitRecipient(type);

    await host.deliver(event('info'));
    await host.deliver(event('info'));

    expect(writesTo(host)).toHaveLength(1);
  });

  it('is written once by deliveries at the same time', async () => {
    await using host = await startGitRecipient(type);

    await Promise.all([event('info'), event('error'), event('info')].map((one) => host.deliver(one)));

    expect(host.comments).toHaveLength(1);
  });

  it('is found behind a hundred others, and never taken for one of somebody else', async () => {
    await using host = await startGitRecipient(type);
    const marker = `<!-- ${mark}:${KEY} -->`;
    host.comments.push({ id: 1000, pull: 7, author: 'mallory', body: `${marker}\n\nmine` });
    host.comments.push({ id: 1001, pull: 7, author: 'pawl', body: `of another object\n\n${marker}` });
    for (let id = 1; id <= 120; id += 1) {
      host.comments.push({ id, pull: 7, author: 'somebody', body: `remark ${id}` });
    }
    host.comments.push({ id: 2000, pull: 7, author: 'pawl', body: `${marker}\n\nearlier` });

    await host.deliver(event('error', { message: 'broken' }));

    const changed = host.comments.filter(({ body }) => body.includes('broken'));
    expect(changed.map(({ id }) => id)).toEqual([2000]);
    expect(host.comments).toHaveLength(123);
  });

  it('is cut where it is too long for the provider', async () => {
    await using host = await startGitRecipient(type);

    await host.deliver(event('info', { message: '🎉'.repeat(40_000) }));

    expect(host.comments[0]?.body.length).toBeLessThanOrEqual(65_000);
    expect(host.comments[0]?.body).toMatch(/🎉…$/u);
  });

  it.each([
    ['no number', {}, 'missing "change_request" metadata key'],
    ['words', { change_request: 'seven' }, 'invalid "change_request" metadata value "seven"'],
    ['a path', { change_request: '7/../../8' }, 'invalid "change_request" metadata value "7/../../8"'],
  ])('fails without asking anybody for %s', async (_what, metadata, message) => {
    await using host = await startGitRecipient(type);

    await expect(host.deliver(event('info', { metadata }))).rejects.toMatchObject({
      type: 'NotificationDispatchFailed',
      nonRetryable: true,
      message: expect.stringContaining(message),
    });
    expect(host.requests).toEqual([]);
  });

  it.each([
    [401, true],
    [403, true],
    [404, true],
    [429, false],
    [503, false],
  ])('fails with HTTP %i without the token', async (status, nonRetryable) => {
    await using host = await startGitRecipient(type);
    host.intercept(() => ({ status, json: { message: 'no' } }));

    const error: unknown = await host.deliver(event('info')).catch((thrown: unknown) => thrown);

    expect(error).toMatchObject({ type: 'NotificationDispatchFailed', nonRetryable });
    expect(JSON.stringify(error)).not.toContain('CANARY');
  });
});

it('gives GitLab no commands', async () => {
  await using host = await startGitRecipient('gitlabmergerequestcomment');

  await host.deliver(event('error', { message: 'failed:\n/merge\n\0/close' }));

  expect(host.commands).toEqual([]);
  expect(host.comments[0]?.body).toContain('failed:\n\\/merge\n\\/close');
});
