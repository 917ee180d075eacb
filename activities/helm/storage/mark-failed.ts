import type { KubeObject } from '../../../api/kube-object.ts';
import type { KubeClient } from '../../kube/client.ts';
import { isConflict, isNotFound } from '../../kube/errors.ts';
import { packRecord, unpackRecord } from './compression.ts';
import { withMember } from './json-member.ts';
import { dataOf, releaseOf } from './record.ts';
import { isCorrupt, type Release } from './release.ts';

// As helm's own writes and Flux's are recorded in the object's managedFields.
const FIELD_MANAGER = 'helm-controller';

/** What a release is marked with that its helm left in `status`. */
export function staleDescription(status: string): string {
  return `Release unlocked from stale '${status}' state`;
}

/**
 * Writes into the record of a release that it failed: the unlock of a release whose helm is gone. Everything else in
 * the record stays as it is, byte for byte. Answers with the release as it is now, or undefined when the record is
 * no longer the one that `release` was read from: look again.
 */
export async function markFailed(
  kube: KubeClient,
  { record }: Release,
  description: string,
): Promise<Release | undefined> {
  const { namespace, name } = record;
  const secret = await kube.get({ apiVersion: 'v1', kind: 'Secret', namespace, name });
  const { uid, resourceVersion } = secret?.metadata ?? {};
  if (!secret || uid !== record.uid || resourceVersion !== record.resourceVersion) return undefined;
  try {
    const written = await kube.replace(await failedRecord(secret, description), {
      fieldManager: FIELD_MANAGER,
    });
    const release = await releaseOf(written);
    return release && !isCorrupt(release) ? release : undefined;
  } catch (error) {
    if (isConflict(error) || isNotFound(error)) return undefined;
    throw error;
  }
}

async function failedRecord(secret: KubeObject, description: string): Promise<KubeObject> {
  const text = await unpackRecord(dataOf(secret));
  const failed = withMember(text, ['info', 'status'], 'failed');
  const release = await packRecord(withMember(failed, ['info', 'description'], description));
  const labels = {
    ...secret.metadata.labels,
    status: 'failed',
    modifiedAt: String(Math.floor(Date.now() / 1000)),
  };
  return {
    ...secret,
    metadata: { ...secret.metadata, labels },
    data: { ...(secret['data'] as object), release },
  };
}
