import type { ImagePolicy, ImageRef } from '../../../api/image-policy.ts';
import type { TagDeps } from '../repository/contract.ts';
import type { Look } from '../repository/due.ts';
import { describeImage, scannedRepository, scanRevisionOf } from './choose.ts';
import { fetchDigest } from './digest.ts';
import type { FindDeps } from './find-repository.ts';

/**
 * The look of a tick at a policy that is ready: whether a run would choose another image, or has not chosen from the last
 * scan. The registry is asked only by `digestReflectionPolicy: Always`, and for one digest. Throws as a run would.
 */
export async function lookAtImagePolicy(
  deps: FindDeps & Omit<TagDeps, 'tags'>,
  object: ImagePolicy,
  { signal }: { readonly signal: AbortSignal },
): Promise<Look> {
  const repository = await scannedRepository(deps, object);
  const { latestRef, observedScanRevision } = object.status ?? {};
  const isOfScan =
    observedScanRevision === scanRevisionOf(repository) && latestRef?.name === repository.spec.image;
  if (!isOfScan) return { due: 'Interval', message: 'the tags of the last scan were not chosen from yet' };
  if (object.spec.digestReflectionPolicy !== 'Always') return upToDate(latestRef);
  const digest = await fetchDigest(deps, repository, latestRef.tag, signal);
  if (digest === latestRef.digest) return upToDate(latestRef);
  return {
    due: 'Interval',
    message: `${describeImage({ ...latestRef, digest: '' })} has the digest ${digest} now`,
  };
}

function upToDate(latestRef: ImageRef): Look {
  return { message: `nothing to do, ${describeImage(latestRef)} is chosen` };
}
