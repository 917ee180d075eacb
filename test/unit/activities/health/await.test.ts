import { beforeEach, expect, it } from 'vitest';
import { type AwaitOptions, awaitHealthy } from '../../../../activities/health/await.ts';
import { checkHealth } from '../../../../activities/health/check.ts';
import { compileHealthExprs } from '../../../../activities/health/exprs.ts';
import { createLive, type Live } from '../../../../activities/health/live.ts';
import type { HealthTarget } from '../../../../activities/health/targets.ts';
import { KubeUnreachableError } from '../../../../activities/kube/errors.ts';
import type { KubeObject } from '../../../../api/kube-object.ts';
import { FakeCluster, forbidden, gone } from '../../../support/fake-cluster.ts';

const exprs = compileHealthExprs({});
const LABEL = 'kustomize.toolkit.fluxcd.io/name';

function thing(name: string, phase: 'Ready' | 'Busy' | 'Broken'): KubeObject {
  const conditions =
    phase === 'Broken'
      ? [{ type: 'Stalled', status: 'True', message: 'no such bucket' }]
      : [{ type: 'Ready', status: phase === 'Ready' ? 'True' : 'False', message: 'is busy' }];
  return {
    apiVersion: 'example.org/v1',
    kind: 'Thing',
    metadata: { name, namespace: 'shop', labels: { [LABEL]: 'apps' } },
    status: { conditions },
  };
}

function target(name: string, more: Partial<HealthTarget> = {}): HealthTarget {
  return { apiVersion: 'example.org/v1', kind: 'Thing', namespace: 'shop', name, ...more };
}

let cluster: FakeCluster;
let live: Live;
let kube: AwaitOptions['kube'];

beforeEach(() => {
  cluster = new FakeCluster();
  kube = cluster.client;
  live = createLive(kube, { idle: 1, backoff: 1, poll: 5 });
});

function wait(targets: readonly HealthTarget[], more: Partial<AwaitOptions> = {}) {
  const signal = new AbortController().signal;
  return awaitHealthy({ kube, live, targets, exprs, timeoutMs: 5_000, signal, ...more });
}

/** Resolves when the wait has told its progress so many times. */
function progressed(times: number) {
  const { promise, resolve } = Promise.withResolvers<void>();
  let left = times;
  return { promise, onProgress: () => void (--left === 0 && resolve()) };
}

it('opens no watch when all is current at the first look', async () => {
  cluster.put(thing('a', 'Ready'));

  expect(await wait([target('a')])).toMatchObject({ current: 1, total: 1 });
  expect(cluster.requests).toEqual({ get: 1, list: 0, watch: 0 });
});

it('has nothing to wait for without targets', async () => {
  expect(await wait([])).toEqual({ current: 0, total: 0, pending: [], failed: [] });
});

it('ends with the event that makes the last object current', async () => {
  cluster.put(thing('a', 'Ready'));
  cluster.put(thing('b', 'Busy'));
  const progress = progressed(1);
  const waiting = wait([target('a'), target('b'), target('c')], { onProgress: progress.onProgress });

  await progress.promise;
  cluster.put(thing('c', 'Ready'));
  cluster.put(thing('b', 'Ready'));

  expect(await waiting).toMatchObject({ current: 3, total: 3 });
  await expect.poll(() => cluster.watches).toBe(0);
  expect(live.size).toBe(0);
});

it('fails as soon as one object has failed, whatever the others do', async () => {
  cluster.put(thing('a', 'Busy'));
  cluster.put(thing('b', 'Busy'));
  const progress = progressed(1);
  const waiting = wait([target('a'), target('b')], { onProgress: progress.onProgress });

  await progress.promise;
  cluster.put(thing('b', 'Broken'));

  await expect(waiting).rejects.toThrow(
    /^health check failed after \S+: failed early due to stalled resources: \[Thing\/shop\/b status: 'Failed': no such bucket\]$/,
  );
  await expect(waiting).rejects.toMatchObject({ type: 'HealthCheckFailed', nonRetryable: true });
});

it('says after its timeout what it waited for, and why', async () => {
  cluster.put(thing('a', 'Busy'));
  cluster.put(thing('b', 'Ready'));

  await expect(wait([target('a'), target('b'), target('gone')], { timeoutMs: 30 })).rejects.toThrow(
    "health check failed after 30ms: timeout waiting for: [Thing/shop/a status: 'InProgress': is busy, Thing/shop/gone status: 'NotFound': does not exist]",
  );
});

it('names only so many objects', async () => {
  const targets = Array.from({ length: 100 }, (_, index) => target(`t${index}`));

  await expect(wait(targets, { timeoutMs: 30 })).rejects.toThrow(/and \d\d more\]$/);
});

it('ends at once when it is dropped, with the reason', async () => {
  const dropped = new AbortController();
  const progress = progressed(1);
  const waiting = wait([target('a')], { signal: dropped.signal, onProgress: progress.onProgress });

  await progress.promise;
  dropped.abort(new Error('a newer revision'));

  await expect(waiting).rejects.toThrow('a newer revision');
  await expect.poll(() => cluster.watches).toBe(0);
});

it.each([
  ['the server ends it', undefined],
  ['the connection breaks', new KubeUnreachableError('x', new Error('reset'))],
  ['its position is too old', gone()],
])('survives that %s', async (_name, error) => {
  cluster.put(thing('a', 'Busy'));
  const waiting = wait([target('a')]);
  await expect.poll(() => cluster.watches).toBe(1);

  cluster.cutWatches(error);
  cluster.put(thing('a', 'Ready'));

  expect(await waiting).toMatchObject({ current: 1 });
});

it('hears by its relist what happened while the API server was away', async () => {
  cluster.put(thing('a', 'Busy'));
  const waiting = wait([target('a')]);
  await expect.poll(() => cluster.watches).toBe(1);

  cluster.refuse = () => new KubeUnreachableError('x', new Error('refused'));
  cluster.cutWatches(new KubeUnreachableError('x', new Error('reset')));
  const asked = cluster.requests.list + cluster.requests.watch;
  await expect.poll(() => cluster.requests.list + cluster.requests.watch).toBeGreaterThan(asked + 5);
  cluster.put(thing('a', 'Ready'), { silently: true });
  cluster.refuse = undefined;

  expect(await waiting).toMatchObject({ current: 1 });
});

it('reads one by one where lists and watches are forbidden', async () => {
  cluster.put(thing('a', 'Busy'));
  cluster.refuse = (verb) => (verb === 'get' ? undefined : forbidden());
  const waiting = wait([target('a')]);
  await expect.poll(() => cluster.requests.list).toBeGreaterThan(0);

  cluster.put(thing('a', 'Ready'));

  expect(await waiting).toMatchObject({ current: 1 });
});

it('takes an object that it may not read for unknown, and says so', async () => {
  cluster.refuse = () => forbidden();

  await expect(wait([target('a')], { timeoutMs: 20 })).rejects.toThrow(
    "'Unknown': cannot be read: forbidden",
  );
});

it('takes a kind that is not served for not found', async () => {
  const report = await checkHealth(kube, [target('a', { kind: 'Unserved' })], exprs);

  expect(report.pending).toEqual([
    { object: 'Unserved/shop/a', status: 'NotFound', message: 'does not exist' },
  ]);
});

it('takes a Job that vanished after its time to live for done', async () => {
  const job = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    namespace: 'shop',
    name: 'once',
    vanishesWhenDone: true,
  };
  cluster.put({
    ...job,
    metadata: { name: 'once', namespace: 'shop' },
    status: { startTime: 'x', active: 1 },
  });
  const waiting = wait([job]);
  await expect.poll(() => cluster.watches).toBe(2);

  cluster.remove(job);

  expect(await waiting).toMatchObject({ current: 1 });
});

it('does not lose an object whose label somebody took off', async () => {
  cluster.put(thing('a', 'Busy'));
  const waiting = wait([target('a', { labelSelector: LABEL })]);
  await expect.poll(() => cluster.watches).toBe(1);

  const bare = thing('a', 'Ready');
  cluster.put({ ...bare, metadata: { name: 'a', namespace: 'shop' } }, { silently: true });
  cluster.cutWatches(gone());

  expect(await waiting).toMatchObject({ current: 1 });
});

it('wants all current at one time: one that fell back meanwhile is waited for again', async () => {
  cluster.put(thing('a', 'Ready'));
  cluster.put(thing('b', 'Busy'));
  const waiting = wait([target('a'), target('b')]);
  await expect.poll(() => cluster.watches).toBe(1);

  cluster.put(thing('a', 'Busy'));
  cluster.put(thing('b', 'Ready'));
  await expect.poll(() => cluster.requests.get).toBeGreaterThan(3);
  cluster.put(thing('a', 'Ready'));

  expect(await waiting).toMatchObject({ current: 2 });
});

it('serves a thousand waits of a namespace with one watch and few lists', async () => {
  const names = Array.from({ length: 1000 }, (_, index) => `t${index}`);
  for (const name of names) cluster.put(thing(name, 'Busy'));
  const waits = names.map((name) => wait([target(name, { labelSelector: LABEL })]));
  await expect.poll(() => cluster.watches).toBe(1);

  for (const name of names) cluster.put(thing(name, 'Ready'));
  await Promise.all(waits);

  expect(cluster.requests.watch).toBe(1);
  expect(cluster.requests.list).toBeLessThan(5);
  expect(cluster.requests.get).toBeLessThan(20);
});

it('lets a later wait share the watch of an earlier one without being shown old news', async () => {
  cluster.put(thing('a', 'Busy'));
  const first = wait([target('a')]);
  await expect.poll(() => cluster.watches).toBe(1);
  cluster.put(thing('b', 'Busy'));
  const second = wait([target('b')]);
  await expect.poll(() => cluster.requests.get).toBeGreaterThanOrEqual(3);

  cluster.put(thing('b', 'Ready'));
  await second;
  cluster.put(thing('a', 'Ready'));
  await first;

  expect(cluster.requests).toMatchObject({ list: 1, watch: 1 });
});

it('goes by the expressions of the spec', async () => {
  const custom = compileHealthExprs({
    healthCheckExprs: [{ apiVersion: 'example.org/v1', kind: 'Thing', current: "status.phase == 'Done'" }],
  });
  cluster.put({ ...thing('a', 'Ready'), status: {} });
  const waiting = wait([target('a')], { exprs: custom });
  await expect.poll(() => cluster.watches).toBe(1);

  cluster.put({ ...thing('a', 'Ready'), status: { phase: 'Done' } });

  expect(await waiting).toMatchObject({ current: 1 });
});
