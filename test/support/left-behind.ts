import type { KubeClient } from '../../activities/kube/client.ts';
import type { KubeObject } from '../../api/kube-object.ts';
import { FieldManager, Label } from '../../api/names.ts';

type Fields = Record<string, unknown>;

interface Kinds {
  readonly apiVersion: string;
  readonly kinds: readonly string[];
}

const NAMESPACED: readonly Kinds[] = [
  {
    apiVersion: 'v1',
    kinds: ['ConfigMap', 'Secret', 'Service', 'ServiceAccount', 'Pod', 'PersistentVolumeClaim'],
  },
  { apiVersion: 'apps/v1', kinds: ['Deployment', 'StatefulSet', 'DaemonSet'] },
  { apiVersion: 'batch/v1', kinds: ['Job', 'CronJob'] },
  { apiVersion: 'networking.k8s.io/v1', kinds: ['Ingress', 'NetworkPolicy'] },
  { apiVersion: 'policy/v1', kinds: ['PodDisruptionBudget'] },
  { apiVersion: 'autoscaling/v2', kinds: ['HorizontalPodAutoscaler'] },
  { apiVersion: 'rbac.authorization.k8s.io/v1', kinds: ['Role', 'RoleBinding'] },
];
const CLUSTER_SCOPED: readonly Kinds[] = [
  { apiVersion: 'v1', kinds: ['Namespace'] },
  { apiVersion: 'rbac.authorization.k8s.io/v1', kinds: ['ClusterRole', 'ClusterRoleBinding'] },
  { apiVersion: 'scheduling.k8s.io/v1', kinds: ['PriorityClass'] },
  { apiVersion: 'apiextensions.k8s.io/v1', kinds: ['CustomResourceDefinition'] },
];
// Written by servers, or different in every namespace by nature.
const OF_SERVERS = ['uid', 'resourceVersion', 'creationTimestamp', 'selfLink', 'ownerReferences'];
const OF_SERVICES = ['clusterIP', 'clusterIPs'];
// The server gives a Job its template's labels when it has none of its own.
const OF_JOBS = /^(batch\.kubernetes\.io\/)?(controller-uid|job-name)$/;
const OF_ORIGIN = /^f:helm\.toolkit\.fluxcd\.io\/(name|namespace)$/;
const NOT_FROM_CHARTS = ['ConfigMap/kube-root-ca.crt', 'ServiceAccount/default'];
const HELM_RECORD = 'helm.sh/release.v1';

/**
 * What charts have left in a namespace, in those whose names begin with its name, and in the cluster under its name, by
 * kind and name: without what servers write, without the labels of a HelmRelease, and with the same word for the
 * namespace and for helm as a field manager, so that two namespaces can be compared.
 */
export async function leftBehind(
  kube: KubeClient,
  namespace: string,
): Promise<Readonly<Record<string, Fields>>> {
  const namespaces = (await list(kube, 'v1', 'Namespace'))
    .map(({ metadata: { name } }) => name)
    .filter((name) => name === namespace || name.startsWith(`${namespace}-`));
  const ofCluster = (await listAll(kube, CLUSTER_SCOPED)).filter(
    ({ metadata: { name } }) => name.includes(namespace) && name !== namespace,
  );
  const ofNamespaces = await Promise.all(
    namespaces.flatMap((each) => [listAll(kube, NAMESPACED, each), customResources(kube, each)]),
  );
  const found = [...ofCluster, ...ofNamespaces.flat()];
  const kept = found.filter(isOfChart).map((object) => comparable(object, namespace));
  return Object.fromEntries(kept.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** Objects of the kinds that charts of the set define, for everybody or for the namespace. */
async function customResources(kube: KubeClient, namespace: string): Promise<KubeObject[]> {
  const definitions = await list(kube, 'apiextensions.k8s.io/v1', 'CustomResourceDefinition');
  const found: KubeObject[] = [];
  for (const { spec } of definitions) {
    const { group, names } = spec as { readonly group: string; readonly names: { readonly kind: string } };
    if (!['charts.test.example', `${namespace}.test.example`].includes(group)) continue;
    // A definition that is on its way out takes its objects with it, and is itself seen.
    found.push(...(await list(kube, `${group}/v1`, names.kind, namespace).catch(() => [])));
  }
  return found;
}

async function listAll(
  kube: KubeClient,
  groups: readonly Kinds[],
  namespace?: string,
): Promise<KubeObject[]> {
  const queries = groups.flatMap(({ apiVersion, kinds }) =>
    kinds.map((kind) => list(kube, apiVersion, kind, namespace)),
  );
  return (await Promise.all(queries)).flat();
}

async function list(
  kube: KubeClient,
  apiVersion: string,
  kind: string,
  namespace?: string,
): Promise<KubeObject[]> {
  const { items } = await kube.list({ apiVersion, kind, ...(namespace && { namespace }) });
  return items.map((item) => ({ ...item, apiVersion, kind }) as KubeObject);
}

function isOfChart(object: KubeObject): boolean {
  const { kind, metadata } = object;
  if (NOT_FROM_CHARTS.includes(`${kind}/${metadata.name}`) || object['type'] === HELM_RECORD) return false;
  return !(Array.isArray(metadata['ownerReferences']) && metadata['ownerReferences'].length > 0);
}

function comparable(object: KubeObject, namespace: string): [string, Fields] {
  const copy = JSON.parse(JSON.stringify(object).replaceAll(namespace, 'NAMESPACE')) as Fields & {
    kind: string;
    metadata: Fields & { name: string; namespace?: string };
    spec?: Fields;
  };
  const { kind, metadata } = copy;
  delete copy['status'];
  for (const field of OF_SERVERS) delete metadata[field];
  const labels = { ...(metadata['labels'] as Fields) };
  delete labels[Label.releaseName];
  delete labels[Label.releaseNamespace];
  metadata['labels'] = labels;
  metadata['managedFields'] = byHelm(metadata['managedFields']);
  if (kind === 'Service') for (const field of OF_SERVICES) delete copy.spec?.[field];
  if (kind === 'Pod') delete copy.spec?.['nodeName'];
  if (kind === 'Job') withoutKeys(copy, OF_JOBS);
  const place = metadata.namespace === 'NAMESPACE' ? '' : `${metadata.namespace ?? ''}/`;
  return [`${kind}/${place}${metadata.name}`, copy];
}

/** The fields that helm says are its own; other managers are controllers, and come when they come. */
function byHelm(entries: unknown): unknown {
  const own = ((entries ?? []) as Fields[]).filter(({ manager }) =>
    [FieldManager.helm, 'helm'].includes(manager as string),
  );
  for (const entry of own) {
    delete entry['time'];
    delete entry['manager'];
    withoutKeys(entry, OF_ORIGIN);
    const { 'f:metadata': metadata = {} } = entry['fieldsV1'] as Record<string, Fields>;
    const labels = metadata['f:labels'] ?? {};
    if (Object.keys(labels).length === 0) delete metadata['f:labels'];
  }
  return own;
}

function withoutKeys(value: unknown, pattern: RegExp): void {
  if (typeof value !== 'object' || value === null) return;
  const fields = value as Fields;
  for (const key of Object.keys(fields)) {
    if (pattern.test(key)) delete fields[key];
    else withoutKeys(fields[key], pattern);
  }
}
