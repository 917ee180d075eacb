import { describe, expect, it } from 'vitest';
import type { Activities } from '../../activities/index.ts';
import { Reason } from '../../api/reasons.ts';
import { cancel, progress, resume, suspend, Trigger } from '../../workflows/messages.ts';
import { REVISION, readyKustomization } from '../support/fake-activities.ts';
import { paused } from '../support/pause.ts';
import { untilCancelled } from '../support/until-cancelled.ts';
import { type FakeObject, workflowRig } from '../support/workflow-rig.ts';

const rig = workflowRig();
const ms = 1;
const UP_TO_THE_WAIT = [
  'observeKustomization',
  'buildKustomization',
  'applyKustomization',
  'checkHealth',
  'awaitHealthy',
];
const WHOLE_PASS = [...UP_TO_THE_WAIT.slice(0, 4), 'settleKustomization'];

/** A Kustomization whose first revision never gets healthy; `waiting` resolves once the run waits for it. */
function brokenRevision(overrides: Partial<Activities> = {}): { object: FakeObject; waiting: Promise<void> } {
  const wait = Promise.withResolvers<void>();
  let looks = 0;
  const object = rig.kustomization({
    observeKustomization: async (input) => readyKustomization(input, { checksHealth: true }),
    checkHealth: async () => ({ ms, healthy: looks++ > 0, current: 3, total: 4 }),
    awaitHealthy: () => {
      wait.resolve();
      return untilCancelled();
    },
    ...overrides,
  });
  return { object, waiting: wait.promise };
}

describe('a health wait', () => {
  it('is dropped for a newer request, which the next pass of the same run serves', async () => {
    const { object, waiting } = brokenRevision();
    const first = await object.request(Trigger.Spec);
    await waiting;

    const second = await object.request(Trigger.Source);

    expect(second).toBe(first);
    const { status, passes } = await object.end(first);
    expect(status).toBe('COMPLETED');
    expect(passes).toMatchObject([
      { trigger: 'Spec', outcome: 'Superseded', revision: REVISION },
      { trigger: 'Source', outcome: 'Succeeded', revision: REVISION },
    ]);
    expect(passes[0]?.steps.map(({ name }) => name)).toEqual(['observe', 'build', 'apply', 'health', 'wait']);
    expect(object.steps).toEqual([...UP_TO_THE_WAIT, ...WHOLE_PASS]);
  });

  it('is ended by a suspend, which the object obeys before anything else', async () => {
    const { object, waiting } = brokenRevision();
    const run = await object.request();
    await waiting;

    await object.tell({
      signal: suspend,
      request: { by: 'ada', reason: 'incident 42' },
      trigger: Trigger.Suspend,
    });

    const { passes } = await object.end(run);
    expect(passes).toMatchObject([
      { trigger: 'Request', outcome: 'Superseded' },
      { trigger: 'Suspend', outcome: 'Succeeded' },
    ]);
    expect(object.steps).toEqual([...UP_TO_THE_WAIT, 'suspendObject', ...WHOLE_PASS]);
    expect(object.inputOf('suspendObject')).toEqual({ ref: object.ref, by: 'ada', reason: 'incident 42' });
  });

  it.each([
    { by: 'ada', message: 'the health check was cancelled by ada' },
    { by: undefined, message: 'the health check was cancelled' },
  ])('is ended by the signal cancel of $by', async ({ by, message }) => {
    const { object, waiting } = brokenRevision();
    const run = await object.request();
    await waiting;

    await object.handle().signal(cancel, by === undefined ? undefined : { by });

    const { status, failure, passes } = await object.end(run);
    expect(status).toBe('FAILED');
    expect(failure).toEqual({ type: Reason.HealthCheckCanceled, message });
    expect(passes).toHaveLength(1);
    expect(object.steps).toEqual([...UP_TO_THE_WAIT, 'settleKustomizationFailure']);
    expect(object.inputOf('settleKustomizationFailure')).toMatchObject({
      reason: 'HealthCheckCanceled',
      message,
      stalled: false,
      attempt: { generation: 3, revision: REVISION, digest: 'sha256:3333' },
    });
  });

  it("is ended by Temporal's own cancel, and the status is written all the same", async () => {
    const { object, waiting } = brokenRevision();
    const run = await object.request();
    await waiting;

    await object.handle().cancel();

    const { status, failure } = await object.end(run);
    expect(status).toBe('FAILED');
    expect(failure).toEqual({ type: 'HealthCheckCanceled', message: 'the health check was cancelled' });
    expect(object.steps).toEqual([...UP_TO_THE_WAIT, 'settleKustomizationFailure']);
  });

  it("serves what is asked of a run that Temporal's own cancel is ending", async () => {
    const settling = paused(async () => ({ ms }));
    const { object, waiting } = brokenRevision({ settleKustomizationFailure: settling.step });
    const run = await object.request();
    await waiting;
    await object.handle().cancel();
    await settling.reached;

    await object.request(Trigger.Source);
    settling.letGo();

    const { status, passes } = await object.end(run);
    expect(status).toBe('COMPLETED');
    expect(passes.at(-1)).toMatchObject({ trigger: 'Source', outcome: 'Succeeded' });
  });

  it('is what the progress query says the run is doing', async () => {
    const { object, waiting } = brokenRevision();
    const run = await object.request();
    await waiting;

    const during = await object.handle().query(progress);
    await object.tell({ signal: resume, trigger: Trigger.Resume });
    await object.end(run);

    expect(during).toBe('wait');
    expect(await object.handle(run).query(progress)).toBe('done');
  });

  it('goes on after the attempt that held it died', async () => {
    let attempts = 0;
    const object = rig.kustomization({
      observeKustomization: async (input) => readyKustomization(input, { checksHealth: true }),
      checkHealth: async () => ({ ms, healthy: false, current: 3, total: 4 }),
      awaitHealthy: async () => {
        if (attempts++ === 0) throw new Error('the connection was reset');
        return { ms, healthy: true, current: 4, total: 4 };
      },
    });

    const { status } = await object.run();

    expect(status).toBe('COMPLETED');
    expect(object.count('awaitHealthy')).toBe(2);
  });
});
