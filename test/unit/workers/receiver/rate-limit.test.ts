import { expect, it } from 'vitest';
import { createRateLimit } from '../../../../workers/receiver/rate-limit.ts';

it('lets a burst through, and then what time gives back', () => {
  let now = 0;
  const limit = createRateLimit({ burst: 3, rate: 2, now: () => now });
  const times = (count: number, key = 'a') => Array.from({ length: count }, () => limit.take(key));

  expect(times(4)).toEqual([true, true, true, false]);
  expect(limit.has('a')).toBe(false);
  now = 500;
  expect(limit.has('a')).toBe(true);
  expect(times(2)).toEqual([true, false]);
  now = 60_000;
  expect(times(4)).toEqual([true, true, true, false]);
  expect(times(1, 'b')).toEqual([true]);
});

it('forgets who did nothing for the longest time', () => {
  const limit = createRateLimit({ burst: 1, rate: 0, now: () => 0 });
  limit.take('first');
  for (let i = 0; i < 10_000; i += 1) limit.take(`other ${i}`);

  expect(limit.take('first')).toBe(true);
  expect(limit.take('other 9999')).toBe(false);
});
