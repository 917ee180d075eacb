import { describe, expect, it } from 'vitest';
import { createWorkCache } from '../../../../activities/build/cache.ts';
import { createLru } from '../../../../activities/build/lru.ts';

describe('the LRU', () => {
  it('drops what was not used for longest when the bytes are too many', () => {
    const lru = createLru<string>(30, (value) => value.length);
    lru.set('a', '1234567890');
    lru.set('b', '1234567890');
    lru.get('a');

    lru.set('c', '1234567890');

    expect(['a', 'b', 'c'].map((key) => lru.get(key) !== undefined)).toEqual([true, false, true]);
  });

  it('does not count a value twice that is set again', () => {
    const lru = createLru<string>(25, (value) => value.length);
    for (let times = 0; times < 5; times++) lru.set('a', '1234567890');

    lru.set('b', '1234567890');

    expect(lru.get('a')).toBeDefined();
  });

  it('does not keep what is larger than all its room', () => {
    const lru = createLru<string>(5, (value) => value.length);

    lru.set('a', '1234567890');

    expect(lru.get('a')).toBeUndefined();
  });
});

describe('the work cache', () => {
  it('aborts the work when all who wait have given up', async () => {
    const cache = createWorkCache<string>(100, (value) => value.length);
    const controllers = [new AbortController(), new AbortController()];
    let working: AbortSignal | undefined;
    const make = (signal: AbortSignal) => {
      working = signal;
      return new Promise<string>(() => undefined);
    };
    const waiting = controllers.map(({ signal }) => cache.get('a', make, signal).catch(() => 'left'));

    controllers[0]?.abort(new Error('first'));
    await waiting[0];
    const afterOne = working?.aborted;
    controllers[1]?.abort(new Error('second'));
    await waiting[1];

    expect([afterOne, working?.aborted]).toEqual([false, true]);
  });

  it('begins anew for one who comes after', async () => {
    const cache = createWorkCache<string>(100, (value) => value.length);
    const controller = new AbortController();
    const left = cache
      .get('a', () => new Promise<string>(() => undefined), controller.signal)
      .catch(() => 'left');
    controller.abort(new Error('left'));
    await left;

    expect(await cache.get('a', async () => 'made')).toBe('made');
  });
});
