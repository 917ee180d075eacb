import { expect, it } from 'vitest';
import { createKeyedQueue } from '../../../../workers/watch/keyed-queue.ts';

interface Item {
  readonly key: string;
  readonly words: readonly string[];
}

/** A queue whose work waits until it is told to go on, or to fail. */
function rig(concurrency = 2) {
  const started: Item[] = [];
  const ends: PromiseWithResolvers<void>[] = [];
  const errors: unknown[] = [];
  const stop = new AbortController();
  const queue = createKeyedQueue<Item>({
    concurrency,
    signal: stop.signal,
    onError: (error) => errors.push(error),
    join: (waiting, coming) => ({ ...coming, words: [...waiting.words, ...coming.words] }),
    work(item) {
      started.push(item);
      const end = Promise.withResolvers<void>();
      ends.push(end);
      return end.promise;
    },
  });
  const put = (key: string, word: string) => queue.put(key, { key, words: [word] });
  const seen = () => started.map(({ key, words }) => `${key}: ${words.join(' ')}`);
  return { queue, put, seen, ends, errors, stop };
}

it('does one thing at a time for a key, and joins what waits', async () => {
  const { put, seen, ends } = rig();

  put('a', 'one');
  put('a', 'two');
  put('a', 'three');
  expect(seen()).toEqual(['a: one']);
  ends[0]?.resolve();

  await expect.poll(seen).toEqual(['a: one', 'a: two three']);
});

it('does no more at once than it may', async () => {
  const { put, seen, ends, queue } = rig(2);

  for (const key of ['a', 'b', 'c']) put(key, 'x');
  expect(seen()).toEqual(['a: x', 'b: x']);
  expect(queue.size).toBe(3);
  ends[1]?.resolve();

  await expect.poll(seen).toEqual(['a: x', 'b: x', 'c: x']);
});

it('loses nothing that fails, nor what came meanwhile', async () => {
  const { put, seen, ends, errors } = rig();

  put('a', 'one');
  put('a', 'two');
  ends[0]?.reject(new Error('not now'));

  await expect.poll(seen, { timeout: 5_000 }).toEqual(['a: one', 'a: one two']);
  expect(errors).toHaveLength(1);
});

it('begins nothing after its end', async () => {
  const { put, seen, ends, queue, stop } = rig(1);
  put('a', 'one');
  put('b', 'one');

  stop.abort();
  ends[0]?.resolve();

  await expect.poll(() => queue.size).toBe(1);
  expect(seen()).toEqual(['a: one']);
});
