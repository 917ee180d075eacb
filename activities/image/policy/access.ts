import type { ImageRepository } from '../../../api/image-repository.ts';
import type { KubeClient } from '../../kube/client.ts';

/**
 * Why a policy of another namespace may not refer to an ImageRepository, by `spec.accessFrom` of that one and the labels
 * of the policy's Namespace; undefined when it may. Without `accessFrom` nobody may, and a selector without labels lets
 * in everybody, as in Flux.
 */
export async function deniedReason(
  kube: Pick<KubeClient, 'get'>,
  from: string,
  { metadata, spec }: ImageRepository,
): Promise<string | undefined> {
  const { namespace, name } = metadata;
  if (from === namespace) return undefined;
  const denied = `access denied: '${namespace}/${name}' can't be accessed due to`;
  if (!spec.accessFrom) return `${denied} missing ACL labels on 'accessFrom'`;
  const labels = await labelsOf(kube, from);
  const isIn = spec.accessFrom.namespaceSelectors.some(({ matchLabels = {} }) =>
    Object.entries(matchLabels).every(([key, value]) => labels.get(key) === value),
  );
  return isIn ? undefined : `${denied} ACL labels mismatch on namespace '${from}'`;
}

async function labelsOf(kube: Pick<KubeClient, 'get'>, name: string): Promise<ReadonlyMap<string, string>> {
  const namespace = await kube.get({ apiVersion: 'v1', kind: 'Namespace', name });
  return new Map(Object.entries(namespace?.metadata.labels ?? {}));
}
