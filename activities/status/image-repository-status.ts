import { type ConditionChange, ConditionType, findCondition } from '../../api/conditions.ts';
import type { ImageRepository, ImageRepositoryStatus } from '../../api/image-repository.ts';
import { Reason } from '../../api/reasons.ts';
import type { ScannedImage } from '../image/repository/steps.ts';
import { editConditions } from './patch.ts';
import { readySucceeded } from './ready-status.ts';

/** Pure: what the status of an ImageRepository becomes while it is scanned, and after. */

const { Ready, Reconciling, Stalled } = ConditionType;

/** A scan begins. Policies go on with the last result: what is Ready stays so. */
export function scanning(object: ImageRepository, message: string, now: Date): ImageRepositoryStatus {
  const { status, metadata } = object;
  const before = findCondition(status?.conditions, Ready)?.status ?? 'Unknown';
  const unknown: ConditionChange = { type: Ready, status: 'Unknown', reason: Reason.Progressing, message };
  const set: readonly ConditionChange[] = [
    { type: Reconciling, status: 'True', reason: Reason.Progressing, message },
    ...(before === 'Unknown' ? [unknown] : []),
  ];
  const edit = { set, remove: [Stalled], generation: metadata.generation, now };
  return { ...status, conditions: [...editConditions(status?.conditions, edit)] };
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
