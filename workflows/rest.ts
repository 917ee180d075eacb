import type { ObjectRef } from '../api/object-ref.ts';
import { settle } from './activities.ts';
import { Outcome } from './outcome.ts';
import type { PassOutcome } from './pass.ts';

/** An object that nothing is to be done for. */
export type Resting = { readonly state: 'Gone' } | { readonly state: 'Suspended'; readonly message: string };

/** Ends the pass of an object that does not exist, or rests: the same for all kinds. */
export async function settleResting(ref: ObjectRef, observed: Resting): Promise<PassOutcome> {
  if (observed.state === 'Gone') {
    await settle.forgetObject({ ref });
    return { outcome: Outcome.Gone, message: 'the object does not exist' };
  }
  await settle.settleSuspended({ ref });
  return { outcome: Outcome.Suspended, message: observed.message };
}
