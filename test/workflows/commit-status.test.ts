import { ApplicationFailure } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import type { CommitState } from '../../activities/notify/commit-status/contract.ts';
import type {
  LookAtCommitInput,
  LookedAtCommit,
  TellCommitInput,
} from '../../activities/notify/commit-status/steps.ts';
import type { CommitStatusInput, CommitStatusTimes } from '../../workflows/commit-status.ts';
import { tellEvent } from '../../workflows/messages.ts';
import { notifyRig, PATIENCE, routeTo } from '../support/notify-rig.ts';

const rig = notifyRig();
const COMMIT = '5394cb7f48332b2de7c17dd8b8384bbc84b7e738';
const SOURCES = ['apps/fleet'];
const ENDED = { 'Kustomization/apps/web': 'success' } as const;
const TIMES: CommitStatusTimes = { soonMs: 5, lookMs: 20, calmMs: 1, arriveMs: 3_600_000, retryMs: 5 };

function seen(state: CommitState, description: string = state): LookedAtCommit {
  return { isGone: false, sources: SOURCES, ended: ENDED, verdict: { state, description } };
}
const NOTHING: LookedAtCommit = { isGone: false, sources: [], ended: {} };

/** Starts the workflow of one commit, as an event does; the looks bring what is given, the last of it from then on. */
async function start(
  looks: readonly LookedAtCommit[],
  times: CommitStatusTimes = {},
  fail: (attempt: number) => Error | undefined = () => undefined,
) {
  const { alert } = routeTo();
  const asked: LookAtCommitInput[] = [];
  const stage = { looks: [...looks] };
  const told: TellCommitInput[] = [];
  rig.stage.look = async (input) => {
    asked.push(input);
    const [next = NOTHING, ...more] = stage.looks;
    if (more.length > 0) stage.looks = more;
    return next;
  };
  let attempts = 0;
  rig.stage.tellCommit = async (input) => {
    attempts += 1;
    const failure = fail(attempts);
    if (failure) throw failure;
    told.push(input);
  };
  const input: CommitStatusInput = { alert, commit: COMMIT, timeoutMs: 500, times: { ...TIMES, ...times } };
  const workflowId = `test/Alert/${alert.namespace}/${alert.name}/${COMMIT}`;
  const handle = await rig.client.workflow.signalWithStart('commitStatus', {
    workflowId,
    taskQueue: rig.taskQueue,
    args: [input],
    signal: tellEvent,
    signalArgs: [rig.notice()],
  });
  const words = () =>
    told.map(({ state, description }) => (state === description ? state : `${state}: ${description}`));
  return { alert, asked, stage, told, words, handle, attempts: () => attempts };
}

describe('the status of a commit', () => {
  it('is pending until all have ended, then what they came to, and no more', async () => {
    const { handle, words, told, alert } = await start([
      NOTHING,
      seen('pending'),
      seen('pending'),
      seen('success'),
    ]);

    expect(await handle.result()).toEqual({ state: 'success', description: 'success' });
    expect(words()).toEqual(['pending', 'success']);
    expect(told[0]).toEqual({ alert, commit: COMMIT, state: 'pending', description: 'pending' });
  });

  it('is looked at with what was seen before', async () => {
    const { handle, asked } = await start([NOTHING, seen('pending'), seen('failure')]);

    await handle.result();

    expect(asked.slice(0, 3)).toMatchObject([
      { sources: [], ended: {} },
      { sources: [], ended: {} },
      { sources: SOURCES, ended: ENDED },
    ]);
  });

  it('goes from success to failure by an event that comes before its status', async () => {
    const { handle, words } = await start([seen('success'), seen('failure')], { calmMs: 1_500 });

    expect(await handle.result()).toMatchObject({ state: 'failure' });
    expect(words()).toEqual(['success', 'failure']);
  });

  it('is looked at again by each event', async () => {
    const { handle, words, stage, asked } = await start([seen('pending')], { soonMs: 5, lookMs: 3_600_000 });
    await expect.poll(() => words(), PATIENCE).toEqual(['pending']);
    const looks = asked.length;
    stage.looks = [seen('success')];

    await handle.signal(tellEvent, rig.notice());

    await handle.result();
    expect(asked.length).toBeGreaterThan(looks);
    expect(words()).toEqual(['pending', 'success']);
  });

  it('is not told again for other words alone, until a while later', async () => {
    const some = ['1 of 3', '2 of 3', '3 of 3'].map((words) => seen('pending', words));
    const { handle, words } = await start([...some, seen('success')], { lookMs: 3_600_000 });

    await expect.poll(() => words().length, PATIENCE).toBe(1);
    await handle.terminate();
    expect(words()).toEqual(['pending: 1 of 3']);
  });

  it('ends as cancelled when another commit has taken its place', async () => {
    const { handle, words } = await start([seen('pending'), seen('cancelled', 'superseded')]);

    expect(await handle.result()).toMatchObject({ state: 'cancelled' });
    expect(words()).toEqual(['pending', 'cancelled: superseded']);
  });

  it('is given up after its time', async () => {
    const { handle, words } = await start([seen('pending', 'waiting for 1 of 2 objects')], { boundMs: 50 });

    expect(await handle.result()).toEqual({
      state: 'cancelled',
      description: 'given up: waiting for 1 of 2 objects',
    });
    expect(words().at(-1)).toBe('cancelled: given up: waiting for 1 of 2 objects');
  });

  it('is nothing where nothing builds from the commit, or nobody wants it', async () => {
    const nothing = await start([NOTHING], { arriveMs: 30 });
    expect(await nothing.handle.result()).toBeUndefined();
    const gone = await start([{ isGone: true, sources: [], ended: {} }]);

    expect(await gone.handle.result()).toBeUndefined();
    expect([...nothing.words(), ...gone.words()]).toEqual([]);
  });

  it('does not stay pending when what it waited for is gone', async () => {
    const { handle, words } = await start([seen('pending'), NOTHING], { arriveMs: 30 });

    expect(await handle.result()).toMatchObject({ state: 'cancelled' });
    expect(words()).toEqual(['pending', 'cancelled: nothing builds from it any more']);
  });

  it('is told once the provider answers again, and the owner has heard of that', async () => {
    const unwell = (attempt: number) =>
      attempt < 8 ? ApplicationFailure.retryable('HTTP 503', 'NotificationDispatchFailed') : undefined;
    const { handle, words, attempts } = await start([seen('failure')], {}, unwell);

    expect(await handle.result()).toMatchObject({ state: 'failure' });
    expect(attempts()).toBe(8);
    expect(words()).toEqual(['failure']);
    expect(rig.stage.warnings).toMatchObject([{ isFinal: false, object: { kind: 'Alert' } }]);
  });

  it('is given up where only a change of the Provider helps', async () => {
    const refused = ApplicationFailure.nonRetryable('HTTP 401', 'NotificationDispatchFailed');
    const { handle, attempts } = await start([seen('failure')], {}, () => refused);

    expect(await handle.result()).toBeUndefined();
    expect(attempts()).toBe(1);
    expect(rig.stage.warnings).toMatchObject([
      { isFinal: true, message: `status of commit ${COMMIT}: HTTP 401` },
    ]);
  });

  it('goes on in another worker', async () => {
    const { handle, words, stage } = await start([seen('pending')], { soonMs: 1_000, lookMs: 1_000 });
    await expect.poll(() => words(), PATIENCE).toEqual(['pending']);
    await rig.atRest(handle.workflowId);

    await rig.restartWorker();
    stage.looks = [seen('success')];

    expect(await handle.result()).toMatchObject({ state: 'success' });
    expect(words()).toEqual(['pending', 'success']);
  });
});
