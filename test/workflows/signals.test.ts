import { describe, expect, it } from 'vitest';
import type { Activities } from '../../activities/index.ts';
import { cancel, progress, requestReconcile, resume, suspend, Trigger } from '../../workflows/messages.ts';
import { readyGitRepository, readyKustomization } from '../support/fake-activities.ts';
import { paused } from '../support/pause.ts';
import { untilCancelled } from '../support/until-cancelled.ts';
import { workflowRig } from '../support/workflow-rig.ts';

const rig = workflowRig();
const ms = 1;
const PASS = ['observeKustomization', 'buildKustomization', 'applyKustomization', 'settleKustomization'];

describe('a signal on an object of which nothing runs', () => {
  it('requestReconcile starts a run', async () => {
    const object = rig.kustomization();

    const { passes } = await object.run(Trigger.Source);

    expect(passes).toMatchObject([{ trigger: 'Source', outcome: 'Succeeded' }]);
    expect(object.steps).toEqual(PASS);
  });

  it('suspend suspends the object, with who, why and how long', async () => {
    const object = rig.kustomization({
      observeKustomization: async () => ({ ms, state: 'Suspended', message: 'suspended by ada' }),
    });

    const request = { by: 'ada', reason: 'incident 42', forMs: 7_200_000 };
    const run = await object.tell({ signal: suspend, request, trigger: Trigger.Suspend });

    expect((await object.end(run)).passes).toMatchObject([{ trigger: 'Suspend', outcome: 'Suspended' }]);
    expect(object.steps).toEqual(['suspendObject', 'observeKustomization', 'settleSuspended']);
    expect(object.inputOf('suspendObject')).toEqual({ ref: object.ref, ...request });
  });

  it('resume resumes the object and reconciles it', async () => {
    const object = rig.kustomization();

    const run = await object.tell({ signal: resume, request: { by: 'ada' }, trigger: Trigger.Resume });

    expect((await object.end(run)).passes).toMatchObject([{ trigger: 'Resume', outcome: 'Succeeded' }]);
    expect(object.steps).toEqual(['resumeObject', ...PASS]);
    expect(object.inputOf('resumeObject')).toEqual({ ref: object.ref, by: 'ada' });
  });

  it('cancel finds nothing to end, and does no work', async () => {
    const object = rig.kustomization();

    const run = await object.tell({ signal: cancel, request: { by: 'ada' }, trigger: Trigger.Manual });

    const { status, passes } = await object.end(run);
    expect(status).toBe('COMPLETED');
    expect(passes).toMatchObject([{ outcome: 'NothingToDo', message: 'there was nothing to cancel' }]);
    expect(object.steps).toEqual([]);
  });
});

describe('suspend and resume undo each other', () => {
  it.each([
    { words: ['suspend', 'resume'], obeyed: 'resumeObject' },
    { words: ['resume', 'suspend'], obeyed: 'suspendObject' },
  ] as const)('$words: the last word counts', async ({ words, obeyed }) => {
    const applying = paused(async () => ({
      ms,
      checked: 0,
      created: 0,
      configured: 0,
      changes: [],
      stale: 0,
    }));
    const object = rig.kustomization({ applyKustomization: applying.step });
    const run = await object.request();
    await applying.reached;

    for (const word of words) await object.handle().signal(word === 'suspend' ? suspend : resume);
    applying.letGo();
    await object.end(run);

    expect(object.steps.filter((step) => /^(suspend|resume)Object$/.test(step))).toEqual([obeyed]);
  });
});

const kustomizationSteps: readonly (keyof Activities)[] = [
  'observeKustomization',
  'buildKustomization',
  'applyKustomization',
  'pruneKustomization',
  'checkHealth',
  'awaitHealthy',
  'settleKustomization',
];

describe('a request during a step is served by one more pass', () => {
  it.concurrent.each(kustomizationSteps)('%s', async (step) => {
    const overrides: Partial<Activities> = {
      observeKustomization: async (input) => readyKustomization(input, { checksHealth: true }),
      applyKustomization: async () => ({ ms, checked: 4, created: 0, configured: 0, changes: [], stale: 1 }),
      checkHealth: async () => ({ ms, healthy: false, current: 3, total: 4 }),
    };
    let pause: ReturnType<typeof paused> | undefined;
    const object = rig.kustomization({ ...overrides, ...stop() });
    const run = await object.request(Trigger.Spec);
    await pause?.reached;

    await object.request(Trigger.Source);
    pause?.letGo();

    const { status, passes } = await object.end(run);
    expect(status).toBe('COMPLETED');
    // A task that a signal met runs again and reads it at once: then both are one pass.
    expect(passes.at(-1)).toMatchObject({ outcome: 'Succeeded' });
    expect(passes.map(({ trigger }) => trigger)).toContain(passes.length === 1 ? 'Spec' : 'Source');

    function stop(): Partial<Activities> {
      const usual = { ...overrides }[step] ?? answers[step];
      pause = paused(usual as (input: unknown) => Promise<unknown>);
      return { [step]: pause.step };
    }
  });
});

const answers: Partial<Activities> = {
  buildKustomization: async () => ({ ms, digest: 'sha256:3333', objects: 4 }),
  pruneKustomization: async () => ({ ms, deleted: 1, survivors: [] }),
  awaitHealthy: async () => ({ ms, healthy: true, current: 4, total: 4 }),
  settleKustomization: async () => ({ ms, message: 'Applied revision: x' }),
};

describe('a suspend in the middle of a run', () => {
  it('keeps a fetched revision from being published', async () => {
    const fetching = Promise.withResolvers<void>();
    const letGo = Promise.withResolvers<void>();
    let isSuspended = false;
    const object = rig.gitRepository({
      suspendObject: async () => {
        isSuspended = true;
        return { ms };
      },
      observeGitRepository: async (input) =>
        isSuspended ? { ms, state: 'Suspended', message: 'suspended' } : readyGitRepository(input),
      fetchGitRepository: async (input) => {
        fetching.resolve();
        await letGo.promise;
        return {
          ms,
          attempt: input,
          unchanged: false,
          artifact: { url: '', path: '', digest: '', revision: 'r2', lastUpdateTime: '' },
        };
      },
    });
    const run = await object.request();
    await fetching.promise;

    await object.handle().signal(suspend);
    await object.handle().query(progress);
    letGo.resolve();

    expect((await object.end(run)).passes).toMatchObject([
      { outcome: 'Superseded', message: 'suspended before the step status' },
      { trigger: 'Suspend', outcome: 'Suspended' },
    ]);
    expect(object.steps).toEqual([
      'observeGitRepository',
      'fetchGitRepository',
      'suspendObject',
      'observeGitRepository',
      'settleSuspended',
    ]);
  });
});

describe('cancel', () => {
  it('ends a fetch that hangs', async () => {
    const fetching = Promise.withResolvers<void>();
    const object = rig.gitRepository({
      fetchGitRepository: () => {
        fetching.resolve();
        return untilCancelled();
      },
    });
    const run = await object.request();
    await fetching.promise;

    await object.handle().signal(cancel, { by: 'ada' });

    const { failure } = await object.end(run);
    expect(failure).toEqual({ type: 'HealthCheckCanceled', message: 'the run was cancelled by ada' });
    expect(object.steps).toEqual(['observeGitRepository', 'fetchGitRepository', 'settleSourceFailure']);
  });
});

it('a request of free text is a Manual one', async () => {
  const object = rig.kustomization();

  const run = await object.tell({
    signal: requestReconcile,
    request: { reason: 'because' },
    trigger: Trigger.Manual,
  });

  expect((await object.end(run)).passes).toMatchObject([{ trigger: 'Manual' }]);
});
