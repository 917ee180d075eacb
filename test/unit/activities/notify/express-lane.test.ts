import { beforeEach, expect, it, vi } from 'vitest';
import { createExpressLane, type ExpressLane } from '../../../../activities/notify/express-lane.ts';

let lane: ExpressLane;
beforeEach(() => {
  vi.useFakeTimers();
  lane = createExpressLane({ width: 2, quickMs: 1_000 });
  return () => vi.useRealTimers();
});

const quick = () => Promise.resolve();
const failing = () => Promise.reject(new Error('down'));

it('is open to whom nobody has asked yet', () => {
  expect(lane.admits('apps/chat')).toBe(true);
});

it('is as wide as it is, and free again when an attempt has ended, however it ended', async () => {
  const letGo = Promise.withResolvers<void>();
  const inside = [lane.through(() => letGo.promise), lane.through(() => letGo.promise.then(failing))];

  expect(lane.admits('apps/chat')).toBe(false);
  letGo.resolve();
  await Promise.allSettled(inside);

  expect(lane.admits('apps/chat')).toBe(true);
});

it('is closed to who failed, and to nobody else', async () => {
  await expect(lane.watched('apps/chat', failing)).rejects.toThrow('down');

  expect(lane.admits('apps/chat')).toBe(false);
  expect(lane.admits('apps/pager')).toBe(true);
});

it('is closed to who lets others wait, while it does and the next time', async () => {
  const letGo = Promise.withResolvers<void>();
  const slow = lane.watched('apps/chat', () => letGo.promise);
  vi.advanceTimersByTime(999);
  expect(lane.admits('apps/chat')).toBe(true);
  vi.advanceTimersByTime(1);

  expect(lane.admits('apps/chat')).toBe(false);
  letGo.resolve();
  await slow;

  expect(lane.admits('apps/chat')).toBe(false);
});

it('is open again to who answers quickly', async () => {
  await lane.watched('apps/chat', failing).catch(() => undefined);

  await lane.watched('apps/chat', quick);

  expect(lane.admits('apps/chat')).toBe(true);
});

it('is closed when the process stops, and who is in it gets as long as all work does', async () => {
  const stop = new AbortController();
  lane = createExpressLane({ signal: stop.signal });
  const aborted = lane.through(
    (signal) => new Promise((resolve) => signal.addEventListener('abort', resolve)),
  );

  stop.abort();

  expect(lane.admits('apps/chat')).toBe(false);
  vi.advanceTimersByTime(5_000);
  await expect(aborted).resolves.toMatchObject({ type: 'abort' });
});
