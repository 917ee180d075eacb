import pLimit from 'p-limit';
import type { KubeObject } from '../../api/kube-object.ts';
import { Annotation } from '../../api/names.ts';
import { bareLoop } from './bare-loop.ts';
import { costOf, describeCost } from './cost.ts';
import { peakMemory } from './processes.ts';
import type { Row } from './report.ts';
import type { Rig } from './rig.ts';
import { historyEvents } from './runs.ts';
import { until } from './until.ts';
import { kustomization, NAMESPACE, OBJECTS_EACH, targetOf } from './workload.ts';

const KUSTOMIZATIONS = {
  apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
  kind: 'Kustomization',
  namespace: NAMESPACE,
};
const IN_FLIGHT = 20;

/** First sync, a change of a variable, and a pass without a change, of `count` Kustomizations. */
export async function measureSync(rig: Rig, count: number): Promise<readonly Row[]> {
  const { kube, worker } = rig;
  const each = <T>(work: (index: number) => Promise<T>) => {
    const limit = pLimit(IN_FLIGHT);
    return Promise.all(Array.from({ length: count }, (_, index) => limit(() => work(index))));
  };
  const allOf = (claim: (object: KubeObject) => boolean) =>
    until(kube, KUSTOMIZATIONS, (objects) => objects.length === count && objects.every(claim));
  const name = (what: string) => `${what}, N=${count}`;

  const bareFirst = await bareLoop(kube, count, 'a');
  const bareChange = await bareLoop(kube, count, 'b');
  const bareSame = await bareLoop(kube, count, 'b');

  console.error(name(`bare loop: ${[bareFirst, bareChange, bareSame].map(Math.round).join(', ')} ms`));
  const rows: Row[] = [];
  const measured = async (
    what: string,
    bareMs: number,
    act: () => Promise<unknown>,
    claim: (object: KubeObject) => boolean,
  ) => {
    const before = costOf(rig);
    const started = performance.now();
    await Promise.all([act(), allOf(claim)]);
    const ms = performance.now() - started;
    console.error(`${name(what)}: ${Math.round(ms)} ms, bare loop ${Math.round(bareMs)} ms`);
    rows.push({
      what: name(what),
      value: ms,
      unit: 'ms',
      bareMs,
      note: describeCost(rig, before, count),
    });
  };

  await measured(
    'first sync, all ready',
    bareFirst,
    () => each((index) => kube.create(kustomization({ index }))),
    isReady,
  );
  const value = { spec: { postBuild: { substitute: { VALUE: 'b' } } } };
  await measured(
    'a variable changed in all',
    bareChange,
    () => each((index) => kube.patch(targetOf(index), value, { type: 'merge' })),
    (object) => isReady(object) && object.metadata.generation === 2,
  );
  const request = { metadata: { annotations: { [Annotation.requestedAt]: 'bench' } } };
  await measured(
    'a pass without a change',
    bareSame,
    () => each((index) => kube.patch(targetOf(index), request, { type: 'merge' })),
    (object) => statusOf(object).lastHandledReconcileAt === 'bench',
  );

  rows.push({ what: name('worker memory, peak'), value: peakMemory(worker.pid), unit: 'MiB' });
  rows.push({
    what: name('history events of a run, median'),
    value: await historyEvents(rig, 'kustomization'),
    unit: '',
  });
  rows.push({ what: name('worker start to first ready object'), value: rig.firstReadyMs, unit: 'ms' });
  rows.push({
    what: name('bare loop, new'),
    value: bareFirst,
    unit: 'ms',
    note: `${count * OBJECTS_EACH} objects`,
  });
  return rows;
}

interface Status {
  readonly observedGeneration?: number;
  readonly lastHandledReconcileAt?: string;
  readonly conditions?: readonly { readonly type: string; readonly status: string }[];
}

function statusOf(object: KubeObject): Status {
  return (object['status'] ?? {}) as Status;
}

/** Ready, and of the generation that the object has. */
export function isReady(object: KubeObject): boolean {
  const { observedGeneration, conditions = [] } = statusOf(object);
  return (
    observedGeneration === object.metadata.generation &&
    conditions.some(({ type, status }) => type === 'Ready' && status === 'True')
  );
}
