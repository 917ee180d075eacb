import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createExpectations } from '../../../../workers/watch/expectations.ts';
import { summary } from '../../../support/summaries.ts';

const PATIENCE = 1_000;
const requested = summary({ requestedAt: 'now', signalledRequest: 'now' });

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function rig({ answered = false, running = false } = {}) {
  const requests: string[] = [];
  const errors: unknown[] = [];
  const ending = new AbortController();
  const runs = {
    isRunning: vi.fn<() => Promise<boolean>>(async () => running),
    request: async (ref: { name: string }) => void requests.push(ref.name),
  };
  const expectations = createExpectations({
    isAnswered: () => answered,
    runs,
    signal: ending.signal,
    onError: (error) => errors.push(error),
    patience: PATIENCE,
  });
  return { expectations, requests, errors, runs, ending };
}

it.each([
  ['asks for an object whose signal did not come', {}, ['app']],
  ['leaves one alone whose status answers', { answered: true }, []],
])('%s', async (_name, options, asked) => {
  const { expectations, requests } = rig(options);
  expectations.add(requested);
  await vi.advanceTimersByTimeAsync(PATIENCE - 1);
  expect(requests).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);

  expect(requests).toEqual(asked);
});

it('asks once for many requests', async () => {
  const { expectations, requests } = rig();
  for (let i = 0; i < 10; i += 1) expectations.add(requested);
  await vi.advanceTimersByTimeAsync(PATIENCE * 3);

  expect(requests).toEqual(['app']);
});

it('asks for an object once its run ended that may have read it before the request', async () => {
  const { expectations, requests, runs } = rig({ running: true });
  expectations.add(requested);
  await vi.advanceTimersByTimeAsync(PATIENCE * 3);
  expect(requests).toEqual([]);
  runs.isRunning.mockResolvedValue(false);
  await vi.advanceTimersByTimeAsync(PATIENCE);

  expect(requests).toEqual(['app']);
});

it('leaves one alone whose requests are answered one after the other, and asks for the last one', async () => {
  const { expectations, requests } = rig();
  const PASSES = 10;
  for (let pass = 0; pass < PASSES; pass += 1) {
    for (const half of [1, 2]) {
      const requestedAt = `${pass}.${half}`;
      expectations.add(
        summary({ requestedAt, signalledRequest: requestedAt, handledRequest: `${pass - half}.2` }),
      );
      await vi.advanceTimersByTimeAsync(PATIENCE / 2 - 1);
    }
  }
  expect(requests).toEqual([]);
  await vi.advanceTimersByTimeAsync(PATIENCE * 2);

  expect(requests).toEqual(['app']);
});

it('tries again when nobody could say', async () => {
  const { expectations, requests, errors, runs } = rig();
  runs.isRunning.mockRejectedValueOnce(new Error('Temporal is away'));
  expectations.add(requested);
  await vi.advanceTimersByTimeAsync(PATIENCE * 2);

  expect(errors).toHaveLength(1);
  expect(requests).toEqual(['app']);
});

it('asks for nothing any more once the watch ends', async () => {
  const { expectations, requests, ending } = rig();
  expectations.add(requested);
  ending.abort();
  await vi.advanceTimersByTimeAsync(PATIENCE * 2);

  expect(requests).toEqual([]);
});
