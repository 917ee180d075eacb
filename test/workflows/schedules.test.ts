import { describe, expect, it } from 'vitest';
import type { ScheduleWish } from '../../activities/runs.ts';
import { keepSchedule, listSchedules, removeSchedule, wishedText } from '../../client/schedules.ts';
import { CLUSTER, type FakeObject, workflowRig } from '../support/workflow-rig.ts';

const rig = workflowRig();
const HOUR = 3_600_000;

function wish(object: FakeObject, more: Partial<ScheduleWish> = {}): ScheduleWish {
  return { ref: object.ref, uid: 'uid-1', intervalMs: HOUR, pausedNote: undefined, ...more };
}

async function kept(object: FakeObject, more?: Partial<ScheduleWish>) {
  await keepSchedule(rig.client, CLUSTER, wish(object, more));
  return rig.client.schedule.getHandle(object.id).describe();
}

describe('the schedule of an object', () => {
  it('starts its check every interval, and never two at once', async () => {
    const object = rig.kustomization();

    const { scheduleId, spec, policies, action, state } = await kept(object);

    expect(scheduleId).toBe(object.id);
    expect(spec.intervals).toMatchObject([{ every: HOUR }]);
    expect(policies).toMatchObject({ overlap: 'SKIP', catchupWindow: 60_000 });
    expect(state.paused).toBe(false);
    expect(action).toMatchObject({
      type: 'startWorkflow',
      workflowType: 'tick',
      workflowId: `${object.id}/tick`,
      args: [{ ref: object.ref }],
    });
  });

  it('is offset by the uid: each object has its own time, and always the same', async () => {
    const offsets = await Promise.all(
      ['a', 'b', 'c', 'a'].map(async (uid) => {
        const { spec } = await kept(rig.kustomization(), { uid });
        return Number(spec.intervals?.[0]?.offset ?? 0);
      }),
    );

    expect(new Set(offsets).size).toBe(3);
    expect(offsets[3]).toBe(offsets[0]);
    expect(offsets.every((offset) => offset >= 0 && offset < HOUR)).toBe(true);
  });

  it.each([
    { intervalMs: 60_000, every: 60_000, catchupWindow: 60_000 },
    { intervalMs: 30_000, every: 30_000, catchupWindow: 30_000 },
    { intervalMs: 2_700, every: 2_000, catchupWindow: 10_000 },
    { intervalMs: 200, every: 1_000, catchupWindow: 10_000 },
  ])('takes an interval of $intervalMs ms as $every', async ({ intervalMs, every, catchupWindow }) => {
    const { spec, policies } = await kept(rig.kustomization(), { intervalMs, pausedNote: 'no runs here' });

    expect(spec.intervals?.[0]?.every).toBe(every);
    expect(policies.catchupWindow).toBe(catchupWindow);
  });

  it('follows a changed interval', async () => {
    const object = rig.kustomization();
    await kept(object);

    const { spec } = await kept(object, { intervalMs: 2 * HOUR });

    expect(spec.intervals).toMatchObject([{ every: 2 * HOUR }]);
  });

  it('rests with a note that says why, and wakes again', async () => {
    const object = rig.kustomization();
    await kept(object);

    const resting = await kept(object, { pausedNote: 'suspended by ada: incident 42' });
    const awake = await kept(object);

    expect(resting.state).toMatchObject({ paused: true, note: 'suspended by ada: incident 42' });
    expect(awake.state.paused).toBe(false);
  });

  it('is not touched where it says already what it should', async () => {
    const object = rig.kustomization();
    const first = await kept(object);

    const second = await kept(object);

    expect(second.info.lastUpdatedAt).toEqual(first.info.lastUpdatedAt);
  });

  it('triggered by hand runs the check at once', async () => {
    const object = rig.kustomization();
    await kept(object);

    await rig.client.schedule.getHandle(object.id).trigger();

    await expect.poll(() => object.steps, { interval: 20, timeout: 10_000 }).toEqual(['checkObject']);
    const query = `WorkflowId STARTS_WITH "${object.id}/tick" AND ExecutionStatus = "Completed"`;
    await expect
      .poll(async () => (await rig.client.workflow.count(query)).count, { interval: 50, timeout: 10_000 })
      .toBe(1);
  });

  it('is listed as it was wished for, and removed, also where there is none', async () => {
    const object = rig.kustomization();
    const wished = wish(object, { pausedNote: 'suspended' });
    await kept(object, wished);

    await expect
      .poll(async () => (await listSchedules(rig.client, CLUSTER)).get(object.id), {
        interval: 50,
        timeout: 10_000,
      })
      .toBe(wishedText(wished));

    await removeSchedule(rig.client, object.id);
    await removeSchedule(rig.client, object.id);
    await expect(rig.client.schedule.getHandle(object.id).describe()).rejects.toThrow('not found');
  });
});
