import { Context } from '@temporalio/activity';
import { describe, expect, it } from 'vitest';
import { failed } from '../../activities/failures.ts';
import type { Activities } from '../../activities/index.ts';
import { Kind } from '../../api/object-ref.ts';
import { Reason } from '../../api/reasons.ts';
import { cancel, progress, suspend, Trigger } from '../../workflows/messages.ts';
import { releaseToAct } from '../support/fake-activities.ts';
import { workflowRig } from '../support/workflow-rig.ts';

const rig = workflowRig();
const ms = 1;
const inSync = { ...releaseToAct('test'), state: 'InSync', drifted: false } as const;

/** An action that stops at its first call, beating, until it is let go or cancelled. */
function pausedAction() {
  const reached = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  let wasCancelled = false;
  const step: Activities['actOnRelease'] = async () => {
    const context = Context.current();
    const beat = setInterval(() => context.heartbeat(), 50);
    reached.resolve();
    try {
      await Promise.race([released.promise, context.cancelled]);
      return { ms, type: 'release' };
    } catch (error) {
      wasCancelled = true;
      throw error;
    } finally {
      clearInterval(beat);
    }
  };
  return {
    step,
    reached: reached.promise,
    letGo: () => released.resolve(),
    wasCancelled: () => wasCancelled,
  };
}

describe('a request that changes the release ends the action that makes it at once', () => {
  it.concurrent.each([Trigger.Spec, Trigger.Source, Trigger.Config, Trigger.Delete, Trigger.Request])(
    '%s',
    async (trigger) => {
      const action = pausedAction();
      let acts = 0;
      const object = rig.object(Kind.HelmRelease, {
        actOnRelease: (input) =>
          acts++ === 0 ? action.step(input) : Promise.resolve({ ms, type: 'release' }),
        compareBasis: async () => ({ ms, isObsolete: true }),
      });
      const run = await object.request(Trigger.Interval);
      await action.reached;

      await object.request(trigger);

      const { status, passes } = await object.end(run);
      expect(status).toBe('COMPLETED');
      expect(action.wasCancelled()).toBe(true);
      expect(passes).toMatchObject([
        {
          trigger: 'Interval',
          outcome: 'Superseded',
          message: 'a newer request ended the install',
          revision: '1.0.0',
        },
        { trigger, outcome: 'Succeeded' },
      ]);
      const { generation, basis } = releaseToAct('install');
      expect(object.inputOf('compareBasis')).toEqual({ ref: object.ref, generation, basis });
      // Nothing is told of the attempt that was dropped, and the next one begins anew.
      const looks = object.calls.filter(({ step }) => step === 'observeHelmRelease');
      expect(looks.map(({ input }) => (input as { taken: unknown }).taken)).toEqual([[], [], ['release']]);
      expect(object.count('settleHelmReleaseFailure')).toBe(0);
    },
  );

  it.concurrent('whatever came before it that changes nothing, or cannot be looked at', async ({
    expect,
  }) => {
    const action = pausedAction();
    const answers = [
      async () => ({ ms, isObsolete: false }),
      async () => {
        throw failed(Reason.ValuesError, "could not find ConfigMap 'apps/none'");
      },
      async () => ({ ms, isObsolete: true }),
    ];
    let comparisons = 0;
    const object = rig.object(Kind.HelmRelease, {
      observeHelmRelease: installsOnce(),
      actOnRelease: action.step,
      compareBasis: async () => answers[comparisons++]?.() ?? { ms, isObsolete: true },
    });
    const run = await object.request(Trigger.Interval);
    await action.reached;

    for (let asked = 1; asked <= answers.length; asked++) {
      await object.request(Trigger.Config);
      // What came together would be compared once.
      await expect.poll(() => object.count('compareBasis'), { timeout: 20_000 }).toBe(asked);
    }

    const { passes } = await object.end(run);
    expect(passes.map(({ outcome }) => outcome)).toEqual(['Superseded', 'NothingToDo']);
  });
});

describe('a wish to see it reconciled ends no action, and is served by one more pass', () => {
  it.concurrent.for([Trigger.Request, Trigger.Interval, Trigger.Source, Trigger.Retry, Trigger.Manual])(
    '%s',
    async (trigger, { expect }) => {
      const action = pausedAction();
      const object = rig.object(Kind.HelmRelease, {
        observeHelmRelease: installsOnce(),
        actOnRelease: action.step,
        compareBasis: async () => ({ ms, isObsolete: false }),
      });
      const run = await object.request(Trigger.Spec);
      await action.reached;

      await object.request(trigger);
      await expect.poll(() => object.count('compareBasis'), { timeout: 20_000 }).toBe(1);
      action.letGo();

      const { passes } = await object.end(run);
      expect(action.wasCancelled()).toBe(false);
      expect(passes).toMatchObject([
        { trigger: 'Spec', outcome: 'Succeeded' },
        { trigger, outcome: 'NothingToDo' },
      ]);
    },
  );
});

/** One install, whatever came of it. */
function installsOnce(): Activities['observeHelmRelease'] {
  let looks = 0;
  return async () => (looks++ === 0 ? releaseToAct('install') : inSync);
}

describe('a suspend', () => {
  it('in an action lets it come to its end, and keeps the next one from beginning', async () => {
    const action = pausedAction();
    let isSuspended = false;
    const object = rig.object(Kind.HelmRelease, {
      observeHelmRelease: async ({ taken }) =>
        isSuspended
          ? { ms, state: 'Suspended', message: 'suspended by ada' }
          : releaseToAct(taken.length === 0 ? 'upgrade' : 'test'),
      actOnRelease: action.step,
      suspendObject: async () => {
        isSuspended = true;
        return { ms };
      },
    });
    const run = await object.request();
    await action.reached;

    await object.handle().signal(suspend, { by: 'ada' });
    await object.handle().query(progress);
    action.letGo();

    const { passes } = await object.end(run);
    expect(action.wasCancelled()).toBe(false);
    expect(passes).toMatchObject([
      { outcome: 'Superseded', message: 'suspended before the step test' },
      { trigger: 'Suspend', outcome: 'Suspended' },
    ]);
    expect(object.count('actOnRelease')).toBe(1);
    expect(object.steps.slice(-3)).toEqual(['suspendObject', 'observeHelmRelease', 'settleSuspended']);
  });
});

describe('cancel', () => {
  it.each(['signal', 'Temporal'] as const)('by %s ends the action, and the status says so', async (by) => {
    const action = pausedAction();
    const object = rig.object(Kind.HelmRelease, { actOnRelease: action.step });
    const run = await object.request();
    await action.reached;

    if (by === 'signal') await object.handle().signal(cancel, { by: 'ada' });
    else await object.handle(run).cancel();

    const { failure } = await object.end(run);
    const message = `the run was cancelled${by === 'signal' ? ' by ada' : ''}`;
    expect(failure).toEqual({ type: 'HealthCheckCanceled', message });
    expect(action.wasCancelled()).toBe(true);
    expect(object.steps).toEqual(['observeHelmRelease', 'actOnRelease', 'settleHelmReleaseFailure']);
    expect(object.inputOf('settleHelmReleaseFailure')).toEqual({
      ref: object.ref,
      reason: 'HealthCheckCanceled',
      message,
      stalled: false,
      attempt: { generation: 2, revision: '1.0.0' },
    });
  });
});

describe('an action of which nobody knows how it ended', () => {
  it.concurrent.each<{ readonly name: string; readonly lost: Activities['actOnRelease'] }>([
    // Heard of by the silence only: it never beats.
    { name: 'as the worker went away', lost: () => Context.current().cancelled },
    { name: 'as the worker stopped', lost: async () => ({ ms, type: 'release', isInterrupted: true }) },
  ])('$name is looked at again', async ({ lost }) => {
    let acts = 0;
    const object = rig.object(Kind.HelmRelease, {
      actOnRelease: async (input) => (acts++ === 0 ? lost(input) : { ms, type: 'release' }),
    });

    const { passes } = await object.run();

    expect(passes).toMatchObject([{ outcome: 'Succeeded' }]);
    const looks = object.calls.filter(({ step }) => step === 'observeHelmRelease');
    // It does not count as taken.
    expect(looks.map(({ input }) => (input as { taken: unknown }).taken)).toEqual([[], [], ['release']]);
    expect(object.count('actOnRelease')).toBe(2);
    expect(object.count('settleHelmReleaseFailure')).toBe(0);
  });

  it.concurrent('does not turn in circles', async () => {
    const object = rig.object(Kind.HelmRelease, {
      actOnRelease: async () => ({ ms, type: 'release', isInterrupted: true }),
    });

    const { failure } = await object.run();

    expect(failure).toEqual({
      type: 'ReconciliationFailed',
      message: 'the worker was lost 4 times in the middle of an action',
    });
    expect(object.count('actOnRelease')).toBe(4);
    expect(object.inputOf('settleHelmReleaseFailure')).toMatchObject({
      stalled: false,
      attempt: { revision: '1.0.0' },
    });
  });
});
