import { describe, expect, it } from 'vitest';
import { failed, stalled, transient } from '../../activities/failures.ts';
import type { Activities } from '../../activities/index.ts';
import { Kind } from '../../api/object-ref.ts';
import { Reason } from '../../api/reasons.ts';
import { cancel, progress, suspend, Trigger } from '../../workflows/messages.ts';
import { FETCHED_CHART, readyGitRepository } from '../support/fake-activities.ts';
import { paused } from '../support/pause.ts';
import { untilCancelled } from '../support/until-cancelled.ts';
import { workflowRig } from '../support/workflow-rig.ts';

const rig = workflowRig();
const ms = 1;
type Steps = Partial<Activities>;
type Answer = Steps['observeHelmChart'] & Steps['observeHelmRepository'];

/** What two kinds have in common, by the names of each. */
const KINDS = [
  {
    kind: Kind.HelmRepository,
    steps: ['observeHelmRepository', 'fetchHelmRepository', 'settleHelmRepository'],
    message: /^stored artifact: revision '/,
  },
  {
    kind: Kind.HelmChart,
    steps: ['observeHelmChart', 'fetchHelmChart', 'settleHelmChart'],
    message: /^pulled 'app' chart with version '1\.0\.0'$/,
  },
] as const;

describe.each(KINDS)('a $kind run', ({ kind, steps, message }) => {
  const [observe, fetch] = steps;
  const observing = (answer: Answer): Steps => ({ [observe]: answer });

  it('observes, fetches and writes the status', async () => {
    const object = rig.object(kind);
    const { ref } = object;

    const { status, passes } = await object.run(Trigger.Interval);

    expect(status).toBe('COMPLETED');
    expect(passes).toMatchObject([
      {
        trigger: 'Interval',
        outcome: 'Succeeded',
        message: expect.stringMatching(message),
        steps: [{ name: 'observe' }, { name: 'fetch' }, { name: 'status' }],
      },
    ]);
    const observed = { ms, state: 'Ready', ref, generation: 2, timeoutMs: 60_000 };
    expect(object.calls).toMatchObject([
      { step: steps[0], input: { ref } },
      { step: steps[1], input: observed },
      { step: steps[2], input: { ...observed, fetched: { unchanged: false, attempt: { generation: 2 } } } },
    ]);
  });

  it.concurrent.each<{ name: string; answer: Answer; more: readonly (keyof Activities)[]; outcome: string }>([
    {
      name: 'forgets what is gone',
      answer: async () => ({ ms, state: 'Gone' }),
      more: ['forgetObject'],
      outcome: 'Gone',
    },
    {
      name: 'fetches nothing while it is suspended',
      answer: async () => ({ ms, state: 'Suspended', message: 'suspended' }),
      more: ['settleSuspended'],
      outcome: 'Suspended',
    },
    {
      name: 'removes the artifacts of what is deleted',
      answer: async () => ({ ms, state: 'Deleting' }),
      more: ['releaseObject'],
      outcome: 'Deleted',
    },
  ])('$name', async ({ answer, more, outcome }) => {
    const object = rig.object(kind, observing(answer));

    const { status, passes } = await object.run();

    expect(status).toBe('COMPLETED');
    expect(passes).toMatchObject([{ outcome }]);
    expect(object.steps).toEqual([observe, ...more]);
  });

  it.concurrent.each([
    {
      name: 'as stalled, what only a change mends',
      failure: stalled(Reason.InvalidChartReference, "no 'none' chart"),
      isStalled: true,
      attempts: 1,
    },
    {
      name: 'at once, what another try would not mend',
      failure: failed(Reason.IndexationFailed, 'no'),
      attempts: 1,
    },
    {
      name: 'after some tries, what may pass',
      failure: transient(Reason.ChartPullError, 'refused', { retryAfterMs: 1 }),
      attempts: 3,
    },
  ])('fails $name', async ({ failure, isStalled = false, attempts }) => {
    const object = rig.object(kind, {
      [fetch]: async () => {
        throw failure;
      },
    });

    const end = await object.run();

    expect(end.failure).toEqual({ type: failure.type, message: failure.message });
    expect(object.count(fetch)).toBe(attempts);
    expect(object.inputOf('settleSourceFailure')).toEqual({
      ref: object.ref,
      reason: failure.type,
      message: failure.message,
      stalled: isStalled,
      ...(attempts > 1 && { mayPass: true }),
      attempt: { generation: 2 },
    });
  });

  it('is cancelled in a fetch that hangs', async () => {
    const fetching = Promise.withResolvers<void>();
    const object = rig.object(kind, {
      [fetch]: () => {
        fetching.resolve();
        return untilCancelled();
      },
    });
    const run = await object.request();
    await fetching.promise;

    await object.handle().signal(cancel, { by: 'ada' });

    const { failure } = await object.end(run);
    expect(failure).toEqual({ type: 'HealthCheckCanceled', message: 'the run was cancelled by ada' });
    expect(object.steps).toEqual([observe, fetch, 'settleSourceFailure']);
  });

  it('that is suspended in a fetch publishes nothing', async () => {
    const fetching = paused(async () => ({ ms, unchanged: false, artifact: { revision: 'r2' } }));
    let isSuspended = false;
    const object = rig.object(kind, {
      [observe]: async (input: Parameters<typeof readyGitRepository>[0]) =>
        isSuspended ? { ms, state: 'Suspended', message: 'suspended' } : readyGitRepository(input),
      [fetch]: fetching.step,
      suspendObject: async () => {
        isSuspended = true;
        return { ms };
      },
    });
    const run = await object.request();
    await fetching.reached;

    await object.handle().signal(suspend);
    await object.handle().query(progress);
    fetching.letGo();

    expect((await object.end(run)).passes).toMatchObject([
      { outcome: 'Superseded', message: 'suspended before the step status' },
      { trigger: 'Suspend', outcome: 'Suspended' },
    ]);
    expect(object.count(steps[2])).toBe(0);
  });
});

it('a chart waits for a source that is not there yet, and that is no failure', async () => {
  const waiting = {
    reason: Reason.NoSourceArtifact,
    message: "no artifact available for HelmRepository source 'charts'",
  };
  const object = rig.object(Kind.HelmChart, {
    observeHelmChart: async () => ({ ms, state: 'Waiting', ...waiting }),
  });

  const { status, passes } = await object.run();

  expect(status).toBe('COMPLETED');
  expect(passes).toMatchObject([{ outcome: 'Waiting', message: waiting.message }]);
  expect(object.calls).toEqual([
    { step: 'observeHelmChart', input: { ref: object.ref } },
    { step: 'settleSourceWaiting', input: { ref: object.ref, ...waiting } },
  ]);
});

it('a chart that is as it was has nothing to do', async () => {
  const object = rig.object(Kind.HelmChart, {
    fetchHelmChart: async () => ({ ms, ...FETCHED_CHART, unchanged: true }),
  });

  const { passes } = await object.run();

  expect(passes).toMatchObject([{ outcome: 'NothingToDo', revision: FETCHED_CHART.artifact.revision }]);
});

it('a repository that is a registry is never fetched', async () => {
  const object = rig.object(Kind.HelmRepository, {
    observeHelmRepository: async () => ({ ms, state: 'Static' }),
  });

  const { status, passes } = await object.run(Trigger.Spec);

  expect(status).toBe('COMPLETED');
  expect(passes).toMatchObject([{ outcome: 'NothingToDo', message: 'a registry has nothing to fetch' }]);
  expect(object.calls).toEqual([
    { step: 'observeHelmRepository', input: { ref: object.ref } },
    { step: 'settleStatic', input: { ref: object.ref } },
  ]);
});
