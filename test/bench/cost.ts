import { childrenCpuMs, cpuMs } from './processes.ts';
import type { Rig } from './rig.ts';

/** CPU time that each process has used so far, in milliseconds. */
export interface Cost {
  readonly worker: number;
  /** What the worker has started: helm, kustomize, git. */
  readonly children: number;
  readonly temporal: number;
  readonly apiServer: number;
  /** The rest of the control plane. */
  readonly others: number;
}

export function costOf({ worker, stack }: Rig): Cost {
  const { processes } = stack.controlPlane();
  const isServer = (name: string) => name === 'kube-apiserver';
  const sum = (are: boolean) =>
    processes
      .filter(({ name }) => isServer(name) === are)
      .map(({ pid }) => cpuMs(pid))
      .reduce((total, ms) => total + ms, 0);
  return {
    worker: cpuMs(worker.pid),
    children: childrenCpuMs(worker.pid),
    temporal: cpuMs(stack.temporal().pid),
    apiServer: sum(true),
    others: sum(false),
  };
}

/** What was used since. */
export function costSince(rig: Rig, before: Cost): Cost {
  const after = costOf(rig);
  const used = (what: keyof Cost) => after[what] - before[what];
  return {
    worker: used('worker'),
    children: used('children'),
    temporal: used('temporal'),
    apiServer: used('apiServer'),
    others: used('others'),
  };
}

/** `CPU of each 300 ms: worker 40, …`: what was used since, divided by the number of objects. */
export function describeCost(rig: Rig, before: Cost, count: number): string {
  const used = costSince(rig, before);
  const parts: readonly (readonly [string, number])[] = [
    ['worker', used.worker / count],
    ['its children', used.children / count],
    ['Temporal', used.temporal / count],
    ['API server', used.apiServer / count],
    ['rest of the control plane', used.others / count],
  ];
  const total = parts.reduce((sum, [, ms]) => sum + ms, 0);
  const told = parts.filter(([, ms]) => ms >= 0.5).map(([name, ms]) => `${name} ${Math.round(ms)}`);
  return `CPU of each ${Math.round(total)} ms: ${told.join(', ')}`;
}
