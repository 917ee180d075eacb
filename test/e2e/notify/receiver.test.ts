import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { webhookPath } from '../../../activities/notify/receiver/webhook-path.ts';
import { freePort } from '../../../tools/probe.ts';
import type { ManagedProcess } from '../../../tools/process.ts';
import type { PassResult } from '../../../workflows/messages.ts';
import { found, placesOf } from '../../support/canaries.ts';
import { configMap, type FluxHome, fluxHome, POLL } from '../../support/flux.ts';
import { type Stack, startStack } from '../../support/harness.ts';
import { payload, signatureOf, TOKEN } from '../../support/hooks.ts';
import { resultOf, runsOf, temporalClient } from '../../support/temporal.ts';

// Its workers are killed, and its log and histories are read.
let stack: Stack;
let worker: ManagedProcess;
let url: string;
let args: readonly string[];

beforeAll(async () => {
  stack = await startStack({ nodes: false, inMemory: true });
  const address = `127.0.0.1:${await freePort()}`;
  args = ['--receiver-address', address];
  url = `http://${address}`;
  worker = await stack.startWorker({ args });
});
afterAll(() => stack?.stop());

const push = payload('github-push');

async function receiver(home: FluxHome, spec: object = {}, token = TOKEN): Promise<string> {
  const { kube, namespace } = home;
  const data = { token: Buffer.from(token).toString('base64') };
  await kube.create({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'token', namespace },
    data,
  } as never);
  await kube.create({
    apiVersion: 'notification.toolkit.fluxcd.io/v1',
    kind: 'Receiver',
    metadata: { name: 'hooks', namespace },
    spec: {
      type: 'github',
      events: ['push'],
      secretRef: { name: 'token' },
      resources: [{ kind: 'GitRepository', name: 'home' }],
      ...spec,
    },
  } as never);
  const { status } = await home.ready('Receiver', 'hooks');
  // The server hears of the status a moment after us.
  await expect.poll(async () => (await send(status?.webhookPath, Buffer.from('x'))).status, POLL).toBe(400);
  return status?.webhookPath ?? '';
}

function send(path = '', body: Buffer = push, token = TOKEN): Promise<Response> {
  const headers = {
    'content-type': 'application/json',
    'x-github-event': 'push',
    'x-hub-signature-256': signatureOf(body, token),
  };
  return fetch(`${url}${path}`, { method: 'POST', headers, body: new Uint8Array(body) });
}

async function passesOf(
  home: FluxHome,
  kind: 'GitRepository' | 'Kustomization',
  name: string,
): Promise<PassResult[]> {
  const client = await temporalClient(stack);
  const runs = await runsOf(client, home.ref(kind, name));
  const results = await Promise.all(runs.map((run) => resultOf(client, run)));
  return results.flatMap(({ passes }) => passes);
}

const webhooks = (passes: readonly PassResult[]) => passes.filter(({ trigger }) => trigger === 'Webhook');

test('a push is applied by its webhook, in one pass, and nothing of the token is told', async () => {
  const home = await fluxHome({
    stack,
    files: { 'app.yaml': configMap('one') },
    source: { interval: '10h' },
  });
  await home.kustomization('app', { path: './', interval: '10h' });
  await home.ready('Kustomization', 'app');
  const path = await receiver(home);
  expect(path).toBe(webhookPath(Buffer.from(TOKEN), { name: 'hooks', namespace: home.namespace }));
  const before = (await passesOf(home, 'GitRepository', 'home')).length;

  const revision = await home.push({ 'app.yaml': configMap('one', { key: 'pushed' }) });
  expect((await send(path)).status).toBe(200);
  await home.ready('Kustomization', 'app', revision);

  const { metadata, status } = await home.get('GitRepository', 'home');
  expect(status?.lastHandledReconcileAt).toBe(metadata.annotations?.['reconcile.fluxcd.io/requestedAt']);
  const passes = await passesOf(home, 'GitRepository', 'home');
  expect(webhooks(passes)).toMatchObject([{ outcome: 'Succeeded', revision }]);
  expect(passes).toHaveLength(before + 1);

  const places = await placesOf(stack, home, ['GitRepository', 'Kustomization', 'Receiver']);
  expect(places['log']).toContain('webhook accepted');
  expect(found(places, [TOKEN])).toEqual([]);
  // The status has to tell the path; nobody else does.
  const { Receiver: _status, ...others } = places;
  expect(found(others, [path])).toEqual([]);
});

test('a Receiver that is suspended answers later, and one whose token was rotated by its new path only', async () => {
  const home = await fluxHome({ stack, files: { 'app.yaml': configMap('one') } });
  await home.ready('GitRepository', 'home');
  const path = await receiver(home, { interval: '1h' });

  await home.update('Receiver', 'hooks', { suspend: true });
  await expect.poll(async () => (await send(path)).status, POLL).toBe(503);
  await home.update('Receiver', 'hooks', { suspend: null });
  await home.ready('Receiver', 'hooks');
  await expect.poll(async () => (await send(path)).status, POLL).toBe(200);

  const data = { token: Buffer.from('CANARY-rotated').toString('base64') };
  const secret = { apiVersion: 'v1', kind: 'Secret', namespace: home.namespace, name: 'token' };
  await home.kube.patch(secret, { data }, { type: 'merge' });
  // Nobody waits for the interval: the old path has the Secret read again.
  await expect.poll(async () => (await send(path)).status, POLL).toBe(404);
  const rotated = webhookPath(Buffer.from('CANARY-rotated'), { name: 'hooks', namespace: home.namespace });
  await home.ready('Receiver', 'hooks', rotated);
  await expect.poll(async () => (await send(rotated, push, 'CANARY-rotated')).status, POLL).toBe(200);

  await home.delete('Receiver', 'hooks');
  await expect.poll(async () => (await send(rotated, push, 'CANARY-rotated')).status, POLL).toBe(404);
  await expect.poll(() => home.find('Receiver', 'hooks'), POLL).toBeUndefined();
});

test.each([
  [
    'has no Secret',
    { secretRef: { name: 'missing' } },
    'TokenNotFound',
    /unable to read token from secret '.*\/missing' error: /,
  ],
  [
    'has a filter that is no CEL',
    { resourceFilter: 'res.' },
    'InvalidCELExpression',
    /^Reconciliation failed terminally due to configuration error: invalid resourceFilter expression: /,
  ],
])('a Receiver that %s says so', async (_name, spec, reason, message) => {
  const home = await fluxHome({ stack, source: false });
  const { kube, namespace } = home;
  const data = { token: Buffer.from(TOKEN).toString('base64') };
  await kube.create({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'token', namespace },
    data,
  } as never);
  await kube.create({
    apiVersion: 'notification.toolkit.fluxcd.io/v1',
    kind: 'Receiver',
    metadata: { name: 'hooks', namespace },
    spec: {
      type: 'github',
      secretRef: { name: 'token' },
      resources: [{ kind: 'GitRepository', name: 'x' }],
      ...spec,
    },
  } as never);

  expect((await home.condition('Receiver', 'hooks', 'Ready', reason)).message).toMatch(message);
});

test('an object of a kind that others reconcile is annotated, and nothing else', async () => {
  const home = await fluxHome({ stack, source: false });
  const apiVersion = 'source.toolkit.fluxcd.io/v1';
  await home.kube.create({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'ocirepositories.source.toolkit.fluxcd.io' },
    spec: {
      group: 'source.toolkit.fluxcd.io',
      names: {
        kind: 'OCIRepository',
        listKind: 'OCIRepositoryList',
        plural: 'ocirepositories',
        singular: 'ocirepository',
      },
      scope: 'Namespaced',
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
        },
      ],
    },
  } as never);
  const foreign = {
    apiVersion,
    kind: 'OCIRepository',
    metadata: { name: 'charts', namespace: home.namespace },
  };
  const created = async () =>
    home.kube.create(foreign).then(
      () => true,
      () => false,
    );
  await expect.poll(created, POLL).toBe(true);
  const path = await receiver(home, { resources: [{ kind: 'OCIRepository', name: 'charts' }] });

  await expect.poll(async () => (await send(path)).status, POLL).toBe(200);
  const object = await home.live('OCIRepository', 'charts', apiVersion);
  expect(Object.keys(object?.metadata.annotations ?? {})).toEqual(['reconcile.fluxcd.io/requestedAt']);
});

test('a thousand hooks in ten seconds make a handful of runs, and no more memory', async () => {
  const home = await fluxHome({ stack, files: { 'app.yaml': configMap('one') } });
  await home.ready('GitRepository', 'home');
  const path = await receiver(home);
  const rss = () =>
    Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${worker.pid}/status`, 'utf8'))?.[1]) / 1024;
  const before = rss();
  const answers: Promise<number>[] = [];
  const started = performance.now();
  for (let i = 0; i < 1_000; i += 1) {
    const early = started + i * 10 - performance.now();
    if (early > 0) await sleep(early);
    answers.push(send(path).then(({ status }) => status));
  }

  const statuses = await Promise.all(answers);
  const grown = rss() - before;
  const passes = webhooks(await passesOf(home, 'GitRepository', 'home'));
  process.stdout.write(`1,000 hooks: ${passes.length} passes, ${Math.round(grown)} MiB\n`);
  expect(new Set(statuses)).toEqual(new Set([200]));
  expect(passes.length).toBeLessThan(10);
  expect(grown).toBeLessThan(100);
});

test('a worker that is killed right after its answer loses nothing, also of what it was to signal later', async () => {
  const home = await fluxHome({
    stack,
    files: { 'app.yaml': configMap('one') },
    source: { interval: '10h' },
  });
  await home.ready('GitRepository', 'home');
  const path = await receiver(home);
  // Of many in a row the next signal is a second away.
  const until = performance.now() + 1_000;
  while (performance.now() < until) expect((await send(path)).status).toBe(200);
  const revision = await home.push({ 'app.yaml': configMap('two') });

  expect((await send(path)).status).toBe(200);
  await worker.kill();
  worker = await stack.startWorker({ args });

  await home.ready('GitRepository', 'home', revision);
});
