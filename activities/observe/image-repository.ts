import { Kind } from '../../api/object-ref.ts';
import type { Deps, RefInput } from '../deps.ts';
import { readImageName } from '../image/repository/canonical-name.ts';
import { EXCLUSION_BUDGET_MS } from '../image/repository/exclusions.ts';
import { assertNoWorkloadIdentity } from '../image/repository/registry-access.ts';
import { timeoutOf } from '../image/repository/scan.ts';
import type { ReadySource } from './git-repository.ts';
import { attemptOf, durationField, type Idle, readForPass } from './object.ts';

export type ObservedImageRepository = Idle | ({ readonly state: 'Ready' } & ReadySource);

/** Whether an ImageRepository may be scanned. Throws ImageURLInvalid, FeatureGateDisabled and InvalidSpec (stalled). */
export async function observeImageRepository(
  deps: Pick<Deps, 'kube'>,
  { ref }: RefInput,
): Promise<ObservedImageRepository> {
  const read = await readForPass(deps.kube, Kind.ImageRepository, ref);
  if ('idle' in read) return read.idle;
  const { object } = read;
  assertNoWorkloadIdentity(object);
  readImageName(object.spec.image);
  durationField('interval', object.spec.interval);
  if (object.spec.timeout) durationField('timeout', object.spec.timeout);
  return { state: 'Ready', ref, ...attemptOf(object), timeoutMs: timeoutOf(object) + EXCLUSION_BUDGET_MS };
}
