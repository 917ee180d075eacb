import type { KubeClient } from '../../kube/client.ts';
import { isConflict } from '../../kube/errors.ts';
import type { CorruptRelease } from './release.ts';

/**
 * Moves a record that cannot be read out of helm's way, which takes its name for taken and reads past it. Under its new
 * name it is kept as it is: what nobody here can read may be of use to somebody who can. Resolves to that name, or to
 * undefined when the record is no longer the one that was read: look again.
 */
export async function setAside(kube: KubeClient, { record }: CorruptRelease): Promise<string | undefined> {
  const { namespace, name, uid, resourceVersion } = record;
  const target = { apiVersion: 'v1', kind: 'Secret', namespace, name };
  const secret = await kube.get(target);
  if (secret?.metadata.uid !== uid || secret.metadata.resourceVersion !== resourceVersion) return undefined;
  const aside = `unreadable.${name}.${resourceVersion}`;
  try {
    await kube.create({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: aside, namespace, annotations: secret.metadata.annotations ?? {} },
      data: secret['data'],
    });
  } catch (error) {
    // Whoever made it before did not come to remove the record.
    if (!isConflict(error)) throw error;
  }
  try {
    return (await kube.delete(target, { uid, resourceVersion })) ? aside : undefined;
  } catch (error) {
    if (isConflict(error)) return undefined;
    throw error;
  }
}
