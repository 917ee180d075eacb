import { expect, it } from 'vitest';
import { notifyRig, PATIENCE, routeTo } from '../support/notify-rig.ts';
import { CLUSTER } from '../support/workflow-rig.ts';

const rig = notifyRig();
const QUICK = { memoryMs: 1, times: { retryMs: 10 } };

it('a burst is one message, about what failed', async () => {
  const route = routeTo({ groupMs: 3_000 });
  rig.stage.routes.push(route);
  const notices = rig.notices(QUICK);
  const events = Array.from({ length: 60 }, (_, i) =>
    rig.notice({ message: `event ${i}`, severity: i === 55 ? 'error' : 'info', metadata: { i: String(i) } }),
  );

  await Promise.all(events.map((notice) => notices.group(route, notice)));
  await rig.client.workflow.getHandle(`${CLUSTER}/Alert/apps/${route.alert.name}/group`).result();

  await expect.poll(() => rig.stage.attempts, PATIENCE).toHaveLength(1);
  const [told] = rig.stage.attempts;
  expect(told).toMatchObject({ total: 60, windowMs: 3_000 });
  expect(told?.events).toHaveLength(50);
  expect(told?.events.find(({ severity }) => severity === 'error')).toMatchObject({
    message: 'event 55',
    metadata: { i: '55' },
  });
});

it('events that come by the event workflow are grouped, and the next burst is a message of its own', async () => {
  const route = routeTo({ groupMs: 50 });
  rig.stage.routes.push(route);

  await rig.notices(QUICK).tell(rig.notice({}, `${route.alert.name}-1`));
  await expect.poll(() => rig.stage.attempts, PATIENCE).toHaveLength(1);
  await rig.notices(QUICK).tell(rig.notice({}, `${route.alert.name}-2`));
  await expect.poll(() => rig.stage.attempts, PATIENCE).toHaveLength(2);

  expect(rig.stage.attempts.map(({ total }) => total)).toEqual([1, 1]);
});

it('a burst outlives the worker', async () => {
  const route = routeTo({ groupMs: 1_500 });
  const notices = rig.notices(QUICK);
  await notices.group(route, rig.notice({ message: 'one' }));
  await notices.group(route, rig.notice({ message: 'two' }));

  await rig.restartWorker();

  await expect.poll(() => rig.stage.attempts, PATIENCE).toHaveLength(1);
  expect(rig.stage.attempts[0]?.events.map(({ message }) => message)).toEqual(['one', 'two']);
});
