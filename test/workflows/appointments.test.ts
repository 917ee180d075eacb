import { describe, expect, it } from 'vitest';
import { createRuns } from '../../client/runs.ts';
import { CLUSTER, type FakeObject, workflowRig } from '../support/workflow-rig.ts';

const rig = workflowRig();
const ms = 1;
const HOUR = 3_600_000;

const runs = () => createRuns(rig.client, CLUSTER);

async function appointment(object: FakeObject, name: 'retry' | 'resume', run?: string) {
  const { status, runId, type } = await rig.client.workflow.getHandle(`${object.id}/${name}`, run).describe();
  return { status: status.name, type, runId };
}

describe('a tick', () => {
  it('looks, and asks for nothing when there is nothing to do', async () => {
    const object = rig.kustomization();

    await runs().lookSoon(object.ref);

    const checked: unknown = await rig.client.workflow.getHandle(`${object.id}/retry`).result();
    expect(checked).toEqual({
      ms,
      requested: false,
      message: 'nothing to do, 4 objects checked',
      objects: 4,
    });
    expect(object.steps).toEqual(['checkObject']);
    expect(object.inputOf('checkObject')).toEqual({ ref: object.ref });
  });

  it('knows that it is a retry', async () => {
    const object = rig.kustomization();

    await runs().retryIn(object.ref, 1);
    await rig.client.workflow.getHandle(`${object.id}/retry`).result();

    expect(object.inputOf('checkObject')).toEqual({ ref: object.ref, isRetry: true });
  });

  it('sits out an outage: the look is not lost', async () => {
    let attempts = 0;
    const object = rig.kustomization({
      checkObject: async () => {
        if (attempts++ < 4) throw new Error('the API server is away');
        return { ms, requested: true, message: '1 of 4 objects drifted' };
      },
    });

    await runs().retryIn(object.ref, 1);

    const checked: unknown = await rig.client.workflow.getHandle(`${object.id}/retry`).result();
    expect(checked).toMatchObject({ requested: true });
    expect(attempts).toBe(5);
  });
});

describe('an appointment', () => {
  it('is a run with a delayed start beside the object', async () => {
    const object = rig.kustomization();

    await runs().retryIn(object.ref, HOUR);

    const handle = rig.client.workflow.getHandle(`${object.id}/retry`);
    const { events } = await handle.fetchHistory();
    const started = events?.[0]?.workflowExecutionStartedEventAttributes;
    expect(Number(started?.firstWorkflowTaskBackoff?.seconds)).toBe(3_600);
    expect(await appointment(object, 'retry')).toMatchObject({ status: 'RUNNING', type: 'tick' });
    expect((await handle.describe()).searchAttributes).toMatchObject({
      PawlName: [object.ref.name],
      PawlTrigger: ['Retry'],
    });
    expect(object.steps).toEqual([]);
  });

  it('replaces the one before', async () => {
    const object = rig.kustomization();
    await runs().retryIn(object.ref, HOUR);
    const first = await appointment(object, 'retry');

    await runs().retryIn(object.ref, 2 * HOUR);

    const second = await appointment(object, 'retry');
    expect(second).toMatchObject({ status: 'RUNNING' });
    expect(second.runId).not.toBe(first.runId);
    expect(await appointment(object, 'retry', first.runId)).toMatchObject({ status: 'TERMINATED' });
  });

  it('stays as it is when a look is only wanted soon', async () => {
    const object = rig.kustomization();
    await runs().retryIn(object.ref, HOUR);
    const first = await appointment(object, 'retry');

    await runs().lookSoon(object.ref);

    expect(await appointment(object, 'retry')).toEqual(first);
  });

  it('to resume resumes', async () => {
    const object = rig.kustomization();

    await runs().resumeIn(object.ref, 1);
    await rig.client.workflow.getHandle(`${object.id}/resume`).result();

    expect(object.inputOf('requestResume')).toEqual({ ref: object.ref, by: 'the end of its time' });
  });

  it('to resume is kept, or replaced, as asked', async () => {
    const object = rig.kustomization();
    await runs().resumeIn(object.ref, HOUR);
    const first = await appointment(object, 'resume');

    await runs().keepResume(object.ref, 1);
    expect(await appointment(object, 'resume')).toEqual(first);

    await runs().resumeIn(object.ref, 2 * HOUR);
    expect((await appointment(object, 'resume')).runId).not.toBe(first.runId);
  });

  it('is dropped, also where there is none', async () => {
    const object = rig.kustomization();
    await runs().retryIn(object.ref, HOUR);
    await runs().resumeIn(object.ref, HOUR);

    await runs().dropRetry(object.ref);
    await runs().dropResume(object.ref);
    await runs().dropResume(object.ref);

    expect(await appointment(object, 'retry')).toMatchObject({ status: 'TERMINATED' });
    expect(await appointment(object, 'resume')).toMatchObject({ status: 'TERMINATED' });
  });

  it('goes with the object, and so does its schedule', async () => {
    const object = rig.kustomization();
    await runs().keepSchedule({ ref: object.ref, uid: 'u', intervalMs: HOUR, pausedNote: undefined });
    await runs().retryIn(object.ref, HOUR);
    await runs().resumeIn(object.ref, HOUR);

    await runs().forget(object.ref);
    await runs().forget(object.ref);

    expect(await appointment(object, 'retry')).toMatchObject({ status: 'TERMINATED' });
    expect(await appointment(object, 'resume')).toMatchObject({ status: 'TERMINATED' });
    await expect(rig.client.schedule.getHandle(object.id).describe()).rejects.toThrow('not found');
  });
});

describe('the runs of an object', () => {
  it('are asked for and known to be open', async () => {
    const letGo = Promise.withResolvers<void>();
    const object = rig.kustomization({
      observeKustomization: async () => {
        await letGo.promise;
        return { ms, state: 'Gone' };
      },
    });
    expect(await runs().isRunning(object.ref)).toBe(false);

    await runs().request(object.ref, 'Interval');
    expect(await runs().isRunning(object.ref)).toBe(true);

    letGo.resolve();
    const { passes } = await object.end();
    expect(passes).toMatchObject([{ trigger: 'Interval', outcome: 'Gone' }]);
    expect(await runs().isRunning(object.ref)).toBe(false);
  });

  it('are resumed in the name of who asked', async () => {
    const object = rig.kustomization();

    await runs().requestResume(object.ref, 'the end of its time');
    await object.end();

    expect(object.inputOf('resumeObject')).toEqual({ ref: object.ref, by: 'the end of its time' });
  });
});
