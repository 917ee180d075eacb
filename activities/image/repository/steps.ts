import type { ImageRepository } from '../../../api/image-repository.ts';
import { Kind } from '../../../api/object-ref.ts';
import { Reason } from '../../../api/reasons.ts';
import { failed } from '../../failures.ts';
import { faultPoint } from '../../fault.ts';
import type { KubeClient } from '../../kube/client.ts';
import type { ReadySource } from '../../observe/git-repository.ts';
import { type Attempt, attemptOf, readObject } from '../../observe/object.ts';
import { scanning } from '../../status/image-repository-status.ts';
import { patchStatus, type Status, seconds } from '../../status/patch.ts';
import type { StepContext } from '../../steps.ts';
import { readImageName } from './canonical-name.ts';
import type { TagDeps } from './contract.ts';
import { type DueDeps, ScanReason, scanReason } from './due.ts';
import { exclusionListOf } from './exclusions.ts';
import { registryAccessOf } from './registry-access.ts';
import { scanTags } from './scan.ts';

const LATEST_TAGS = 10;

/** What a scan found, or the last one when none was due: small enough for a history. */
export interface ScannedImage {
  /** The spec that was scanned for. */
  readonly attempt: Attempt;
  /** The tags are those of the status. */
  readonly unchanged: boolean;
  readonly canonicalName: string;
  readonly revision: string;
  readonly tagCount: number;
  readonly latestTags: readonly string[];
  /** When the registry was asked, RFC 3339; undefined when it was not. */
  readonly scannedAt?: string;
  readonly observedExclusionList: readonly string[];
}

export interface ScanDeps extends TagDeps, DueDeps {
  readonly kube: KubeClient;
  readonly tags: TagDeps['tags'];
}

export interface ScanInput extends ReadySource {
  /** Somebody wants a scan now, and has left no annotation. */
  readonly isAsked?: boolean;
}

/**
 * Scans the tags of an ImageRepository when that is due, and keeps them. Throws ReadOperationFailed,
 * AuthenticationFailed, Failure (of the disk), and what {@link readImageName} does.
 */
export async function scanImageRepository(
  deps: ScanDeps,
  { ref, isAsked = false }: ScanInput,
  step: StepContext,
): Promise<ScannedImage> {
  const object = await readObject(deps.kube, { ...ref, kind: Kind.ImageRepository });
  if (!object) throw failed(Reason.Failure, 'the object was removed while it was being scanned');
  const reason = await scanReason(deps, object, isAsked);
  if (reason === undefined) {
    // Whoever changes credentials learns at once of a Secret that is not there, as with Flux.
    const isNew = object.status?.observedGeneration !== object.metadata.generation;
    if (isNew) await registryAccessOf(deps, object, step.signal);
    return { ...lastResult(object), unchanged: true };
  }
  // A quiet scan of the clock is not worth two more writes.
  if (reason !== ScanReason.interval) {
    const status = scanning(object, `scanning: ${reason}`, deps.now());
    await patchStatus(deps.kube, ref, object.status as Status | undefined, status as Status);
  }
  // The time before: what is pushed while it is listed may be missing.
  const scannedAt = seconds(deps.now());
  const { revision, tags } = await scanTags(deps, object, step);
  await deps.tags.put(ref, revision, tags);
  faultPoint('image.scanned');
  const found = { revision, tagCount: tags.length, latestTags: tags.slice(0, LATEST_TAGS) };
  return { ...lastResult(object), ...found, scannedAt, unchanged: isKnown(object, found) };
}

function lastResult(object: ImageRepository): Omit<ScannedImage, 'unchanged' | 'scannedAt'> {
  const { revision = '', tagCount = 0, latestTags = [] } = object.status?.lastScanResult ?? {};
  return {
    attempt: attemptOf(object),
    canonicalName: readImageName(object.spec.image).canonical,
    revision,
    tagCount,
    latestTags,
    observedExclusionList: exclusionListOf(object),
  };
}

/** Whether the status has it; more than the checksum, which is of 32 bits. */
function isKnown(
  { status }: ImageRepository,
  found: Pick<ScannedImage, 'revision' | 'tagCount' | 'latestTags'>,
): boolean {
  const { revision, tagCount, latestTags = [] } = status?.lastScanResult ?? {};
  return (
    revision === found.revision &&
    tagCount === found.tagCount &&
    found.latestTags.every((tag, index) => latestTags[index] === tag)
  );
}
