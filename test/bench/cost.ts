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

/** `CPU of each 300 ms: worker 40, …`: what was used since, divided by the number of objects. */
export function describeCost(rig: Rig, before: Cost, count: number): string {
  const after = costOf(rig);
  const each = (what: keyof Cost) => (after[what] - before[what]) / count;
  const parts: readonly (readonly [string, number])[] = [
    ['worker', each('worker')],
    ['its children', each('children')],
    ['Temporal', each('temporal')],
    ['API server', each('apiServer')],
    ['rest of the control plane', each('others')],
  ];
  const total = parts.reduce((sum, [, ms]) => sum + ms, 0);
  const told = parts.filter(([, ms]) => ms >= 0.5).map(([name, ms]) => `${name} ${Math.round(ms)}`);
  return `CPU of each ${Math.round(total)} ms: ${told.join(', ')}`;
}
