import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FluxEvent } from '../../../activities/notify/event.ts';
import type { ManagedProcess } from '../../../tools/process.ts';
import { found, histories } from '../../support/canaries.ts';
import { configMap, type FluxHome, fluxHome, POLL } from '../../support/flux.ts';
import { type Stack, startStack } from '../../support/harness.ts';
import { type Sink, startSink } from '../../support/sink.ts';

const KEY = 'canary-7d1f-of-the-key';
const HEADER = 'canary-52aa-of-the-header';

let stack: Stack;
let worker: ManagedProcess;
beforeAll(async () => {
  stack = await startStack({ nodes: false });
  worker = await stack.startWorker();
});
afterAll(() => stack.stop());

/** A home with a Kustomization `app`, and an Alert of its events that tells the sink. */
async function told(spec: object = {}): Promise<{ readonly home: FluxHome; readonly sink: Sink }> {
  const home = await fluxHome({ stack, files: { 'app/one.yaml': configMap('one', { at: 'first' }) } });
  const sink = await startSink();
  const { kube, namespace } = home;
  const text = { token: KEY, headers: `X-Access: ${HEADER}`, address: sink.url };
  const metadata = { namespace, name: 'sink' };
  await kube.create({ apiVersion: 'v1', kind: 'Secret', metadata, stringData: text });
  const apiVersion = 'notification.toolkit.fluxcd.io/v1beta3';
  const provider = { type: 'generic-hmac', secretRef: { name: 'sink' }, timeout: '2s' };
  await kube.create({ apiVersion, kind: 'Provider', metadata, spec: provider });
  const eventSources = [{ kind: 'Kustomization', name: '*' }];
  const alert = { providerRef: { name: 'sink' }, eventSources, eventMetadata: { cluster: 'home' }, ...spec };
  await kube.create({ apiVersion, kind: 'Alert', metadata, spec: alert });
  return { home, sink };
}

const eventsOf = ({ received }: Sink) => received.map(({ body }) => JSON.parse(body) as FluxEvent);
const finished = (sink: Sink) => eventsOf(sink).filter(({ reason }) => reason === 'ReconciliationSucceeded');
const revisionsOf = (sink: Sink) => finished(sink).map(({ metadata }) => metadata?.['revision']);

test('a generic Alert hears of a Kustomization, signed, and no secret is in a history', async () => {
  const { home, sink } = await told();

  await home.kustomization('app', { path: './app' });
  const { status } = await home.ready('Kustomization', 'app');

  await expect.poll(() => finished(sink), POLL).toHaveLength(1);
  const [event] = finished(sink);
  expect(event).toMatchObject({
    involvedObject: { kind: 'Kustomization', namespace: home.namespace, name: 'app' },
    severity: 'info',
    metadata: { cluster: 'home', commit_status: 'update', revision: status?.lastAppliedRevision },
    reportingController: 'kustomize-controller',
  });
  expect(eventsOf(sink).map(({ message }) => message)).toContain(`ConfigMap/${home.namespace}/one created`);
  for (const { headers, body } of sink.received) {
    const signature = createHmac('sha256', KEY).update(body).digest('hex');
    expect(headers).toMatchObject({
      'gotk-component': 'kustomize-controller',
      'x-access': HEADER,
      'x-signature': `sha256=${signature}`,
    });
  }
  expect(found({ histories: await histories(stack) }, [KEY, HEADER])).toEqual([]);
});

test('nothing is lost while the sink answers 500 or has its port closed, and reconciles go on', async () => {
  const { home, sink } = await told();
  await sink.answer(500);
  await home.kustomization('app', { path: './app' });
  const first = (await home.ready('Kustomization', 'app')).status?.lastAppliedRevision;
  await sink.answer(undefined);
  const second = await home.deploy({ 'app/one.yaml': configMap('one', { at: 'second' }) });
  await home.ready('Kustomization', 'app', second);
  expect(sink.received).toEqual([]);

  await sink.answer(200);

  await expect.poll(() => new Set(revisionsOf(sink)), POLL).toEqual(new Set([first, second]));
});

test('an event is told although workers are killed behind its record and behind its delivery', async () => {
  const { home, sink } = await told({ inclusionList: ['^Reconciliation finished'] });
  await home.ready('GitRepository', 'home');
  await worker.stop();
  const doomed = await stack.startWorker({ env: { PAWL_FAULT: 'event.recorded' } });
  await home.kustomization('app', { path: './app' });
  await expect.poll(doomed.isRunning, POLL).toBe(false);
  expect((await home.get('Kustomization', 'app')).status?.lastAppliedRevision).toBeUndefined();

  const heir = await stack.startWorker({ env: { PAWL_FAULT: 'event.delivered' } });
  await expect.poll(heir.isRunning, POLL).toBe(false);
  const before = sink.received.length;
  worker = await stack.startWorker();

  const { status } = await home.ready('Kustomization', 'app');
  await expect.poll(() => sink.received.length, POLL).toBeGreaterThan(before);
  expect(new Set(revisionsOf(sink))).toEqual(new Set([status?.lastAppliedRevision]));
  // Told twice, and whoever is told can see that.
  const keys = () => sink.received.map(({ headers }) => headers['idempotency-key']);
  await expect.poll(() => keys().length - new Set(keys()).size, POLL).toBe(1);
});
