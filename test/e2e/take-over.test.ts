import { readFileSync } from 'node:fs';
import type { Client } from '@temporalio/client';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { ObjectRef } from '../../api/object-ref.ts';
import { signalObject } from '../../client/objects.ts';
import type { ManagedProcess } from '../../tools/process.ts';
import { progress, requestReconcile, Trigger } from '../../workflows/messages.ts';
import { apiFront, isMapWrite } from '../support/api-front.ts';
import { A, B, C, type Drill, drill, type Maps } from '../support/drill.ts';
import { configMap, POLL } from '../support/flux.ts';
import { type Stack, startStack } from '../support/harness.ts';
import { relayTo } from '../support/relay.ts';
import { idOf, resultOf, runsOf, temporalClient } from '../support/temporal.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ nodes: false });
});
afterAll(() => stack.stop());

// Within which another worker has to be at work: heartbeats, task timeouts and a list of everything.
const TAKE_OVER_MS = 20_000;

test('the holder of the watch is killed while objects change: another one takes over and misses nothing', async () => {
  const holder = await startWorker();
  const app = await drill(stack, A);
  await app.home.ready('Kustomization', 'app');
  const other = await startWorker();

  await holder.kill();
  const revision = await app.push(B);
  await app.fetch();
  await app.home.kustomization('new', { path: './app', namePrefix: 'new-' });
  await app.home.update('Kustomization', 'app', { timeout: '2m' });

  await app.expectConverged(B, revision, TAKE_OVER_MS);
  const { status } = await app.home.ready('Kustomization', 'new', revision);
  expect(status?.inventory?.entries).toHaveLength(20);
  await other.kill();
});

test('a worker that stood still writes nothing of what it believed before', {
  timeout: 180_000,
}, async () => {
  const front = await apiFront(stack);
  const stale = await startWorker({ kubeconfig: front.kubeconfig });
  const app = await drill(stack, A);
  await app.home.ready('Kustomization', 'app');
  front.setFault((request) => (isMapWrite(request) ? { delayMs: 500 } : undefined));
  await app.push(B);
  await app.fetch();
  await expect.poll(async () => Object.values(await app.live()).includes('b'), POLL).toBe(true);

  process.kill(stale.pid, 'SIGSTOP');
  const stoppedAt = Date.now();
  front.setFault(undefined);
  const heir = await startWorker();
  const revision = await app.push(C);
  await app.fetch();
  // The server still hands tasks to the polls of a process that only stands still; each costs ten seconds.
  await app.expectConverged(C, revision, 120_000);
  await expect.poll(() => Date.now() - stoppedAt, { timeout: 20_000 }).toBeGreaterThan(12_000);
  const seen = front.requests.length;
  process.kill(stale.pid, 'SIGCONT');
  // It has read the cluster again: it is awake.
  await expect.poll(() => front.requests.length, POLL).toBeGreaterThan(seen);
  await heir.kill();
  const later = await app.push(A);
  const before = front.requests.length;
  await app.fetch();
  const late = front.requests.slice(seen, before).filter(isOfApp);
  await app.expectConverged(A, later);

  expect(late).toEqual([]);
  await stale.kill();

  function isOfApp({ method, path }: { readonly method: string; readonly path: string }): boolean {
    return method !== 'GET' && path.includes(`/namespaces/${app.home.namespace}/`);
  }
});

test('a worker that lost Temporal in the midst of an apply stops when another one has taken over', async () => {
  const front = await apiFront(stack);
  const relay = await relayTo(stack.temporalAddress);
  const args = ['--temporal-address', relay.address];
  const lonely = await startWorker({ kubeconfig: front.kubeconfig, args });
  const app = await drill(stack, many('a'));
  await app.home.ready('Kustomization', 'app');
  front.setFault((request) => (isMapWrite(request) ? { answerDelayMs: 5_000 } : undefined));
  await app.push(many('b'));
  await app.fetch();
  await expect.poll(async () => Object.values(await app.live()).includes('b'), POLL).toBe(true);

  relay.close();
  const heir = await startWorker();
  const revision = await app.push(many('c'));
  await app.fetch();
  await app.expectConverged(many('c'), revision);

  // It was at most a third through when its task was given away, and goes on for as long as it is let.
  const written = front.requests.filter(isMapWrite).length;
  const convergedAt = Date.now();
  await expect.poll(() => Date.now() - convergedAt, { timeout: 20_000 }).toBeGreaterThan(12_000);
  expect(front.requests.filter(isMapWrite).length).toBe(written);
  await app.expectConverged(many('c'), revision);
  await lonely.kill();
  await heir.kill();
});

test('a restart with a hundred unchanged objects starts no run', async () => {
  const before = await startWorker();
  const { home } = await drill(stack, A);
  await home.push(
    Object.fromEntries(
      Array.from({ length: 100 }, (_, i) => [`many/${i}/map.yaml`, configMap(`map-${i}`)] as const),
    ),
  );
  for (let i = 0; i < 100; i += 1) await home.kustomization(`many-${i}`, { path: `./many/${i}` });
  await home.request('GitRepository', 'home');
  for (let i = 0; i < 100; i += 1) await home.ready('Kustomization', `many-${i}`);
  await before.stop();
  const client = await temporalClient(stack);
  const query = `PawlNamespace = "${home.namespace}"`;
  // The last runs are about to become visible.
  const counted = async () => (await client.workflow.count(query)).count;
  let last = -1;
  await expect
    .poll(async () => last === (last = await counted()), { timeout: 10_000, interval: 500 })
    .toBe(true);

  const after = await startWorker();
  const fresh = await drill(stack, A);
  await fresh.home.ready('Kustomization', 'app');

  expect(await counted()).toBe(last);
  await after.kill();
});

test('a worker that is told to stop in the midst of an apply stops soon, and the next one goes on', async () => {
  const front = await apiFront(stack);
  const stopped = await startWorker({ kubeconfig: front.kubeconfig });
  const app = await drill(stack, A);
  await app.home.ready('Kustomization', 'app');
  front.setFault((request) => (isMapWrite(request) ? { delayMs: 1_000 } : undefined));
  const revision = await app.push(B);
  await app.fetch();
  await expect.poll(async () => Object.values(await app.live()).includes('b'), POLL).toBe(true);

  await expectCleanStop(stopped);
  await app.expectNoOrphans();
  const next = await startWorker();

  await app.expectConverged(B, revision);
  await next.kill();
});

test('a worker that is told to stop in a health wait stops soon, and the next one waits on', async () => {
  const stopped = await startWorker();
  const app = await drill(stack, A, { wait: true, timeout: '5m' });
  await app.home.ready('Kustomization', 'app');
  await app.home.push({ 'app/stuck.yaml': STUCK });
  await app.fetch();
  await app.home.condition('Kustomization', 'app', 'Healthy', 'Progressing');

  await expectCleanStop(stopped);
  const next = await startWorker();
  await expect.poll(() => progressOf(app), POLL).toBe('wait');
  await app.home.push({ 'app/stuck.yaml': undefined });
  const revision = await app.push(B);
  await app.fetch();

  await app.expectConverged(B, revision);
  await next.kill();
});

test('a thousand requests to an object while it runs lead to one more pass', async () => {
  const front = await apiFront(stack);
  const worker = await startWorker({ kubeconfig: front.kubeconfig });
  const app = await drill(stack, A);
  await app.home.ready('Kustomization', 'app');
  const client = await temporalClient(stack);
  const ref = app.home.ref('Kustomization', 'app');
  const before = (await runsOf(client, ref)).length;
  const { promise: until, resolve: letGo } = Promise.withResolvers<void>();
  front.setFault((request) => (isMapWrite(request) ? { until } : undefined));
  const revision = await app.push(B);
  await app.fetch();
  await expect.poll(() => front.requests.some(isMapWrite), POLL).toBe(true);

  await sendMany(client, ref, 1_000);
  front.setFault(undefined);
  letGo();
  await app.expectConverged(B, revision);

  const isOver = async () => (await runsOf(client, ref)).every(({ status }) => status.name === 'COMPLETED');
  await expect.poll(isOver, POLL).toBe(true);
  const runs = (await runsOf(client, ref)).slice(0, -before);
  const passes = await Promise.all(runs.map(async (run) => (await resultOf(client, run)).passes.length));
  expect(passes.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(2);
  await worker.kill();
});

test('a ConfigMap that changes while no worker runs wakes its readers when one does', async () => {
  const before = await startWorker();
  const app = await drill(stack, {});
  const { kube, namespace } = app.home;
  const vars = { apiVersion: 'v1', kind: 'ConfigMap', namespace, name: 'vars' };
  const labels = { 'reconcile.fluxcd.io/watch': 'Enabled' };
  await kube.create({ ...vars, metadata: { name: 'vars', namespace, labels }, data: { WORD: 'one' } });
  await app.home.push({ 'app/word.yaml': configMap('word', { value: '${WORD}' }) });
  const postBuild = { substituteFrom: [{ kind: 'ConfigMap', name: 'vars' }] };
  await app.home.update('Kustomization', 'app', { postBuild });
  await app.fetch();
  await expect.poll(() => app.live(), POLL).toEqual({ word: 'one' });

  await before.stop();
  await kube.patch(vars, { data: { WORD: 'two' } }, { type: 'merge' });
  const after = await startWorker();

  await expect.poll(() => app.live(), POLL).toEqual({ word: 'two' });
  await after.kill();
});

const STUCK = `${JSON.stringify({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'stuck' },
  spec: {
    selector: { matchLabels: { app: 'stuck' } },
    template: {
      metadata: { labels: { app: 'stuck' } },
      // There is no node in this cluster.
      spec: { containers: [{ name: 'stuck', image: 'example.com/stuck:1' }] },
    },
  },
})}\n`;

/** A worker of the running test: the next one must not find it at work, however this one ends. */
async function startWorker(...options: Parameters<Stack['startWorker']>): ReturnType<Stack['startWorker']> {
  const worker = await stack.startWorker(...options);
  onTestFinished(() => worker.kill());
  return worker;
}

/** What the open run of the Kustomization is doing, answered by a worker that lives. */
async function progressOf({ home }: Drill): Promise<string> {
  const client = await temporalClient(stack);
  return client.workflow.getHandle(idOf(home.ref('Kustomization', 'app'))).query(progress);
}

async function expectCleanStop(worker: ManagedProcess): Promise<void> {
  const began = Date.now();
  await worker.stop(20_000);
  expect(Date.now() - began).toBeLessThan(15_000);
  expect(readFileSync(worker.logFile, 'utf8')).toContain('worker stopped');
}

/** Requests of one object from twenty senders at once. */
async function sendMany(client: Client, ref: ObjectRef, count: number): Promise<void> {
  const message = {
    signal: requestReconcile,
    request: { reason: Trigger.Request },
    trigger: Trigger.Request,
  };
  const send = async () => {
    for (let i = 0; i < count / 20; i += 1) await signalObject(client, 'default', ref, message);
  };
  await Promise.all(Array.from({ length: 20 }, send));
}

/** Enough for many rounds of writes. */
function many(value: string): Maps {
  return Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`map-${i}`, value]));
}
