import type { ObjectId } from '../../api/object-id.ts';

// Same order as fluxcd/pkg ssa/sort.go ReconcileOrder.
const FIRST = [
  'CustomResourceDefinition',
  'Namespace',
  'ClusterRole',
  'ClusterClass',
  'RuntimeClass',
  'PriorityClass',
  'StorageClass',
  'VolumeSnapshotClass',
  'IngressClass',
  'GatewayClass',
  'ClusterRoleBinding',
  'ResourceQuota',
  'ServiceAccount',
  'Role',
  'RoleBinding',
  'ConfigMap',
  'Secret',
  'Service',
  'LimitRange',
  'Deployment',
  'StatefulSet',
  'CronJob',
  'PodDisruptionBudget',
];
const LAST = ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'];

const ranks: ReadonlyMap<string, number> = new Map([
  ...FIRST.map((kind, i) => [kind, i - FIRST.length] as const),
  ...LAST.map((kind, i) => [kind, i + 1] as const),
]);

/** Kinds of a lower rank are applied before, and deleted after, those of a higher one. */
export function rankOf(kind: string): number {
  return ranks.get(kind) ?? 0;
}

/** Orders objects as they are applied: by rank, then group, kind, namespace and name. */
export function compareIds(one: ObjectId, other: ObjectId): number {
  return (
    rankOf(one.kind) - rankOf(other.kind) ||
    compareText(one.group, other.group) ||
    compareText(one.kind, other.kind) ||
    compareText(one.namespace, other.namespace) ||
    compareText(one.name, other.name)
  );
}

// Not by locale: the order must be the same in every worker.
function compareText(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
