import type { KubeClient } from '../../activities/kube/client.ts';
import { signalObject } from '../../client/objects.ts';
import { connectTemporal } from '../../client/temporal.ts';
import { requestReconcile, Trigger } from '../../workflows/messages.ts';
import type { Row } from './report.ts';
import type { Rig } from './rig.ts';
import { median } from './runs.ts';
import { until } from './until.ts';
import { kustomization, NAMESPACE, nameOf, SOURCE, targetOf } from './workload.ts';

const PUSHES = 15;
const CONFIG_MAPS = { apiVersion: 'v1', kind: 'ConfigMap', namespace: NAMESPACE };

/** From the signal that follows a push to the changed object, while idle and while a health wait is on. */
export async function measurePushes(rig: Rig): Promise<readonly Row[]> {
  await using source = await openSource(rig);
  const idle = await pushSeries(rig, source.ask, { path: 'idle', index: 1 });
  // A pod that fits no node: the wait never ends by itself.
  const files = { 'waiting/deployment.yaml': PENDING };
  const waiting = await pushSeries(rig, source.ask, { path: 'waiting', index: 2, files });
  return [
    {
      what: 'push to applied, idle, median',
      value: median(idle),
      unit: 'ms',
      note: `worst ${Math.round(Math.max(...idle))} ms`,
    },
    {
      what: 'push to applied, health wait on, median',
      value: median(waiting),
      unit: 'ms',
      note: `worst ${Math.round(Math.max(...waiting))} ms`,
    },
  ];
}

/** Has the source ask its remote. */
export type Ask = () => Promise<void>;

export interface Series {
  /** The folder, and the name of the object in it. */
  readonly path: string;
  /** Of the Kustomization that applies it. */
  readonly index: number;
  readonly files?: Readonly<Record<string, string>>;
}

/** How long each of some pushes took to be applied, from when the source was told of it, in milliseconds. */
export async function pushSeries(
  rig: Rig,
  ask: Ask,
  { path, index, files = {} }: Series,
): Promise<readonly number[]> {
  await rig.tree.push(`${path} begins`, { ...files, [`${path}/config.yaml`]: configMap(path, 'start') });
  await rig.kube.create(kustomization({ index, path: `./${path}`, substitute: {} }));
  await timeOf(ask, () => untilValue(rig.kube, path, 'start'));
  const times: number[] = [];
  for (let push = 0; push < PUSHES; push += 1) {
    const value = String(push);
    await rig.tree.push(`${path} ${value}`, { [`${path}/config.yaml`]: configMap(path, value) });
    times.push(await timeOf(ask, () => untilValue(rig.kube, path, value)));
    await untilSettled(rig.kube, index);
  }
  return times;
}

/** 50 Kustomizations of one source: from the signal to the last of them applied. */
export async function measureFanOut(rig: Rig, count: number): Promise<readonly Row[]> {
  const files = (value: string) => ({ 'fan/config.yaml': configMap('fan-${INDEX}', value) });
  await using source = await openSource(rig);
  await rig.tree.push('fan begins', files('start'));
  await source.ask();
  const indexes = Array.from({ length: count }, (_, index) => 100 + index);
  for (const index of indexes) await rig.kube.create(kustomization({ index, path: './fan', substitute: {} }));
  const all = (value: string) =>
    until(rig.kube, CONFIG_MAPS, (maps) => {
      const done = maps.filter((map) => map.metadata.name.startsWith('fan-') && valueOf(map) === value);
      return done.length === count;
    });
  await timeOf(source.ask, () => all('start'));
  await rig.tree.push('fan changes', files('changed'));
  const ms = await timeOf(source.ask, () => all('changed'));
  return [{ what: `one push, ${count} dependants, all applied`, value: ms, unit: 'ms' }];
}

/** Asks for the source, and measures until what follows has come. Milliseconds. */
async function timeOf(ask: Ask, follows: () => Promise<void>): Promise<number> {
  const done = follows();
  const started = performance.now();
  await ask();
  await done;
  return performance.now() - started;
}

interface Source extends AsyncDisposable {
  /** By a signal, as `pawl reconcile` does. */
  readonly ask: Ask;
}

/** The source as somebody with a connection to Temporal reaches it. */
export async function openSource({ stack }: Rig): Promise<Source> {
  const client = await connectTemporal({
    address: stack.temporalAddress,
    namespace: stack.temporalNamespace,
  });
  const ref = { kind: 'GitRepository', namespace: NAMESPACE, name: SOURCE } as const;
  return {
    async ask() {
      await signalObject(client, 'default', ref, {
        signal: requestReconcile,
        request: { reason: Trigger.Manual },
        trigger: Trigger.Manual,
      });
    },
    [Symbol.asyncDispose]: () => client.connection.close(),
  };
}

function untilValue(kube: KubeClient, name: string, value: string): Promise<void> {
  return until(kube, CONFIG_MAPS, (maps) =>
    maps.some((map) => map.metadata.name === name && valueOf(map) === value),
  );
}

/** Until the Kustomization is ready again, or waits for health again. */
function untilSettled(kube: KubeClient, index: number): Promise<void> {
  return until(kube, { ...targetOf(index), fieldSelector: `metadata.name=${nameOf(index)}` }, ([object]) => {
    const { conditions = [] } = (object?.['status'] ?? {}) as {
      readonly conditions?: readonly { readonly type: string; readonly message: string }[];
    };
    const ready = conditions.find(({ type }) => type === 'Ready');
    return /^(Applied revision|Running health checks)/.test(ready?.message ?? '');
  });
}

function valueOf(map: object): string | undefined {
  return (map as { readonly data?: { readonly value?: string } }).data?.value;
}

function configMap(name: string, value: string): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\ndata:\n  value: "${value}"\n`;
}

const PENDING = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: pending
spec:
  replicas: 1
  selector: {matchLabels: {app: pending}}
  template:
    metadata:
      labels: {app: pending}
    spec:
      automountServiceAccountToken: false
      nodeSelector: {nobody: has-this}
      containers: [{name: app, image: registry.example/app:1.0.0}]
`;
