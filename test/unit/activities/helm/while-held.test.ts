import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Deps } from '../../../../activities/deps.ts';
import { UnheldError, whileHeld } from '../../../../activities/helm/while-held.ts';
import type { Standing } from '../../../../activities/runs.ts';
import type { StepContext } from '../../../../activities/steps.ts';

const SILENCE_MS = 15_000;
let bound = 0;
let answer: () => Promise<Standing>;
let told: unknown[];
const deps = {
  log: { info: () => undefined },
  fence: { holdUntil: (ms: number) => (bound = ms) },
  runs: {
    confirm: (_token: Uint8Array, detail: unknown) => {
      told.push(detail);
      return answer();
    },
  },
} as unknown as Deps;

function stepOf(
  task: StepContext['task'] = { token: new Uint8Array([1]), silenceMs: SILENCE_MS },
): StepContext {
  return { signal: new AbortController().signal, heartbeat: () => undefined, task };
}

/** Work that goes on until it is told to end, and resolves to why. */
const untilTold = ({ signal }: StepContext) =>
  new Promise<unknown>((done) => signal.addEventListener('abort', () => done(signal.reason), { once: true }));

describe('work that nobody else may do at the same time', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['performance', 'setInterval', 'clearInterval'] });
    told = [];
    answer = async () => 'held';
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('goes on while Temporal counts on it, and beats with what it does', async () => {
    const working = Promise.withResolvers<void>();
    const result = whileHeld(deps, stepOf(), async ({ heartbeat, signal }) => {
      heartbeat('waiting');
      await working.promise;
      return signal.aborted;
    });
    for (let i = 0; i < 60; i += 1) await vi.advanceTimersByTimeAsync(1_000);
    expect(bound).toBeGreaterThan(performance.now());
    working.resolve();

    expect(await result).toBe(false);
    expect(told.length).toBeGreaterThan(50);
    expect(told.at(-1)).toBe('waiting');
    await vi.advanceTimersByTimeAsync(5_000);
    expect(told.length).toBeLessThan(62);
  });

  it.each([
    ['dropped', 'the run wants it to end', false],
    ['gone', 'another attempt has taken over', true],
  ] as const)('is told to end when it is %s', async (standing, why, isOver) => {
    answer = async () => standing;
    const result = whileHeld(deps, stepOf(), untilTold);
    await vi.advanceTimersByTimeAsync(1_000);

    expect(await result).toEqual(new UnheldError(why));
    expect(bound <= performance.now()).toBe(isOver);
  });

  it.each([
    ['does not answer', () => new Promise<Standing>(() => undefined)],
    ['cannot be reached', () => Promise.reject(new Error('UNAVAILABLE'))],
  ])('is told to end well before another attempt begins when Temporal %s', async (_, silent) => {
    answer = silent;
    const began = performance.now();
    const result = whileHeld(deps, stepOf(), untilTold);
    await vi.advanceTimersByTimeAsync(7_000);

    expect(await result).toBeInstanceOf(UnheldError);
    expect(bound - began).toBeGreaterThan(11_000);
    expect(bound - began).toBeLessThan(SILENCE_MS - 1_000);
  });

  it('is left alone where Temporal knows no attempt', async () => {
    expect(await whileHeld(deps, { ...stepOf(), task: undefined }, async () => 'done')).toBe('done');
  });
});
