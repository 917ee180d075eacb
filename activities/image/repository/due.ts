import { findCondition } from '../../../api/conditions.ts';
import { parseDuration } from '../../../api/duration.ts';
import type { ImageRepository } from '../../../api/image-repository.ts';
import { Annotation } from '../../../api/names.ts';
import { readImageName } from './canonical-name.ts';
import type { TagStore } from './contract.ts';
import { exclusionListOf } from './exclusions.ts';

export interface DueDeps {
  readonly tags: Pick<TagStore, 'has'>;
  readonly now: () => Date;
}

/** Why a scan is due: the words that image-reflector-controller shows while it scans, and one of our own. */
export const ScanReason = {
  neverScanned: 'first scan',
  requested: 'reconcile requested',
  newImageName: 'new image name',
  updatedExclusionList: 'updated exclusion list',
  /** A failure may have answered the request, and must not be taken for a result. */
  failedBefore: 'the last scan failed',
  noTags: 'no tags in database',
  interval: 'triggered by interval',
} as const;
export type ScanReason = (typeof ScanReason)[keyof typeof ScanReason];

/** Why an ImageRepository is to be scanned now; undefined when its last result is good until later. */
export async function scanReason(
  deps: DueDeps,
  repository: ImageRepository,
  isAsked = false,
): Promise<ScanReason | undefined> {
  const last = repository.status?.lastScanResult;
  if (!last) return ScanReason.neverScanned;
  const asked = isAsked ? ScanReason.requested : askedReason(repository);
  if (asked !== undefined) return asked;
  if (!(await deps.tags.has(repository.metadata, last.revision ?? ''))) return ScanReason.noTags;
  return isOver(last.scanTime, repository.spec.interval, deps.now()) ? ScanReason.interval : undefined;
}

/** What the object says without the clock. */
function askedReason(repository: ImageRepository): ScanReason | undefined {
  const { metadata, spec, status } = repository;
  const requestedAt = metadata.annotations?.[Annotation.requestedAt];
  if (requestedAt !== undefined && requestedAt !== status?.lastHandledReconcileAt)
    return ScanReason.requested;
  if (readImageName(spec.image).canonical !== status?.canonicalImageName) return ScanReason.newImageName;
  if (!isSameList(exclusionListOf(repository), status.observedExclusionList ?? [])) {
    return ScanReason.updatedExclusionList;
  }
  const isFailed = findCondition(status.conditions, 'Ready')?.status === 'False';
  return isFailed ? ScanReason.failedBefore : undefined;
}

export interface Look {
  /** The trigger of the run that is due. */
  readonly due?: 'Interval';
  readonly message: string;
}

/** The look of a tick: whether a run would scan. Nothing is asked of the registry. */
export async function lookAtImageRepository(deps: DueDeps, repository: ImageRepository): Promise<Look> {
  const reason = await scanReason(deps, repository);
  if (reason !== undefined) return { due: 'Interval', message: `a scan is due: ${reason}` };
  const scanTime = repository.status?.lastScanResult?.scanTime;
  return { message: `nothing to do, scanned at ${scanTime}` };
}

/**
 * Whether it is time again. One tick comes in each interval, sooner or later in it and before a scan that takes its time:
 * asked for the whole interval, many would find it not quite over. So a tick is passed over only when somebody had the
 * image scanned in the half of an interval before it.
 */
function isOver(scanTime: string | undefined, interval: string, now: Date): boolean {
  const elapsedMs = now.getTime() - Date.parse(scanTime ?? '');
  // Neither a time that is none nor a clock that was ahead may stop the scans.
  if (!(elapsedMs >= 0)) return true;
  return elapsedMs >= (parseDuration(interval) ?? 0) / 2;
}

/** In any order, as with Flux. */
function isSameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((entry) => b.includes(entry));
}
