import { Kind } from '../../../api/object-ref.ts';
import { Reason } from '../../../api/reasons.ts';
import type { Deps } from '../../deps.ts';
import { failed } from '../../failures.ts';
import type { ReadySource } from '../../observe/git-repository.ts';
import { type Attempt, attemptOf, readObject } from '../../observe/object.ts';
import { patchStatus, type Status } from '../../status/patch.ts';
import { sourceProgressing } from '../../status/source-status.ts';
import type { StepContext } from '../../steps.ts';
import type { IndexFetchResult } from './contract.ts';

export interface FetchedIndex extends IndexFetchResult {
  /** The spec that was fetched for. */
  readonly attempt: Attempt;
}

/** Brings the artifact of a HelmRepository to what its index is. */
export async function fetchHelmRepository(
  deps: Deps,
  { ref, generation }: ReadySource,
  step: StepContext,
): Promise<FetchedIndex> {
  const object = await readObject(deps.kube, { ...ref, kind: Kind.HelmRepository });
  if (!object) throw failed(Reason.Failed, 'the object was removed while it was being fetched');
  const observed = object.status?.observedGeneration;
  if (observed !== generation) {
    const message = `processing object: new generation ${observed ?? -1} -> ${generation}`;
    const status = sourceProgressing(object, message, { now: deps.now() });
    await patchStatus(deps.kube, ref, object.status as Status | undefined, status as Status);
  }
  return { ...(await deps.charts.fetchIndex(object, step)), attempt: attemptOf(object) };
}
