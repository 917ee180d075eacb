import { performance } from 'node:perf_hooks';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createFence, type Fence, StaleAttemptError } from '../../../activities/fence.ts';

describe('an attempt may write', () => {
  let fence: Fence;
  let now = 0;
  beforeEach(() => {
    vi.spyOn(performance, 'now').mockImplementation(() => now);
    fence = createFence();
  });
  afterEach(() => {
    fence.close();
    vi.restoreAllMocks();
  });

  it('for as long as the process goes on', () =>
    fence.run(async () => {
      for (let i = 0; i < 20; i += 1) {
        now += 5_000;
        expect(() => fence.assertMayWrite()).not.toThrow();
      }
    }));

  it('until its time is over, and again when it is prolonged', () =>
    fence.run(async () => {
      fence.holdUntil(now + 5_000);
      now += 5_000;
      expect(() => fence.assertMayWrite()).not.toThrow();
      now += 1;
      expect(() => fence.assertMayWrite()).toThrow(StaleAttemptError);

      fence.holdUntil(now + 5_000);
      expect(() => fence.assertMayWrite()).not.toThrow();
    }));

  it('whatever the bounds of others are', async () => {
    await fence.run(async () => fence.holdUntil(-1));

    await fence.run(async () => expect(() => fence.assertMayWrite()).not.toThrow());
    expect(() => fence.assertMayWrite()).not.toThrow();
  });

  it('no more after the process stood still', () =>
    fence.run(async () => {
      now += 8_000;

      expect(() => fence.assertMayWrite()).toThrow(StaleAttemptError);
    }));
});
