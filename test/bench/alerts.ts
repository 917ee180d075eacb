import { setTimeout as sleep } from 'node:timers/promises';
import pLimit from 'p-limit';
import type { KubeObject } from '../../api/kube-object.ts';
import { type Cost, costOf, costSince } from './cost.ts';
import { type EventSink, startEventSink } from './event-sink.ts';
import type { Row } from './report.ts';
import type { Rig } from './rig.ts';
import { historyEvents } from './runs.ts';
import { isReady } from './sync.ts';
import { until } from './until.ts';
import { kustomization, NAMESPACE, nameOf, targetOf } from './workload.ts';

const KUSTOMIZATIONS = {
  apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
  kind: 'Kustomization',
  namespace: NAMESPACE,
};
const NOTIFICATIONS = 'notification.toolkit.fluxcd.io/v1beta3';
const ALERT = { apiVersion: NOTIFICATIONS, kind: 'Alert', name: 'all', namespace: NAMESPACE };
const IN_FLIGHT = 20;
const WARM_UP = 20;
// Events that are still on their way, and an Alert that workers have yet to see.
const QUIET_MS = 2_000;
const BEHIND_MS = 6_000;

/** What one round of all objects took. */
interface Round {
  readonly ms: number;
  /** From its start to the last event that the sink took, in milliseconds. */
  readonly lastToldMs: number;
  readonly told: number;
  readonly asked: number;
  readonly cost: Cost;
}

interface Rounds {
  readonly first: Round;
  readonly change: Round;
}

/**
 * First sync and a changed variable of `count` Kustomizations without an Alert, with one on all of them, without it again,
 * and with one whose service fails all the time. The bare loop is that without an Alert, on both sides of it.
 */
export async function measureAlerts(rig: Rig, count: number): Promise<readonly Row[]> {
  await using sink = await startEventSink();
  await rig.kube.create(providerOf(sink));
  let begin = 0;
  const next = async (what: string, size = count) => {
    await sleep(QUIET_MS);
    const rounds = await measureRounds(rig, sink, { begin, count: size });
    begin += size;
    console.error(`${what}: ${describeRounds(rounds)}`);
    return rounds;
  };

  await next('warm-up', WARM_UP);
  const before = await next('no Alert');
  await rig.kube.create(alert);
  const told = await next('an Alert on all');
  await rig.kube.delete(ALERT);
  const history = await historyEvents(rig, 'notify');
  const after = await next('no Alert again');
  sink.answer(500);
  await rig.kube.create(alert);
  const failing = await next('an Alert on all, its service fails');
  const plain = { first: [before.first, after.first], change: [before.change, after.change] } as const;
  return [
    ...rowsOf(`first sync, N=${count}`, plain.first, told.first, failing.first),
    ...rowsOf(`a variable changed, N=${count}`, plain.change, told.change, failing.change),
    { what: 'history events of an event, median', value: history, unit: '' },
  ];
}

function rowsOf(what: string, plain: readonly Round[], told: Round, failing: Round): readonly Row[] {
  const bareMs = mean(plain.map(({ ms }) => ms));
  const more = (key: keyof Cost) => (told.cost[key] - mean(plain.map(({ cost }) => cost[key]))) / told.told;
  const cpu = (['worker', 'temporal', 'apiServer', 'others'] as const).map((key) => more(key).toFixed(1));
  const [worker, temporal, apiServer, others] = cpu;
  const each = `CPU ms of each event: worker ${worker}, Temporal ${temporal}, API server ${apiServer}, rest ${others}`;
  return [
    {
      what: `${what}, an Alert on all`,
      value: told.ms,
      unit: 'ms',
      bareMs,
      note: `${told.told} events; ${each}`,
    },
    { what: `${what}, last event told`, value: told.lastToldMs, unit: 'ms', bareMs },
    {
      what: `${what}, the service answers 500`,
      value: failing.ms,
      unit: 'ms',
      bareMs,
      note: `asked ${failing.asked} times`,
    },
  ];
}

interface Group {
  /** Index of the first one. */
  readonly begin: number;
  readonly count: number;
}

async function measureRounds(rig: Rig, sink: EventSink, group: Group): Promise<Rounds> {
  const { kube } = rig;
  const limit = pLimit(IN_FLIGHT);
  const indexes = Array.from({ length: group.count }, (_, index) => group.begin + index);
  const names = new Set(indexes.map(nameOf));
  const each = (work: (index: number) => Promise<unknown>) =>
    Promise.all(indexes.map((index) => limit(() => work(index))));
  const all = (claim: (object: KubeObject) => boolean) =>
    until(kube, KUSTOMIZATIONS, (objects) => {
      const ours = objects.filter(({ metadata }) => names.has(metadata.name));
      return ours.length === group.count && ours.every(claim);
    });

  const first = await measureRound(rig, sink, () =>
    Promise.all([each((index) => kube.create(kustomization({ index }))), all(isReady)]),
  );
  const value = { spec: { postBuild: { substitute: { VALUE: 'b' } } } };
  const change = await measureRound(rig, sink, () =>
    Promise.all([
      each((index) => kube.patch(targetOf(index), value, { type: 'merge' })),
      all((object) => isReady(object) && object.metadata.generation === 2),
    ]),
  );
  return { first, change };
}

async function measureRound(rig: Rig, sink: EventSink, work: () => Promise<unknown>): Promise<Round> {
  const [before, toldBefore, askedBefore] = [costOf(rig), sink.told.length, sink.asked];
  const started = performance.now();
  await work();
  const ms = performance.now() - started;
  // Schedules are made behind the work: they are to count in all rounds, however soon the last event is told.
  await sleep(BEHIND_MS);
  for (let seen = -1; seen < sink.told.length; ) {
    seen = sink.told.length;
    await sleep(QUIET_MS);
  }
  const told = sink.told.slice(toldBefore);
  return {
    ms,
    lastToldMs: (told.at(-1)?.at ?? started) - started,
    told: told.length,
    asked: sink.asked - askedBefore,
    cost: costSince(rig, before),
  };
}

function describeRounds({ first, change }: Rounds): string {
  const one = ({ ms, lastToldMs, told, asked, cost }: Round) =>
    `${Math.round(ms)} ms, ${told} told in ${Math.round(lastToldMs)} ms, asked ${asked}, ${JSON.stringify(cost)}`;
  return `first sync ${one(first)}; a variable ${one(change)}`;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function providerOf({ url }: EventSink): KubeObject {
  return {
    apiVersion: NOTIFICATIONS,
    kind: 'Provider',
    metadata: { name: 'sink', namespace: NAMESPACE },
    spec: { type: 'generic', address: url },
  };
}

const alert: KubeObject = {
  apiVersion: NOTIFICATIONS,
  kind: 'Alert',
  metadata: { name: 'all', namespace: NAMESPACE },
  spec: {
    providerRef: { name: 'sink' },
    eventSeverity: 'info',
    eventSources: [{ kind: 'Kustomization', name: '*' }],
  },
};
