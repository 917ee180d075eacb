import { expect, test } from 'vitest';
import { createSlots } from '../../../../../activities/helm/run/slots.ts';

const never = new AbortController().signal;

/** Work that ends when it is told to, and notes its begin. */
function jobs() {
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const job = (name: string) => () => {
    begun.push(name);
    const { promise, resolve } = Promise.withResolvers<void>();
    ends.set(name, resolve);
    return promise;
  };
  return { begun, job, end: (name: string) => ends.get(name)?.() };
}

test('lets so many work, and the others in their order', async () => {
  const slots = createSlots(2);
  const { begun, job, end } = jobs();
  const all = ['a', 'b', 'c', 'd'].map((name) => slots.take(never, job(name)));
  await expect.poll(() => begun).toEqual(['a', 'b']);

  end('b');
  await expect.poll(() => begun).toEqual(['a', 'b', 'c']);
  end('a');
  await expect.poll(() => begun).toEqual(['a', 'b', 'c', 'd']);

  end('c');
  end('d');
  await Promise.all(all);
});

test('who gives up waiting leaves the place to the next', async () => {
  const slots = createSlots(1);
  const { begun, job, end } = jobs();
  const impatient = new AbortController();
  const first = slots.take(never, job('first'));
  const second = slots.take(impatient.signal, job('second'));
  const third = slots.take(never, job('third'));

  impatient.abort(new Error('superseded'));
  await expect(second).rejects.toThrow('superseded');
  end('first');
  await expect.poll(() => begun).toEqual(['first', 'third']);

  end('third');
  await Promise.all([first, third]);
  await expect(slots.take(never, async () => 'free')).resolves.toBe('free');
});

test('a turn that comes together with the abort is not lost', async () => {
  const slots = createSlots(1);
  const { begun, job, end } = jobs();
  const late = new AbortController();
  const first = slots.take(never, job('first'));
  const second = slots.take(late.signal, job('second'));
  await expect.poll(() => begun).toEqual(['first']);

  end('first');
  late.abort(new Error('superseded'));
  await expect(second).rejects.toThrow('superseded');
  await first;

  await expect(slots.take(never, async () => 'free')).resolves.toBe('free');
});

test('work that fails frees its place', async () => {
  const slots = createSlots(1);

  await expect(slots.take(never, () => Promise.reject(new Error('failed')))).rejects.toThrow('failed');

  await expect(slots.take(never, async () => 'free')).resolves.toBe('free');
});

test('work that only waits leaves its place to the next, once', async () => {
  const slots = createSlots(1);
  const { begun, job, end } = jobs();
  const waiting = slots.take(never, (giveBack) => {
    giveBack();
    giveBack();
    return job('waiting')();
  });
  const second = slots.take(never, job('second'));
  const third = slots.take(never, job('third'));
  await expect.poll(() => begun).toEqual(['waiting', 'second']);

  end('waiting');
  await waiting;
  expect(begun).toEqual(['waiting', 'second']);

  end('second');
  await expect.poll(() => begun).toEqual(['waiting', 'second', 'third']);
  end('third');
  await Promise.all([second, third]);
});
