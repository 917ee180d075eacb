import type { ImageRepository } from '../../../api/image-repository.ts';
import type { TagDeps } from './contract.ts';
import { type ScanOptions, scanTags } from './scan.ts';

/**
 * The tags of an ImageRepository that was scanned, without excluded ones, from the last of the alphabet downwards: those
 * of `status.lastScanResult` where this worker has them, else (another worker scanned, or the cache is lost) what the
 * registry lists now. Throws what {@link scanTags} does, with reasons of an ImageRepository.
 */
export async function readTags(
  deps: TagDeps,
  repository: ImageRepository,
  step: ScanOptions,
): Promise<readonly string[]> {
  const { namespace, name } = repository.metadata;
  const wanted = repository.status?.lastScanResult?.revision;
  const kept = wanted === undefined ? undefined : await deps.tags.get({ namespace, name }, wanted);
  if (kept !== undefined) return kept;
  const { revision, tags } = await scanTags(deps, repository, step);
  await deps.tags.put({ namespace, name }, revision, tags);
  return tags;
}
