import { setImmediate as breathe } from 'node:timers/promises';
import { parseDuration } from '../../../api/duration.ts';
import type { ImageRepository } from '../../../api/image-repository.ts';
import { readImageName } from './canonical-name.ts';
import { checksumOf } from './checksum.ts';
import type { TagDeps } from './contract.ts';
import { exclusionListOf, withoutExcluded } from './exclusions.ts';
import { registryAccessOf } from './registry-access.ts';
import { scanFailure } from './scan-failure.ts';

/** What a scan found. */
export interface Scan {
  /** Checksum of the tags. */
  readonly revision: string;
  /** Without excluded ones, from the last of the alphabet downwards. */
  readonly tags: readonly string[];
}

const SHORTEST_TIMEOUT_MS = 1000;
// What takes longer than this hangs; timers do not take the weeks that an interval may have.
const LONGEST_TIMEOUT_MS = 60 * 60_000;
const HEARTBEAT_MS = 4000;

/**
 * Lists all tags of an image within `spec.timeout`. A list that does not come whole is an error, never a shorter one.
 * Throws what {@link registryAccessOf} does, and ReadOperationFailed.
 */
export async function scanTags(
  deps: TagDeps,
  repository: ImageRepository,
  { signal, heartbeat = () => undefined }: ScanOptions,
): Promise<Scan> {
  const image = readImageName(repository.spec.image);
  const beat = setInterval(() => heartbeat({ scanning: image.canonical }), HEARTBEAT_MS);
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(timeoutOf(repository))]);
  try {
    const access = await registryAccessOf(deps, repository, bounded);
    const listed = await deps.registry
      .listTags({ access, repository: image.name, signal: bounded })
      .catch((error: unknown) => {
        signal.throwIfAborted();
        throw scanFailure(error, image, access);
      });
    const kept = await withoutExcluded(listed, exclusionListOf(repository), { signal });
    // Sorting is one long step.
    await breathe();
    const tags = kept.toSorted().reverse();
    return { revision: checksumOf(tags), tags };
  } finally {
    clearInterval(beat);
  }
}

export interface ScanOptions {
  readonly signal: AbortSignal;
  readonly heartbeat?: (detail: unknown) => void;
}

/** The bound of a scan, in milliseconds: the interval where the object names none. */
export function timeoutOf({ spec }: Pick<ImageRepository, 'spec'>): number {
  const ms = parseDuration(spec.timeout || spec.interval) ?? 0;
  return Math.min(LONGEST_TIMEOUT_MS, Math.max(SHORTEST_TIMEOUT_MS, Math.ceil(ms)));
}
