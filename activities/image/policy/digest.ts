import type { ImageRepository } from '../../../api/image-repository.ts';
import { Reason } from '../../../api/reasons.ts';
import { failed } from '../../failures.ts';
import { readImageName } from '../repository/canonical-name.ts';
import type { TagDeps } from '../repository/contract.ts';
import { registryAccessOf } from '../repository/registry-access.ts';
import { timeoutOf } from '../repository/scan.ts';
import { scanFailure } from '../repository/scan-failure.ts';

/**
 * The digest that a tag of an ImageRepository has in the registry now, within `spec.timeout`. Throws
 * ReadOperationFailed, and what {@link registryAccessOf} does.
 */
export async function fetchDigest(
  deps: Omit<TagDeps, 'tags'>,
  repository: ImageRepository,
  tag: string,
  signal: AbortSignal,
): Promise<string> {
  const image = readImageName(repository.spec.image);
  const doing = `failed fetching digest of ${repository.spec.image}:${tag}`;
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(timeoutOf(repository))]);
  const access = await registryAccessOf(deps, repository, bounded);
  const digest = await deps.registry
    .getDigest({ access, repository: image.name, signal: bounded }, tag)
    .catch((error: unknown) => {
      signal.throwIfAborted();
      throw scanFailure(error, image, access, doing);
    });
  if (digest !== undefined) return digest;
  throw failed(
    Reason.ReadOperationFailed,
    `${doing}: the registry has no such tag any more; the next scan of the ImageRepository brings what there is`,
  );
}
