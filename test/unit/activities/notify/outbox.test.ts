import { beforeEach, describe, expect, it } from 'vitest';
import type { AlertBook } from '../../../../activities/notify/alert-book.ts';
import type { Notice, Route } from '../../../../activities/notify/notice.ts';
import type { Notices } from '../../../../activities/notify/notices.ts';
import { createOutbox } from '../../../../activities/notify/outbox.ts';
import type { EventInput } from '../../../../activities/status/events.ts';

const START = Date.parse('2026-11-22T12:00:00Z');
const PLAIN: Route = { alert: { namespace: 'apps', name: 'plain' }, timeoutMs: 1 };
const COUNTING: Route = { alert: { namespace: 'apps', name: 'counting' }, timeoutMs: 1, afterFailures: 2 };

let sent: { readonly to: string; readonly notice: Notice }[];
let now: number;
let isReady: boolean;
/** When somebody has told the same, where it is known. */
let toldAt: number | undefined;
beforeEach(() => {
  sent = [];
  now = START;
  isReady = true;
  toldAt = undefined;
});

function outboxOf(routes: readonly Route[], fail?: Error) {
  const book: AlertBook = {
    isReady: async () => isReady,
    wanting: () => routes,
    needsLabels: () => false,
    recipients: () => undefined,
  };
  const send = (to: string) => async (notice: Notice) => {
    if (fail) throw fail;
    sent.push({ to, notice });
    return new Date(toldAt ?? now);
  };
  const sendTo = (to: string) => async (route: Route, notice: Notice) =>
    void (await send(`${to} ${route.alert.name}`)(notice));
  const notices: Notices = {
    tell: send('tell'),
    group: sendTo('group'),
    countFailure: sendTo('count'),
    endFailures: sendTo('end'),
    lookAtCommit: sendTo('look'),
  };
  return createOutbox({ book, notices, now: () => new Date(now) });
}

function input(more: Partial<EventInput> = {}, labels: Readonly<Record<string, string>> = {}): EventInput {
  const metadata = { namespace: 'apps', name: 'web', uid: 'u', labels };
  const object = { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization', metadata };
  return { object, type: 'Normal', reason: 'ReconciliationSucceeded', message: 'done', ...more };
}

const FAILURE = { type: 'Warning', reason: 'BuildFailed' } as const;
const sendings = () => sent.map(({ to }) => to);

it('an event that nobody wants starts nothing', async () => {
  expect(await outboxOf([]).put(input())).toBe(false);
  expect(sent).toEqual([]);
});

it('one that somebody wants is kept, with who that is', async () => {
  expect(await outboxOf([PLAIN]).put(input({}, { team: 'a' }))).toBe(true);

  expect(sent).toMatchObject([
    { to: 'tell', notice: { event: { message: 'done', severity: 'info' }, routes: [PLAIN] } },
  ]);
  expect(sent[0]?.notice).not.toHaveProperty('labels');
});

it('more labels than have room are left out', async () => {
  isReady = false;
  const labels = Object.fromEntries(Array.from({ length: 400 }, (_, i) => [`label-${i}`, 'x'.repeat(60)]));

  await outboxOf([PLAIN]).put(input({}, labels));

  expect(sent[0]?.notice).not.toHaveProperty('labels');
});

it('events of kinds that no Alert can name cost nothing, not even before the first list', async () => {
  isReady = false;
  const metadata = { namespace: 'apps', name: 'all' };
  const object = { apiVersion: 'notification.toolkit.fluxcd.io/v1beta3', kind: 'Alert', metadata };

  expect(await outboxOf([PLAIN]).put(input({ object }))).toBe(false);
  expect(sent).toEqual([]);
});

it('before the first list every event is kept, for whoever will want it, and counted later', async () => {
  isReady = false;

  expect(await outboxOf([]).put(input({}, { team: 'a' }))).toBe(true);

  expect(sent).toMatchObject([{ to: 'tell', notice: { labels: { team: 'a' } } }]);
  expect(sent[0]?.notice).not.toHaveProperty('routes');
});

it('an outbox that cannot keep it has the step repeated, and the repetition is no repetition', async () => {
  const outbox = outboxOf([PLAIN], new Error('Temporal is away'));

  await expect(outbox.put(input())).rejects.toThrow('Temporal is away');
  await expect(outbox.put(input())).rejects.toThrow('Temporal is away');
});

describe('a repetition', () => {
  it.each<{
    readonly name: string;
    readonly again: Partial<EventInput>;
    readonly afterMs: number;
    readonly times: number;
  }>([
    { name: 'within five minutes is dropped', again: {}, afterMs: 299_999, times: 1 },
    { name: 'after them is told', again: {}, afterMs: 300_000, times: 2 },
    { name: 'is one whatever its reason and severity', again: FAILURE, afterMs: 0, times: 1 },
    { name: 'has the same message', again: { message: 'other' }, afterMs: 0, times: 2 },
    { name: 'has the same revision', again: { metadata: { revision: 'b' } }, afterMs: 0, times: 2 },
    {
      name: 'has the same origin revision',
      again: { metadata: { originRevision: 'b' } },
      afterMs: 0,
      times: 2,
    },
    { name: 'has the same token', again: { metadata: { token: 'b' } }, afterMs: 0, times: 2 },
    {
      name: 'may have other metadata',
      again: { metadata: { commit_status: 'update' } },
      afterMs: 0,
      times: 1,
    },
  ])('$name', async ({ again, afterMs, times }) => {
    const outbox = outboxOf([PLAIN]);
    await outbox.put(input());

    now += afterMs;
    await outbox.put(input(again));

    expect(sent).toHaveLength(times);
    expect(new Set(sent.map(({ notice }) => notice.key)).size).toBe(afterMs === 300_000 ? 1 : times);
  });
});

it('what another worker told is remembered from then on, not from when it was seen here', async () => {
  const outbox = outboxOf([PLAIN]);
  toldAt = START - 290_000;
  await outbox.put(input());

  now += 9_999;
  await outbox.put(input());
  expect(sent).toHaveLength(1);
  now += 1;
  await outbox.put(input());
  expect(sent).toHaveLength(2);
});

describe('an Alert that counts', () => {
  it('hears of each failure, repeated or not, and of the end', async () => {
    const outbox = outboxOf([COUNTING]);

    await outbox.put(input(FAILURE));
    await outbox.put(input(FAILURE));
    await outbox.put(input());

    expect(sendings()).toEqual(['count counting', 'count counting', 'end counting']);
  });

  it('has others told once', async () => {
    const outbox = outboxOf([COUNTING, PLAIN]);

    await outbox.put(input(FAILURE));
    await outbox.put(input(FAILURE));

    expect(sendings()).toEqual(['count counting', 'tell', 'count counting']);
    // It has heard of it already.
    expect(sent[1]?.notice.routes).toEqual([PLAIN]);
  });
});

it('one about a commit is looked at each time, and told to nobody by itself', async () => {
  const outbox = outboxOf([{ ...PLAIN, commit: '5394cb7f48332b2de7c17dd8b8384bbc84b7e738' }]);

  await outbox.put(input());
  await outbox.put(input());

  expect(sendings()).toEqual(['look plain', 'look plain']);
});
