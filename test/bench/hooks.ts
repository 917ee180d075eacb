import { createHmac } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { webhookPath } from '../../activities/notify/receiver/webhook-path.ts';
import { costOf, describeCost } from './cost.ts';
import { memoryNow } from './processes.ts';
import { openSource, pushSeries } from './pushes.ts';
import type { Row } from './report.ts';
import type { Rig } from './rig.ts';
import { countRuns, median, passesSince } from './runs.ts';
import { isReady } from './sync.ts';
import { until } from './until.ts';
import { NAMESPACE, SOURCE } from './workload.ts';

const HOOKS = 1_000;
const PAUSE_MS = 10;
// Pokes that wait for later ones, and what Temporal lists.
const SETTLE_MS = 8_000;
const RECEIVER = 'hooks';
const TOKEN = 'the token of a benchmark';
const RECEIVERS = { apiVersion: 'notification.toolkit.fluxcd.io/v1', kind: 'Receiver', namespace: NAMESPACE };
const BODY = JSON.stringify({ ref: 'refs/heads/main', repository: { name: SOURCE } });

/** From a webhook to what was pushed, beside a signal; then a thousand webhooks in ten seconds. */
export async function measureHooks(rig: Rig): Promise<readonly Row[]> {
  await createReceiver(rig);
  await using source = await openSource(rig);
  const signalled = await pushSeries(rig, source.ask, { path: 'signalled', index: 1 });
  const hooked = await pushSeries(rig, () => hook(rig), { path: 'hooked', index: 2 });
  const row: Row = {
    what: 'push to applied by a webhook, median',
    value: median(hooked),
    unit: 'ms',
    bareMs: median(signalled),
    note: `worst ${Math.round(Math.max(...hooked))} ms; by a signal ${Math.round(median(signalled))} ms`,
  };
  return [row, ...(await measureFlood(rig))];
}

async function measureFlood(rig: Rig): Promise<readonly Row[]> {
  const before = costOf(rig);
  const memory = memoryNow(rig.worker.pid);
  const since = new Date();
  const started = performance.now();
  const answers: Promise<number>[] = [];
  for (let sent = 0; sent < HOOKS; sent += 1) {
    const early = started + sent * PAUSE_MS - performance.now();
    if (early > 0) await sleep(early);
    answers.push(timeOf(() => hook(rig)));
  }
  const times = await Promise.all(answers);
  const seconds = (performance.now() - started) / 1000;
  const grown = memoryNow(rig.worker.pid) - memory;
  const cpu = describeCost(rig, before, HOOKS);
  await sleep(SETTLE_MS);
  const [runs, passes] = [
    await countRuns(rig, 'gitRepository', since),
    await passesSince(rig, 'gitRepository', since),
  ];
  const passed = [...passes].map(([what, count]) => `${count} ${what}`).join(', ');
  return [
    {
      what: `${HOOKS} webhooks in ${seconds.toFixed(1)} s, answer, median`,
      value: median(times),
      unit: 'ms',
      note: `worst ${Math.round(Math.max(...times))} ms; ${runs} runs with ${passed}; ${cpu}`,
    },
    { what: 'the same, the worker grows by', value: grown, unit: 'MiB' },
  ];
}

/** Tells the worker of a push, as a git host does. Throws unless it is taken. */
async function hook({ receiverUrl }: Rig): Promise<void> {
  const path = webhookPath(Buffer.from(TOKEN), { name: RECEIVER, namespace: NAMESPACE });
  const signature = createHmac('sha256', TOKEN).update(BODY).digest('hex');
  const headers = {
    'content-type': 'application/json',
    'x-github-event': 'push',
    'x-hub-signature-256': `sha256=${signature}`,
  };
  const { status } = await fetch(`${receiverUrl}${path}`, { method: 'POST', headers, body: BODY });
  if (status !== 200) throw new Error(`a webhook was answered by HTTP ${status}`);
}

async function createReceiver({ kube }: Rig): Promise<void> {
  const metadata = { namespace: NAMESPACE, name: RECEIVER };
  await kube.create({ apiVersion: 'v1', kind: 'Secret', metadata, stringData: { token: TOKEN } });
  const spec = {
    type: 'github',
    events: ['push'],
    secretRef: { name: RECEIVER },
    resources: [{ kind: 'GitRepository', name: SOURCE }],
  };
  await kube.create({ apiVersion: RECEIVERS.apiVersion, kind: RECEIVERS.kind, metadata, spec });
  await until(kube, RECEIVERS, ([receiver]) => receiver !== undefined && isReady(receiver));
  // The server hears of the status a moment after us.
  await sleep(1_000);
}

async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}
