import type { Attempt, Idle } from '../activities/observe/object.ts';
import type { ObjectRef } from '../api/object-ref.ts';
import { settle } from './activities.ts';
import { Outcome } from './outcome.ts';
import type { Pass, PassOutcome } from './pass.ts';

/** An object that nothing is to be done for. */
type Resting = Exclude<Idle, { readonly state: 'Deleting' }>;

/** Ends the pass of an object that does not exist, or rests: the same for all kinds. */
export async function settleResting(ref: ObjectRef, observed: Resting): Promise<PassOutcome> {
  if (observed.state === 'Gone') {
    await settle.forgetObject({ ref });
    return { outcome: Outcome.Gone, message: 'the object does not exist' };
  }
  await settle.settleSuspended({ ref });
  return { outcome: Outcome.Suspended, message: observed.message };
}

/** Ends the pass of an object whose deletion leaves nothing behind but what is forgotten; `deleted` says so. */
export async function settleIdle(ref: ObjectRef, observed: Idle, deleted: string): Promise<PassOutcome> {
  if (observed.state !== 'Deleting') return settleResting(ref, observed);
  await settle.releaseObject({ ref });
  return { outcome: Outcome.Deleted, message: deleted };
}

/** Notes what the pass works on, before it begins to. */
export function beginAttempt(pass: Pass, { generation, requestedAt }: Attempt): void {
  pass.attempt = { generation, ...(requestedAt !== undefined && { requestedAt }) };
}
