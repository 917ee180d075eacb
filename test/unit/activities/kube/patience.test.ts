import { expect, it } from 'vitest';
import { KubeError } from '../../../../activities/kube/errors.ts';
import { createPatience } from '../../../../activities/kube/patience.ts';

function busy(retryAfterMs: number | undefined, status = 429): KubeError {
  return new KubeError(status, { message: 'too many requests' }, retryAfterMs);
}

/** A server that refuses the first requests, and says when each came. */
function server(...refusals: readonly Error[]) {
  const came: number[] = [];
  const left = [...refusals];
  const request = async (): Promise<string> => {
    came.push(performance.now());
    const refusal = left.shift();
    if (refusal) throw refusal;
    return 'done';
  };
  return { came, request };
}

it.each([
  { name: 'a busy server', error: busy(60) },
  { name: 'one that is restarting', error: busy(60, 503) },
])('waits as long as $name asks, then asks again', async ({ error }) => {
  const { came, request } = server(error);

  expect(await createPatience()(request)).toBe('done');

  const [first = 0, second = 0] = came;
  expect(second - first).toBeGreaterThanOrEqual(59);
});

it('holds everybody back, not only who was told', async () => {
  const patience = createPatience();
  const told = server(busy(100));
  const other = server();
  const telling = patience(told.request);
  await expect.poll(() => told.came.length, { interval: 1 }).toBe(1);
  const began = performance.now();

  await patience(other.request);

  expect(performance.now() - began).toBeGreaterThan(50);
  expect(await telling).toBe('done');
});

it.each([
  { name: 'longer than a step may take', error: busy(60_000) },
  { name: 'without a time', error: busy(undefined) },
  { name: 'for another reason', error: new KubeError(409, { message: 'conflict' }, 10) },
])('passes on a refusal $name', async ({ error }) => {
  const { came, request } = server(error);

  await expect(createPatience()(request)).rejects.toBe(error);

  expect(came).toHaveLength(1);
});
