import { findCondition } from '../../api/conditions.ts';
import type { ImageRepository } from '../../api/image-repository.ts';
import { Reason } from '../../api/reasons.ts';
import type { Deps } from '../deps.ts';
import type { ScannedImage } from '../image/repository/steps.ts';
import type { ReadySource } from '../observe/git-repository.ts';
import { asAttempted, readUnparsed } from '../observe/object.ts';
import { scanned, scannedMessage } from './image-repository-status.ts';
import { patchStatus, type Status } from './patch.ts';
import type { Settled } from './settle-kustomization.ts';

export interface SettleScanInput extends ReadySource {
  readonly scanned: ScannedImage;
}

/** The tags are kept: policies of the image wake by this patch. Quiet scans make no event. */
export async function settleImageRepository(
  deps: Pick<Deps, 'kube' | 'events' | 'now'>,
  { ref, scanned: scan }: SettleScanInput,
): Promise<Settled> {
  const found = await readUnparsed<ImageRepository>(deps.kube, ref);
  if (!found) return { message: 'the object is gone' };
  // What was scanned may not be what the new spec wants: its own pass, which the watch asks for, says so.
  if (found.metadata.generation !== scan.attempt.generation)
    return { message: 'the spec changed during the scan; it is looked at again' };
  const object = asAttempted(found, scan.attempt);
  const before = findCondition(object.status?.conditions, 'Ready');
  const message = scannedMessage(scan);
  const status = scanned(object, scan, deps.now());
  if (before?.status !== 'True' || before.message !== message) {
    await deps.events.record({ object, type: 'Normal', reason: Reason.Succeeded, message });
  }
  await patchStatus(deps.kube, ref, object.status as Status | undefined, status as Status);
  return { message };
}
