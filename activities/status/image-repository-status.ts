import type { ImageRepository, ImageRepositoryStatus } from '../../api/image-repository.ts';
import type { ScannedImage } from '../image/repository/steps.ts';
import { readyProgressing, readySucceeded } from './ready-status.ts';

/** Pure: what the status of an ImageRepository becomes while it is scanned, and after. */

/** A scan begins. Policies go on with the last result: what is Ready stays so. */
export function scanning(object: ImageRepository, message: string, now: Date): ImageRepositoryStatus {
  return readyProgressing<ImageRepositoryStatus>(object, message, now);
}

/** The tags are known, by this scan or the last one. */
export function scanned(object: ImageRepository, scan: ScannedImage, now: Date): ImageRepositoryStatus {
  return {
    ...readySucceeded<ImageRepositoryStatus>(object, scannedMessage(scan), now),
    canonicalImageName: scan.canonicalName,
    lastScanResult: resultOf(scan) ?? object.status?.lastScanResult,
    observedExclusionList: [...scan.observedExclusionList],
  };
}

/** What Ready says of a good scan, in Flux's words. */
export function scannedMessage({ tagCount, revision }: Pick<ScannedImage, 'tagCount' | 'revision'>): string {
  return `successful scan: found ${tagCount} tags with checksum ${revision}`;
}

function resultOf({ revision, tagCount, latestTags, scannedAt }: ScannedImage) {
  if (scannedAt === undefined) return undefined;
  const latest = latestTags.length === 0 ? {} : { latestTags: [...latestTags] };
  return { revision, tagCount, scanTime: scannedAt, ...latest };
}
