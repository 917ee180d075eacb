import { expect, it } from 'vitest';
import { afterSignal } from '../../../../workers/receiver/poke-object.ts';
import { createPokes, type Pokes } from '../../../../workers/receiver/pokes.ts';

interface Rig {
  readonly pokes: Pokes<string>;
  /** When each poke began, in seconds, with its item. */
  readonly begun: string[];
  /** Lets so many seconds pass. */
  readonly pass: (seconds: number) => Promise<void>;
  readonly ending: AbortController;
}

function rig(poke: (item: string) => Promise<void> = () => Promise.resolve(), concurrency = 16): Rig {
  let now = 0;
  let sleepers: { readonly at: number; readonly wake: () => void }[] = [];
  const begun: string[] = [];
  const ending = new AbortController();
  const settle = async () => {
    for (let i = 0; i < 20; i += 1) await Promise.resolve();
  };
  const pokes = createPokes<string>({
    poke: (item) => {
      begun.push(`${now} ${item}`);
      return poke(item);
    },
    pauseAfter: afterSignal,
    concurrency,
    signal: ending.signal,
    pause: (ms, signal) =>
      new Promise((wake) => {
        if (signal.aborted) return wake();
        sleepers.push({ at: now + ms / 1000, wake });
        signal.addEventListener('abort', () => wake());
      }),
  });
  const pass = async (seconds: number) => {
    const end = now + seconds;
    await settle();
    for (;;) {
      const next = sleepers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      sleepers = sleepers.filter((sleeper) => sleeper !== next);
      now = Math.max(now, next.at);
      next.wake();
      await settle();
    }
    now = end;
  };
  return { pokes, begun, pass, ending };
}

it('pokes at once, and then after ¼, ½, 1, 2 and 4 seconds while more is wanted', async () => {
  const { pokes, begun, pass } = rig();
  for (let eighths = 0; eighths < 128; eighths += 1) {
    void pokes.put('home', 'home');
    await pass(0.125);
  }

  expect(begun.map(Number.parseFloat)).toEqual([0, 0.25, 0.75, 1.75, 3.75, 7.75, 11.75, 15.75]);
});

it('makes a handful of pokes of a thousand hooks in ten seconds, and keeps nothing of them', async () => {
  const { pokes, begun, pass } = rig();
  const answered: Promise<void>[] = [];
  let most = 0;
  for (let hundredths = 0; hundredths < 1_000; hundredths += 1) {
    answered.push(pokes.put('home', 'home'));
    most = Math.max(most, pokes.size);
    await pass(0.01);
  }
  await pass(10);

  await Promise.all(answered);
  expect(begun).toHaveLength(7);
  // Whoever waits together holds one promise.
  expect(new Set(answered).size).toBe(7);
  expect(most).toBe(1);
  expect(pokes.size).toBe(0);
});

it('answers only after a poke that began later than the call', async () => {
  const first = Promise.withResolvers<void>();
  const works = [first.promise, Promise.resolve()];
  const { pokes, begun, pass } = rig(() => works.shift() ?? Promise.resolve());
  void pokes.put('home', 'first');
  let isAnswered = false;
  void pokes.put('home', 'second').then(() => (isAnswered = true));
  first.resolve();
  await pass(0.2);
  expect(isAnswered).toBe(false);
  await pass(0.1);

  expect(isAnswered).toBe(true);
  expect(begun).toEqual(['0 first', '0.25 second']);
});

it('tells those who waited for it that a poke failed, and goes on', async () => {
  let fails = true;
  const { pokes, pass } = rig(() => (fails ? Promise.reject(new Error('away')) : Promise.resolve()));
  const first = pokes.put('home', 'home');
  const second = pokes.put('home', 'home');
  await expect(first).rejects.toThrow('away');
  fails = false;
  await pass(1);

  await expect(second).resolves.toBeUndefined();
});

it('says whether an object was poked a moment ago, and when all rest', async () => {
  const { pokes, pass } = rig();
  let isResting = false;
  await pokes.rest();
  void pokes.put('home', 'home');
  void pokes.rest().then(() => (isResting = true));
  await pass(0.2);
  expect([pokes.has('home'), pokes.has('other'), isResting]).toEqual([true, false, false]);
  await pass(0.1);

  expect([pokes.has('home'), isResting]).toEqual([false, true]);
});

it('begins anew after a quiet time', async () => {
  const { pokes, begun, pass } = rig();
  void pokes.put('home', 'home');
  await pass(1.5);
  void pokes.put('home', 'home');
  await pass(0);

  expect(begun).toEqual(['0 home', '1.5 home']);
});

it('lets no object wait for another, beyond those that are poked at once', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const { pokes, begun, pass } = rig(() => promise, 2);
  for (const name of ['a', 'b', 'c']) void pokes.put(name, name);
  await pass(0);
  expect(begun).toEqual(['0 a', '0 b']);
  resolve();
  await pass(0);

  expect(begun).toEqual(['0 a', '0 b', '0 c']);
});

it('serves who waits at once when it ends', async () => {
  const { pokes, begun, pass, ending } = rig();
  void pokes.put('home', 'first');
  const waiting = pokes.put('home', 'second');
  await pass(0);
  ending.abort();

  await waiting;
  expect(begun).toEqual(['0 first', '0 second']);
});
