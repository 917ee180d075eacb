import { Kind } from '../../api/object-ref.ts';
import type { Deps, RefInput } from '../deps.ts';
import { readImageName } from '../image/repository/canonical-name.ts';
import { assertNoWorkloadIdentity } from '../image/repository/registry-access.ts';
import { timeoutOf } from '../image/repository/scan.ts';
import type { ReadySource } from './git-repository.ts';
import {
  attemptOf,
  durationField,
  ensureFinalizer,
  parseObject,
  suspensionNote,
  targetOfRef,
} from './object.ts';

export type ObservedImageRepository =
  | { readonly state: 'Gone' }
  | { readonly state: 'Suspended'; readonly message: string }
  | { readonly state: 'Deleting' }
  | ({ readonly state: 'Ready' } & ReadySource);

/** Whether an ImageRepository may be scanned. Throws ImageURLInvalid, FeatureGateDisabled and InvalidSpec (stalled). */
export async function observeImageRepository(
  deps: Pick<Deps, 'kube'>,
  { ref }: RefInput,
): Promise<ObservedImageRepository> {
  const found = await deps.kube.get(targetOfRef(ref));
  if (!found) return { state: 'Gone' };
  if (found.metadata.deletionTimestamp) return { state: 'Deleting' };
  const object = parseObject(Kind.ImageRepository, await ensureFinalizer(deps.kube, ref, found));
  if (object.spec.suspend) return { state: 'Suspended', message: suspensionNote(found) };
  assertNoWorkloadIdentity(object);
  readImageName(object.spec.image);
  durationField('interval', object.spec.interval);
  if (object.spec.timeout) durationField('timeout', object.spec.timeout);
  return { state: 'Ready', ref, ...attemptOf(object), timeoutMs: timeoutOf(object) };
}
