import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createExpectations } from '../../../../workers/watch/expectations.ts';
import { summary } from '../../../support/summaries.ts';

const PATIENCE = 1_000;
const requested = summary({ requestedAt: 'now', signalledRequest: 'now' });

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function rig({ answered = false, running = false } = {}) {
  const looks: string[] = [];
  const errors: unknown[] = [];
  const ending = new AbortController();
  const runs = {
    isRunning: vi.fn<() => Promise<boolean>>(async () => running),
    lookSoon: async (ref: { name: string }) => void looks.push(ref.name),
  };
  const expectations = createExpectations({
    isAnswered: () => answered,
    runs,
    signal: ending.signal,
    onError: (error) => errors.push(error),
    patience: PATIENCE,
  });
  return { expectations, looks, errors, runs, ending };
}

it.each([
  ['looks at an object whose signal did not come', {}, ['app']],
  ['leaves one alone whose status answers', { answered: true }, []],
  ['leaves one alone that a run works on', { running: true }, []],
])('%s', async (_name, options, looked) => {
  const { expectations, looks } = rig(options);
  expectations.add(requested);
  await vi.advanceTimersByTimeAsync(PATIENCE - 1);
  expect(looks).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);

  expect(looks).toEqual(looked);
});

it('looks once for many requests', async () => {
  const { expectations, looks } = rig();
  for (let i = 0; i < 10; i += 1) expectations.add(requested);
  await vi.advanceTimersByTimeAsync(PATIENCE * 3);

  expect(looks).toEqual(['app']);
});

it('asks again when nobody could say', async () => {
  const { expectations, looks, errors, runs } = rig();
  runs.isRunning.mockRejectedValueOnce(new Error('Temporal is away'));
  expectations.add(requested);
  await vi.advanceTimersByTimeAsync(PATIENCE * 2);

  expect(errors).toHaveLength(1);
  expect(looks).toEqual(['app']);
});

it('looks at nothing any more once the watch ends', async () => {
  const { expectations, looks, ending } = rig();
  expectations.add(requested);
  ending.abort();
  await vi.advanceTimersByTimeAsync(PATIENCE * 2);

  expect(looks).toEqual([]);
});
