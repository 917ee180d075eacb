import { isDeepStrictEqual } from 'node:util';
import type { Kustomization, KustomizationStatus } from '../../api/kustomization.ts';
import type { ObjectRef } from '../../api/object-ref.ts';
import { Kind } from '../../api/object-ref.ts';
import { TakenOverError } from '../fence.ts';
import type { KubeClient } from '../kube/client.ts';
import { isConflict } from '../kube/errors.ts';
import { parseObject, targetOfRef } from '../observe/object.ts';
import { changedFields, type Status } from './patch.ts';

// Each conflict means that somebody edited the object between a read and the write after it.
const ATTEMPTS = 10;

/**
 * Writes a status with an inventory onto the one it was made from, and returns the object with it. Two attempts may
 * be at work when one has lost its task and does not know yet: the one that does not know the other's inventory
 * must not replace it, or what the other has made would be an orphan. What people change meanwhile is no matter.
 * Throws {@link TakenOverError}.
 */
export async function swapStatus(
  kube: KubeClient,
  ref: ObjectRef,
  object: Kustomization,
  after: KustomizationStatus,
): Promise<Kustomization> {
  const status = changedFields((object.status ?? {}) as Status, after as Status);
  if (Object.keys(status).length === 0) return object;
  let { resourceVersion } = object.metadata;
  for (let attempt = 1; ; attempt += 1) {
    try {
      const patch = { metadata: { resourceVersion }, status };
      const written = parseObject(
        Kind.Kustomization,
        await kube.patch(targetOfRef(ref), patch, { type: 'merge', subresource: 'status' }),
      );
      // Only the status: a spec that came meanwhile belongs to the next pass.
      const metadata = { ...object.metadata, resourceVersion: written.metadata.resourceVersion };
      return { ...object, metadata, status: written.status };
    } catch (error) {
      if (!isConflict(error) || attempt === ATTEMPTS) throw error;
      resourceVersion = await versionOfSameStatus(kube, ref, object.status, after);
    }
  }
}

async function versionOfSameStatus(
  kube: KubeClient,
  ref: ObjectRef,
  before: KustomizationStatus | undefined,
  after: KustomizationStatus,
): Promise<string> {
  const found = await kube.get(targetOfRef(ref));
  if (!found) throw new TakenOverError();
  const { status, metadata } = parseObject(Kind.Kustomization, found);
  // An answer that was lost on its way had its effect all the same.
  const isOurs = [before, after].some((known) => isDeepStrictEqual(claim(known), claim(status)));
  if (!isOurs) throw new TakenOverError();
  return metadata.resourceVersion;
}

/** What tells the attempts at an object apart. */
function claim(status: KustomizationStatus | undefined): unknown {
  return [status?.inventory?.entries ?? [], status?.lastAttemptedRevision];
}
