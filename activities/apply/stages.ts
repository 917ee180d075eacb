import { type KubeObject, parseApiVersion } from '../../api/kube-object.ts';
import type { Stage } from './contract.ts';
import { rankOf } from './order.ts';

export const STAGES: readonly Stage[] = ['definitions', 'classes', 'rest'];

/** The stage of an object, as in fluxcd/pkg ssa ApplyAllStaged. */
export function stageOf(object: Pick<KubeObject, 'apiVersion' | 'kind'>): Stage {
  if (isDefinition(object)) return 'definitions';
  return object.kind.endsWith('Class') ? 'classes' : 'rest';
}

export function isCrd({ apiVersion, kind }: Pick<KubeObject, 'apiVersion' | 'kind'>): boolean {
  return kind === 'CustomResourceDefinition' && parseApiVersion(apiVersion).group === 'apiextensions.k8s.io';
}

export function isNamespace({ apiVersion, kind }: Pick<KubeObject, 'apiVersion' | 'kind'>): boolean {
  return kind === 'Namespace' && apiVersion === 'v1';
}

function isDefinition(object: Pick<KubeObject, 'apiVersion' | 'kind'>): boolean {
  const { apiVersion, kind } = object;
  if (isCrd(object) || isNamespace(object)) return true;
  return kind === 'ClusterRole' && parseApiVersion(apiVersion).group === 'rbac.authorization.k8s.io';
}

/** Cuts a list that is in order into runs of one rank: within a run nothing waits for another. */
export function runsOf<T>(items: readonly T[], kindOf: (item: T) => string): T[][] {
  const runs: T[][] = [];
  let rank: number | undefined;
  for (const item of items) {
    const next = rankOf(kindOf(item));
    if (next !== rank) runs.push([]);
    rank = next;
    runs.at(-1)?.push(item);
  }
  return runs;
}
