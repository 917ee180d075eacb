import { Counter, Gauge, type Registry } from 'prom-client';
import type { Condition } from '../../api/conditions.ts';
import type { KubeObject } from '../../api/kube-object.ts';
import type { WatchObserver } from '../watch/observer.ts';
import { escaped, type Family, familyText, type Labelled, objectLabels } from './object-series.ts';

/** As Flux exported them, with the one of an object that is being deleted. */
const STATUSES = ['True', 'False', 'Unknown', 'Deleted'] as const;
type Status = (typeof STATUSES)[number];

interface Seen {
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
  readonly isSuspended: boolean;
  readonly conditions: ReadonlyMap<string, Status>;
}

export interface WatchMetricsOptions {
  readonly registry: Registry;
  /** An object left the cluster. */
  readonly onGone: (object: Labelled) => void;
  /** Milliseconds on a clock that only goes forward. */
  readonly now?: () => number;
}

export interface WatchMetrics extends WatchObserver {
  /** The series of objects, beside what the registry has. */
  text(): string;
}

type Queues = Readonly<Record<string, () => number>>;

/**
 * What the holder of the watch sees of the cluster's objects. One worker of a cluster holds it, and only that one
 * exports them; when it lets go, its series go.
 */
export function createWatchMetrics({
  registry,
  onGone,
  now = () => performance.now(),
}: WatchMetricsOptions): WatchMetrics {
  const objects = new Map<string, Seen>();
  const heard = new Map<string, number>();
  let held: { readonly queues: Queues } | undefined;

  const requests = new Counter({
    name: 'pawl_requests_total',
    help: 'Runs that the watch asked for.',
    labelNames: ['kind', 'trigger'],
    registers: [registry],
  });
  exportCounts(registry, objects);
  exportState(registry, { heard, queues: () => held?.queues, now });

  const put = (object: KubeObject): void => void objects.set(keyOf(object), see(object));
  const drop = (key: string): void => {
    const seen = objects.get(key);
    if (objects.delete(key) && seen) onGone(seen);
  };
  return {
    hold(queues) {
      const mine = { queues };
      held = mine;
      return () => {
        if (held !== mine) return;
        held = undefined;
        objects.clear();
        heard.clear();
      };
    },
    heard: (kind) => void heard.set(kind, now()),
    listed(kind, items) {
      const present = new Set(items.map(keyOf));
      for (const [key, seen] of objects) if (seen.kind === kind && !present.has(key)) drop(key);
      for (const object of items) put(object);
    },
    changed: put,
    removed: (object) => drop(keyOf(object)),
    requested: (kind, trigger) => requests.inc({ kind, trigger }),
    text: () => textOf([...objects.values()]),
  };
}

const CONDITION: Family = {
  name: 'gotk_reconcile_condition',
  help: 'The conditions of an object: 1 for the status that each has.',
  type: 'gauge',
};
const SUSPENDED: Family = {
  name: 'gotk_suspend_status',
  help: 'Whether an object is suspended: 1 when it is.',
  type: 'gauge',
};

function textOf(objects: readonly Seen[]): string {
  const conditions = objects.map((object) => {
    const labels = objectLabels(object);
    let lines = '';
    for (const [type, is] of object.conditions)
      for (const status of STATUSES)
        lines += `${CONDITION.name}{${labels},type="${escaped(type)}",status="${status}"} ${is === status ? 1 : 0}\n`;
    return lines;
  });
  const suspended = objects.map(
    (object) => `${SUSPENDED.name}{${objectLabels(object)}} ${object.isSuspended ? 1 : 0}\n`,
  );
  return familyText(CONDITION, conditions) + familyText(SUSPENDED, suspended);
}

function exportCounts(registry: Registry, objects: ReadonlyMap<string, Seen>): void {
  new Gauge({
    name: 'pawl_objects',
    help: 'Objects of the cluster.',
    labelNames: ['kind'],
    registers: [registry],
    collect() {
      this.reset();
      const counts = new Map<string, number>();
      for (const { kind } of objects.values()) counts.set(kind, (counts.get(kind) ?? 0) + 1);
      for (const [kind, count] of counts) this.set({ kind }, count);
    },
  });
}

interface State {
  readonly heard: ReadonlyMap<string, number>;
  readonly queues: () => Queues | undefined;
  readonly now: () => number;
}

function exportState(registry: Registry, { heard, queues, now }: State): void {
  new Gauge({
    name: 'pawl_watch_held',
    help: 'Whether this worker holds the watch of the cluster: 1 on one worker.',
    registers: [registry],
    collect() {
      this.set(queues() === undefined ? 0 : 1);
    },
  });
  new Gauge({
    name: 'pawl_watch_age_seconds',
    help: 'Since the API server was last heard of objects of a kind; it says something about once a minute.',
    labelNames: ['kind'],
    registers: [registry],
    collect() {
      this.reset();
      for (const [kind, at] of heard) this.set({ kind }, Math.max(0, now() - at) / 1000);
    },
  });
  new Gauge({
    name: 'pawl_watch_queue_length',
    help: 'What the watch has yet to do: requests of runs, looks at objects, schedules to be changed.',
    labelNames: ['queue'],
    registers: [registry],
    collect() {
      this.reset();
      for (const [queue, length] of Object.entries(queues() ?? {})) this.set({ queue }, length());
    },
  });
}

interface LooseStatus {
  readonly conditions?: readonly Pick<Condition, 'type' | 'status'>[];
}

/** Ready always: an object of which nobody has said anything yet is not known to be ready. */
function see(object: KubeObject): Seen {
  const { name, namespace = '', deletionTimestamp } = object.metadata;
  const { conditions = [] } = (object['status'] ?? {}) as LooseStatus;
  const { suspend } = (object['spec'] ?? {}) as { readonly suspend?: boolean };
  const said = conditions.map(({ type, status }) => [type, status] as const);
  const all = new Map<string, Status>([['Ready', 'Unknown'], ...said]);
  if (deletionTimestamp !== undefined) for (const type of all.keys()) all.set(type, 'Deleted');
  return { kind: object.kind, name, namespace, isSuspended: suspend === true, conditions: all };
}

function keyOf({ kind, metadata }: KubeObject): string {
  return `${kind}/${metadata.namespace ?? ''}/${metadata.name}`;
}
