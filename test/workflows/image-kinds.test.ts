import { describe, expect, it } from 'vitest';
import { failed, stalled, transient } from '../../activities/failures.ts';
import type { Activities } from '../../activities/index.ts';
import { Kind } from '../../api/object-ref.ts';
import { Reason } from '../../api/reasons.ts';
import { cancel, progress, suspend, Trigger } from '../../workflows/messages.ts';
import { readyGitRepository, SCANNED, SELECTED, UPDATED } from '../support/fake-activities.ts';
import { paused } from '../support/pause.ts';
import { untilCancelled } from '../support/until-cancelled.ts';
import { workflowRig } from '../support/workflow-rig.ts';

const rig = workflowRig();
const ms = 1;
type Steps = Partial<Activities>;

/** What the kinds have in common, by the names of each. */
const KINDS = [
  {
    kind: Kind.ImageRepository,
    observe: 'observeImageRepository',
    act: 'scanImageRepository',
    settle: 'settleImageRepository',
    names: ['observe', 'scan', 'status'],
    result: { scanned: SCANNED },
    message: 'successful scan: found 2 tags with checksum 12',
    revision: '12',
    forgets: 'the tags are forgotten',
    suspended: { outcome: 'Superseded', message: 'suspended before the step status' },
  },
  {
    kind: Kind.ImagePolicy,
    observe: 'observeImagePolicy',
    act: 'selectImage',
    settle: 'settleImagePolicy',
    names: ['observe', 'select', 'status'],
    result: { selected: SELECTED },
    message: 'Latest image tag for app resolved to 2',
    revision: '2',
    forgets: 'nothing is left to remove',
    suspended: { outcome: 'Superseded', message: 'suspended before the step status' },
  },
  {
    kind: Kind.ImageUpdateAutomation,
    observe: 'observeImageUpdateAutomation',
    act: 'updateImages',
    settle: 'settleImageUpdateAutomation',
    names: ['observe', 'update', 'status'],
    result: { updated: UPDATED },
    message: "pushed commit '3333333' to branch 'main'",
    revision: UPDATED.pushed.revision,
    forgets: 'what was pushed stays',
    // What was pushed is told, whatever came meanwhile.
    suspended: { outcome: 'Succeeded' },
  },
] as const;

const READY = { ms, state: 'Ready', generation: 2, timeoutMs: 60_000 } as const;

describe.each(KINDS)('a $kind run', ({ kind, observe, act, settle, ...expected }) => {
  // A policy that asks a registry: as slow as the others.
  const observing = async (input: Parameters<typeof readyGitRepository>[0]) => ({
    ...readyGitRepository(input),
    isLocal: false,
  });
  const object = (steps: Steps = {}) => rig.object(kind, { [observe]: observing, ...steps });
  /** In the place of the step that does what the kind is for. */
  const acting = (step: (input: never) => Promise<unknown>) => object({ [act]: step });

  it.concurrent('observes, acts and writes the status', async () => {
    const one = object();
    const { ref } = one;

    const { status, passes } = await one.run(Trigger.Interval);

    expect(status).toBe('COMPLETED');
    const { message, revision, names, result } = expected;
    expect(passes).toMatchObject([
      {
        trigger: 'Interval',
        outcome: 'Succeeded',
        message,
        revision,
        steps: names.map((name) => ({ name })),
      },
    ]);
    expect(one.calls).toMatchObject([
      { step: observe, input: { ref } },
      { step: act, input: { ...READY, ref } },
      { step: settle, input: { ref, ...result } },
    ]);
  });

  it.concurrent.each<{ name: string; answer: object; more: readonly (keyof Activities)[]; outcome: string }>([
    { name: 'forgets what is gone', answer: { state: 'Gone' }, more: ['forgetObject'], outcome: 'Gone' },
    {
      name: 'does nothing while it is suspended',
      answer: { state: 'Suspended', message: 'suspended by ann' },
      more: ['settleSuspended'],
      outcome: 'Suspended',
    },
    {
      name: 'releases what is deleted',
      answer: { state: 'Deleting' },
      more: ['releaseObject'],
      outcome: 'Deleted',
    },
  ])('$name', async ({ answer, more, outcome }) => {
    const one = object({ [observe]: async () => ({ ms, ...answer }) });

    const { status, passes } = await one.run();

    expect(status).toBe('COMPLETED');
    expect(passes).toMatchObject([{ outcome, ...(outcome === 'Deleted' && { message: expected.forgets }) }]);
    expect(one.steps).toEqual([observe, ...more]);
  });

  it.concurrent.each([
    {
      name: 'as stalled, what only a change mends',
      failure: stalled(Reason.InvalidPolicy, 'correct it'),
      isStalled: true,
      attempts: 1,
    },
    {
      name: 'at once, what another try would not mend',
      failure: failed(Reason.GitOperationFailed, 'refused'),
      attempts: 1,
    },
    {
      name: 'after some tries, what may pass',
      failure: transient(Reason.ReadOperationFailed, 'away', { retryAfterMs: 1 }),
      attempts: 3,
    },
  ])('fails $name', async ({ failure, isStalled = false, attempts }) => {
    const one = acting(async () => {
      throw failure;
    });

    const end = await one.run();

    expect(end.failure).toEqual({ type: failure.type, message: failure.message });
    expect(one.count(act)).toBe(attempts);
    expect(one.inputOf('settleImageFailure')).toEqual({
      ref: one.ref,
      reason: failure.type,
      message: failure.message,
      stalled: isStalled,
      ...(attempts > 1 && { mayPass: true }),
      attempt: { generation: 2 },
    });
  });

  it.concurrent('that cannot be observed fails without an attempt', async () => {
    const one = object({
      [observe]: async () => {
        throw stalled(Reason.InvalidSpec, 'spec.interval: "1 hour" is not a duration');
      },
    });

    const { failure } = await one.run();

    expect(failure?.type).toBe('InvalidSpec');
    expect(one.steps).toEqual([observe, 'settleImageFailure']);
    expect(one.inputOf('settleImageFailure')).not.toHaveProperty('attempt');
  });

  it.concurrent('notes the request that it serves', async () => {
    const one = object({
      [observe]: async (input: Parameters<typeof observing>[0]) => ({
        ...(await observing(input)),
        requestedAt: 'now',
      }),
      ...failing(act),
    });

    await one.run();

    expect(one.inputOf('settleImageFailure')).toMatchObject({
      attempt: { generation: 2, requestedAt: 'now' },
    });
  });

  it.concurrent('makes one more pass for all that comes meanwhile', async () => {
    const step = paused(async () => ({ ms, ...Object.values(expected.result)[0] }));
    const one = acting(step.step);
    const run = await one.request(Trigger.Interval);
    await step.reached;

    for (const trigger of [Trigger.Spec, Trigger.Source, Trigger.Request]) {
      expect(await one.request(trigger)).toBe(run);
    }
    step.letGo();

    const { passes } = await one.end(run);
    expect(passes.map(({ trigger, outcome }) => [trigger, outcome])).toEqual([
      ['Interval', 'Succeeded'],
      ['Request', 'Succeeded'],
    ]);
    expect(one.steps).toEqual([observe, act, settle, observe, act, settle]);
  });

  it.concurrent('is cancelled in a step that hangs', async () => {
    const begun = Promise.withResolvers<void>();
    const one = acting(() => {
      begun.resolve();
      return untilCancelled();
    });
    const run = await one.request();
    await begun.promise;

    await one.handle().signal(cancel, { by: 'ada' });

    const { failure } = await one.end(run);
    expect(failure).toEqual({ type: 'HealthCheckCanceled', message: 'the run was cancelled by ada' });
    expect(one.steps).toEqual([observe, act, 'settleImageFailure']);
  });

  it.concurrent('that is suspended midway tells of an effect for others, and only of that', async () => {
    const step = paused(async () => ({ ms, ...Object.values(expected.result)[0] }));
    let isSuspended = false;
    const one = object({
      [observe]: async (input: Parameters<typeof observing>[0]) =>
        isSuspended ? { ms, state: 'Suspended', message: 'suspended' } : await observing(input),
      [act]: step.step,
      suspendObject: async () => {
        isSuspended = true;
        return { ms };
      },
    });
    const run = await one.request();
    await step.reached;

    await one.handle().signal(suspend);
    await one.handle().query(progress);
    step.letGo();

    const { suspended } = expected;
    const rest = { trigger: 'Suspend', outcome: 'Suspended' };
    expect((await one.end(run)).passes).toMatchObject([suspended, rest]);
    expect(one.count(settle)).toBe(suspended.outcome === 'Succeeded' ? 1 : 0);
  });
});

function failing(step: keyof Activities): Steps {
  return {
    [step]: async () => {
      throw failed(Reason.Failed, 'no');
    },
  };
}

describe('a run has nothing to do when', () => {
  it.concurrent.each([
    {
      name: 'the tags are as they were',
      kind: Kind.ImageRepository,
      steps: { scanImageRepository: async () => ({ ms, ...SCANNED, unchanged: true }) },
      revision: '12',
    },
    {
      name: 'the choice is as it was',
      kind: Kind.ImagePolicy,
      steps: { selectImage: async () => ({ ms, ...SELECTED, unchanged: true }) },
      revision: '2',
    },
    {
      name: 'the branch is as it should be',
      kind: Kind.ImageUpdateAutomation,
      steps: {
        updateImages: async () => {
          const { pushed: _none, ...quiet } = UPDATED;
          return { ms, ...quiet, upToDate: true };
        },
      },
      revision: UPDATED.revision,
    },
    {
      name: 'an earlier attempt has pushed',
      kind: Kind.ImageUpdateAutomation,
      steps: {
        updateImages: async () => ({ ms, ...UPDATED, pushed: { ...UPDATED.pushed, isAdopted: true } }),
      },
      revision: UPDATED.pushed.revision,
    },
  ])('$name', async ({ kind, steps, revision }) => {
    const { status, passes } = await rig.object(kind, steps).run();

    expect(status).toBe('COMPLETED');
    expect(passes).toMatchObject([{ outcome: 'NothingToDo', revision }]);
  });
});

describe('a choice is made', () => {
  it.concurrent.each([
    { name: 'within the workflow task when the tags are here', isLocal: true, scheduled: [] },
    {
      name: 'by an activity of its own when a registry is asked',
      isLocal: false,
      scheduled: ['selectImage'],
    },
  ])('$name', async ({ isLocal, scheduled }) => {
    const policy = rig.object(Kind.ImagePolicy, {
      observeImagePolicy: async (input) => ({ ...readyGitRepository(input), isLocal }),
    });
    const run = await policy.request();
    await policy.end(run);

    const { events } = await policy.handle(run).fetchHistory();
    const activities = (events ?? []).flatMap(({ activityTaskScheduledEventAttributes: activity }) =>
      activity ? [activity.activityType?.name] : [],
    );
    expect(activities).toEqual(scheduled);
    expect(policy.count('selectImage')).toBe(1);
  });
});

it('a policy waits for the first scan, and that is no failure', async () => {
  const waiting = {
    reason: Reason.DependencyNotReady,
    message: 'retrying in 30s error: no tags in database',
  };
  const policy = rig.object(Kind.ImagePolicy, {
    observeImagePolicy: async () => ({ ms, state: 'Waiting', ...waiting }),
  });

  const { status, passes } = await policy.run();

  expect(status).toBe('COMPLETED');
  expect(passes).toMatchObject([{ outcome: 'Waiting', message: waiting.message }]);
  expect(policy.calls).toEqual([
    { step: 'observeImagePolicy', input: { ref: policy.ref } },
    { step: 'settleImageWaiting', input: { ref: policy.ref, ...waiting } },
  ]);
});

it('a pull request that failed fails the run behind its status, and not the push', async () => {
  const pullRequest = { state: 'failed', message: 'GitHub answered 403', mayPass: false } as const;
  const automation = rig.object(Kind.ImageUpdateAutomation, {
    updateImages: async () => ({ ms, ...UPDATED, pullRequest }),
    settleImageUpdateAutomation: async () => ({ ms, message: 'GitHub answered 403' }),
  });

  const { status, failure, passes } = await automation.run();

  expect(status).toBe('FAILED');
  expect(failure).toEqual({ type: 'PullRequestFailed', message: 'GitHub answered 403' });
  expect(passes).toMatchObject([{ outcome: 'PullRequestFailed', revision: UPDATED.pushed.revision }]);
  // It is settled with the push: a retry is arranged there.
  expect(automation.steps).toEqual([
    'observeImageUpdateAutomation',
    'updateImages',
    'settleImageUpdateAutomation',
  ]);
  expect(automation.inputOf('settleImageUpdateAutomation')).toMatchObject({ updated: { pullRequest } });
});
