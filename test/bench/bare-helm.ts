import pLimit from 'p-limit';
import { helm } from '../support/helm.ts';
import { childrenCpuMs } from './processes.ts';
import type { Rig } from './rig.ts';

const NAMESPACE = 'bare';
/** As many as the worker runs. */
const IN_FLIGHT = 10;

export interface BareHelm {
  readonly ms: number;
  /** CPU time of the helm processes alone, for each release, in milliseconds. */
  readonly cpu: number;
}

/**
 * The least that any engine must do which leaves acts to helm, and what figures are compared to: `helm upgrade
 * --install --wait` of a package for each release, straight against the API server.
 */
export async function bareHelm(
  { stack }: Rig,
  count: number,
  { chart, text }: { readonly chart: string; readonly text: string },
): Promise<BareHelm> {
  const limit = pLimit(IN_FLIGHT);
  const flags = ['--namespace', NAMESPACE, '--create-namespace', '--wait', '--set', `text=${text}`];
  const one = (index: number) =>
    helm(['upgrade', '--install', `bare-${index}`, chart, ...flags], { kubeconfig: stack.kubeconfig });
  const before = childrenCpuMs(process.pid);
  const started = performance.now();
  await Promise.all(Array.from({ length: count }, (_, index) => limit(() => one(index))));
  const ms = performance.now() - started;
  return { ms, cpu: (childrenCpuMs(process.pid) - before) / count };
}
