import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { API_VERSION, Kind } from '../../api/object-ref.ts';
import { freePort } from '../../tools/probe.ts';
import type { ManagedProcess } from '../../tools/process.ts';
import { expressionsOf, metricsOf, readDashboard } from '../support/dashboard.ts';
import { configMap, type FluxHome, fluxHome, POLL } from '../support/flux.ts';
import { type Stack, startStack } from '../support/harness.ts';
import { parseMetrics, valueOf } from '../support/metrics-text.ts';
import { openRelay } from '../support/relay.ts';
import { type SentSpan, startTraceSink, type TraceSink } from '../support/trace-sink.ts';

const TOKEN = 'token of the monitored receiver';
const FILES = { 'app/map.yaml': configMap('one') };

let stack: Stack;
let temporal: Awaited<ReturnType<typeof openRelay>>;
let sink: TraceSink;
let worker: ManagedProcess;
let ports: Readonly<Record<'metrics' | 'health' | 'receiver', number>>;
beforeAll(async () => {
  stack = await startStack({ nodes: false, inMemory: true });
  [temporal, sink] = await Promise.all([openRelay(stack.temporalAddress), startTraceSink()]);
  ports = { metrics: await freePort(), health: await freePort(), receiver: await freePort() };
  const addresses = Object.entries(ports).flatMap(([name, port]) => [
    `--${name}-address`,
    `127.0.0.1:${port}`,
  ]);
  worker = await stack.startWorker({
    args: ['--temporal-address', temporal.address, ...addresses],
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url, OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment=test' },
  });
});
afterAll(async () => {
  await stack.stop();
  sink.close();
  temporal.end();
});

test('a push is one trace, from the webhook to the applied objects', async () => {
  const home = await monitoredHome();
  const before = await home.ready('Kustomization', 'app');
  const revision = await home.push({ 'app/map.yaml': configMap('two') });
  expect(revision).not.toBe(before.status?.lastAppliedRevision);

  const hooked = await fetch(`http://127.0.0.1:${ports.receiver}${await webhookPath(home)}`, {
    method: 'POST',
  });
  expect(hooked.status).toBe(200);
  await home.ready('Kustomization', 'app', revision);

  const names = ['webhook', `GitRepository ${home.namespace}/home`, `Kustomization ${home.namespace}/app`];
  await expect
    .poll(() => spansOf(home, revision).map(({ name }) => name), POLL)
    .toEqual(expect.arrayContaining(names));
  const spans = spansOf(home, revision);
  const named = (name: string | undefined) => spans.find((span) => span.name === name);
  const [webhook, source, app] = names.map(named);
  expect(source?.parentSpanId).toBe(webhook?.spanId);
  expect(app?.parentSpanId).toBe(source?.spanId);
  expect(webhook?.parentSpanId).toBeUndefined();
  const stepsOf = (parent: SentSpan | undefined) =>
    spans
      .filter(({ parentSpanId, name }) => parentSpanId === parent?.spanId && !name.includes('/'))
      .map(({ name }) => name);
  expect(stepsOf(source)).toEqual(['observe', 'fetch', 'status']);
  expect(stepsOf(app)).toEqual(['observe', 'build', 'apply', 'prune', 'status']);
  // One after the other, as they were.
  const order = [webhook, source, app].map((span) => Number(span?.startTimeUnixNano));
  expect(order).toEqual(order.toSorted((one, other) => one - other));
  expect(sink.resources.at(-1)).toMatchObject({ 'service.name': 'pawl', 'deployment.environment': 'test' });
});

test('the metrics page parses, has what the dashboard and the docs name, and forgets what is deleted', async () => {
  const home = await monitoredHome();
  await home.ready('Kustomization', 'app');
  const app = { kind: 'Kustomization', namespace: home.namespace, name: 'app' };
  const hook = await fetch(`http://127.0.0.1:${ports.receiver}/hook/${'0'.repeat(64)}`, { method: 'POST' });
  expect(hook.status).toBe(404);

  const page = await metrics();

  expect(valueOf(page, 'gotk_reconcile_condition', { ...app, type: 'Ready', status: 'True' })).toBe(1);
  expect(valueOf(page, 'gotk_suspend_status', app)).toBe(0);
  expect(valueOf(page, 'gotk_reconcile_duration_seconds_count', app)).toBeGreaterThan(0);
  expect(valueOf(page, 'pawl_watch_held')).toBe(1);
  expect(valueOf(page, 'pawl_watch_age_seconds', { kind: 'Kustomization' })).toBeLessThan(90);
  expect(valueOf(page, 'pawl_webhooks_total', { type: 'unknown', status: '404' })).toBeGreaterThan(0);
  expect(valueOf(page, 'pawl_data_files', { folder: 'artifacts' })).toBeGreaterThan(0);
  const named = expressionsOf(readDashboard()).flatMap(metricsOf);
  const families = new Set(named.map((name) => name.replace(/_bucket$/, '')));
  expect([...families].filter((name) => !page.types.has(name))).toEqual([]);
  const docs = readFileSync(join(import.meta.dirname, '../../docs/monitoring.md'), 'utf8');
  const own = [...page.types.keys()].filter((name) => /^(gotk|pawl)_/.test(name));
  expect(own.filter((name) => !docs.includes(`\`${name}\``))).toEqual([]);

  await home.delete('Kustomization', 'app');
  await home.gone({
    apiVersion: API_VERSION.Kustomization,
    kind: 'Kustomization',
    namespace: home.namespace,
    name: 'app',
  });
  const left = async () => (await metrics()).samples.filter(({ labels }) => matches(labels, app)).length;
  await expect.poll(left, POLL).toBe(0);
});

test('a worker is ready while it reaches Temporal, and healthy all the same', async () => {
  expect(await probe('readyz')).toEqual([200, 'ok: temporal\nok: kubernetes\nok: polling\n']);

  temporal.close();
  await expect
    .poll(() => probe('readyz'), POLL)
    .toEqual([503, 'failed: temporal\nok: kubernetes\nok: polling\n']);
  expect(await probe('healthz')).toEqual([200, 'ok: event loop\nok: fence\n']);

  temporal.open();
  await expect
    .poll(() => probe('readyz'), POLL)
    .toEqual([200, 'ok: temporal\nok: kubernetes\nok: polling\n']);
});

test('spans that wait are sent before a worker stops', async () => {
  const home = await monitoredHome();
  const { status } = await home.ready('Kustomization', 'app');

  await worker.stop();

  const names = spansOf(home, status?.lastAppliedRevision ?? '').map(({ name }) => name);
  expect(names).toContain(`Kustomization ${home.namespace}/app`);
});

async function monitoredHome(): Promise<FluxHome> {
  const home = await fluxHome({ stack, files: FILES });
  await home.kustomization('app', { path: './app' });
  return home;
}

/** Makes a Receiver for the home's GitRepository. */
async function webhookPath({ kube, namespace }: FluxHome): Promise<string> {
  await kube.create({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'token', namespace },
    stringData: { token: TOKEN },
  });
  const target = { apiVersion: API_VERSION.Receiver, kind: Kind.Receiver, namespace, name: 'hooks' };
  await kube.create({
    ...target,
    metadata: { name: 'hooks', namespace },
    spec: {
      type: 'generic',
      secretRef: { name: 'token' },
      resources: [{ kind: Kind.GitRepository, name: 'home' }],
    },
  });
  const path = async () => {
    const receiver = (await kube.get(target)) as { status?: { webhookPath?: string } } | undefined;
    return receiver?.status?.webhookPath;
  };
  await expect.poll(path, POLL).toMatch(/^\/hook\//);
  return (await path()) ?? '';
}

/** The spans of a revision; all have one trace id. */
function spansOf({ namespace }: FluxHome, revision: string): readonly SentSpan[] {
  const isOf = ({ attributes }: SentSpan) => {
    const values = attributes.map(({ value }) => value.stringValue);
    return values.includes(namespace) && values.includes(revision);
  };
  const traces = new Set(sink.spans.filter(isOf).map(({ traceId }) => traceId));
  expect(traces.size).toBeLessThan(2);
  return sink.spans.filter(({ traceId }) => traces.has(traceId));
}

async function metrics() {
  return parseMetrics(await (await fetch(`http://127.0.0.1:${ports.metrics}/metrics`)).text());
}

async function probe(path: string): Promise<readonly [number, string]> {
  const answer = await fetch(`http://127.0.0.1:${ports.health}/${path}`);
  return [answer.status, await answer.text()];
}

function matches(
  labels: Readonly<Record<string, string>>,
  wanted: Readonly<Record<string, string>>,
): boolean {
  return Object.entries(wanted).every(([label, value]) => labels[label] === value);
}
