import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Target } from '../../../../activities/kube/client.ts';
import { createObjectPokes } from '../../../../workers/receiver/poke-object.ts';

const home: Target = {
  apiVersion: 'source.toolkit.fluxcd.io/v1',
  kind: 'GitRepository',
  namespace: 'apps',
  name: 'home',
};
const foreign: Target = { ...home, kind: 'OCIRepository' };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function rig({ signalMs = 20 } = {}) {
  const marks: string[] = [];
  const signals: number[] = [];
  const errors: unknown[] = [];
  const ending = new AbortController();
  const fate: { signal?: Error; patch?: Error } = {};
  const after = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
  const pokes = createObjectPokes({
    kube: {
      async patch(target, patch) {
        await after(5);
        if (fate.patch) throw fate.patch;
        const { annotations } = (patch as { metadata: { annotations: Record<string, string> } }).metadata;
        marks.push(annotations['reconcile.fluxcd.io/requestedAt'] ?? '');
        return { ...target, metadata: { name: target.name, annotations } };
      },
    },
    async signalRun() {
      signals.push(Date.now());
      await after(signalMs);
      if (fate.signal) throw fate.signal;
    },
    onError: (error) => errors.push(error),
    signal: ending.signal,
  });
  /** How long one waited for its answer. */
  const poke = async (target = home) => {
    const started = Date.now();
    await pokes.poke(target);
    return Date.now() - started;
  };
  return { pokes, poke, marks, signals, errors, ending, fate };
}

it('answers a thousand in ten seconds soon, by ten annotations a second and a handful of signals', async () => {
  const { poke, pokes, marks, signals } = rig({ signalMs: 50 });
  const answers: Promise<number>[] = [];
  for (let sent = 0; sent < 1_000; sent += 1) {
    answers.push(poke());
    await vi.advanceTimersByTimeAsync(10);
  }
  await vi.advanceTimersByTimeAsync(10_000);

  expect(Math.max(...(await Promise.all(answers)))).toBeLessThan(120);
  expect(marks.length).toBeGreaterThan(80);
  expect(marks.length).toBeLessThan(102);
  expect(signals).toHaveLength(7);
  // The last signal is later than the last annotation, or nobody would answer that.
  expect(signals.at(-1)).toBeGreaterThan(Date.parse(marks.at(-1) ?? ''));
  await pokes.rest();
});

it('answers the first after its signal, those who come meanwhile before theirs', async () => {
  const { poke, signals } = rig({ signalMs: 3_000 });
  const first = poke();
  await vi.advanceTimersByTimeAsync(200);
  const second = poke();
  await vi.advanceTimersByTimeAsync(5_000);

  expect([await first, await second]).toEqual([3_005, 5]);
  expect(signals).toHaveLength(2);
});

it('tells the first that it could not be signalled, and the log of those who were answered', async () => {
  const { poke, fate, errors, signals } = rig();
  fate.signal = new Error('Temporal is away');
  const first = poke().catch(String);
  await vi.advanceTimersByTimeAsync(200);
  const second = poke();
  await vi.advanceTimersByTimeAsync(5_000);

  expect(await first).toBe('Error: Temporal is away');
  expect(await second).toBe(5);
  expect([signals.length, errors.length]).toEqual([2, 2]);
});

it('signals nobody that could not be annotated', async () => {
  const { poke, fate, signals } = rig();
  fate.patch = new Error('the API server is away');
  const answer = poke().catch(String);
  await vi.advanceTimersByTimeAsync(5_000);

  expect(await answer).toBe('Error: the API server is away');
  expect(signals).toEqual([]);
});

it('annotates objects of others, and signals nobody for them', async () => {
  const { poke, marks, signals } = rig();
  const answers = [poke(foreign), poke(foreign)];
  await vi.advanceTimersByTimeAsync(5_000);

  expect(await Promise.all(answers)).toEqual([5, 110]);
  expect(marks).toHaveLength(2);
  expect(signals).toEqual([]);
});

it('signals at once what it owes when it ends', async () => {
  const { poke, pokes, signals, ending } = rig();
  const answers = [poke()];
  await vi.advanceTimersByTimeAsync(150);
  answers.push(poke());
  await vi.advanceTimersByTimeAsync(10);
  expect(signals).toHaveLength(1);
  ending.abort();
  const rested = pokes.rest();
  await vi.advanceTimersByTimeAsync(20);

  await Promise.all([rested, ...answers]);
  expect(signals).toHaveLength(2);
});
