import { type KubeObject, parseApiVersion } from '../../api/kube-object.ts';

/**
 * Kinds of Kubernetes in which kustomize's namespace transformer changes `metadata.namespace` and nothing else.
 * All others of Kubernetes' own groups are left to kustomize: some are cluster-scoped, some name a namespace inside.
 */
const NAMESPACED: ReadonlySet<string> = new Set([
  '/ConfigMap',
  '/Secret',
  '/Service',
  '/ServiceAccount',
  '/Pod',
  '/PersistentVolumeClaim',
  '/LimitRange',
  '/ResourceQuota',
  '/ReplicationController',
  '/PodTemplate',
  'apps/Deployment',
  'apps/StatefulSet',
  'apps/DaemonSet',
  'apps/ReplicaSet',
  'batch/Job',
  'batch/CronJob',
  'autoscaling/HorizontalPodAutoscaler',
  'policy/PodDisruptionBudget',
  'networking.k8s.io/Ingress',
  'networking.k8s.io/NetworkPolicy',
  'coordination.k8s.io/Lease',
  'rbac.authorization.k8s.io/Role',
]);

const KUBERNETES_GROUPS: ReadonlySet<string> = new Set([
  '',
  'apps',
  'batch',
  'autoscaling',
  'policy',
  'extensions',
  'events',
]);

/** The objects in another namespace, as kustomize puts them there; undefined when it has to do that itself. */
export function withNamespace(
  objects: readonly KubeObject[],
  namespace: string,
): readonly KubeObject[] | undefined {
  if (!objects.every(isSimple)) return undefined;
  return objects.map((object) => ({ ...object, metadata: { ...object.metadata, namespace } }));
}

function isSimple({ apiVersion, kind }: KubeObject): boolean {
  const { group } = parseApiVersion(apiVersion);
  // kustomize knows the scope of Kubernetes' own kinds only, and takes every other for namespaced.
  const isForeign = !KUBERNETES_GROUPS.has(group) && !group.endsWith('k8s.io');
  return isForeign || NAMESPACED.has(`${group}/${kind}`);
}
