import { expect, it } from 'vitest';
import type { Notice } from '../../activities/notify/notice.ts';
import { fnv1a64 } from '../../api/object-ref.ts';
import { notifyRig, PATIENCE, routeTo } from '../support/notify-rig.ts';
import { CLUSTER } from '../support/workflow-rig.ts';

const rig = notifyRig();
const QUICK = { memoryMs: 1, times: { retryMs: 10 } };

// As the outbox tells objects apart.
const OBJECT = JSON.stringify(['Kustomization', 'apps', 'web']);

type Word = 'a' | 'b' | 'ok';

/** Failures with the reason `a` or `b`, or a success. */
function noticeOf(word: Word, index: number): Notice {
  const message = `${index}`;
  return word === 'ok'
    ? rig.notice({ message })
    : rig.notice({ message, severity: 'error', reason: `${word.toUpperCase()}Failed` });
}

it.each<{ readonly name: string; readonly heard: readonly Word[]; readonly told: readonly number[] }>([
  { name: 'is told at the third time, and once', heard: ['a', 'a', 'a', 'a'], told: [2] },
  { name: 'is told as over, once it was told', heard: ['a', 'a', 'a', 'ok'], told: [2, 3] },
  { name: 'that passes by itself is never told', heard: ['a', 'a', 'ok', 'a', 'a', 'ok'], told: [] },
  { name: 'of another reason begins a count of its own', heard: ['a', 'a', 'b', 'b', 'b'], told: [4] },
  { name: 'is over for whoever was told of the one before', heard: ['a', 'a', 'a', 'b', 'ok'], told: [2, 4] },
  { name: 'is told again after it was over', heard: ['a', 'a', 'a', 'ok', 'a', 'a', 'a'], told: [2, 3, 6] },
])('a failure $name', async ({ heard, told }) => {
  const route = routeTo({ afterFailures: 3 });
  const notices = rig.notices(QUICK);

  for (const [index, word] of heard.entries()) {
    const notice = noticeOf(word, index);
    await (word === 'ok' ? notices.endFailures(route, notice) : notices.countFailure(route, notice));
  }
  const id = `${CLUSTER}/Alert/apps/${route.alert.name}/failures/${fnv1a64(OBJECT)}`;
  await rig.atRest(id);
  const numbers = () => rig.stage.attempts.map(({ events }) => Number(events[0]?.message));
  await expect.poll(numbers, PATIENCE).toHaveLength(told.length);
  expect(new Set(numbers())).toEqual(new Set(told));
});

it('a success is no news where nothing is counted', async () => {
  const route = routeTo({ afterFailures: 1 });

  await rig.notices(QUICK).endFailures(route, noticeOf('ok', 0));
  await rig.notices(QUICK).countFailure(route, noticeOf('a', 1));

  await expect.poll(() => rig.stage.attempts, PATIENCE).toHaveLength(1);
  expect(rig.stage.attempts[0]?.events[0]?.message).toBe('1');
});

it('a count outlives the worker', async () => {
  const route = routeTo({ afterFailures: 2 });
  await rig.notices(QUICK).countFailure(route, noticeOf('a', 0));

  await rig.restartWorker();
  await rig.notices(QUICK).countFailure(route, noticeOf('a', 1));

  await expect.poll(() => rig.stage.attempts, PATIENCE).toHaveLength(1);
});
