import { ApplicationFailure } from '@temporalio/common';
import type { KubeObject } from '../../../api/kube-object.ts';
import { Reason } from '../../../api/reasons.ts';
import { describeRefusal, isKubernetesError, type Refusal } from '../../apply/failure.ts';
import { failed, transient } from '../../failures.ts';
import { isTransient } from '../../kube/errors.ts';

/** Why an object could not be compared, without values of a Secret. */
export interface Failure {
  readonly sentence: string;
  readonly mayPass: boolean;
}

/** The failure of a request about an object; cancellation, a broken fence and bugs are thrown as they are. */
export function failureOf(object: KubeObject, during: Refusal['during'], error: unknown): Failure {
  if (error instanceof ApplicationFailure)
    return { sentence: error.message, mayPass: error.nonRetryable !== true };
  if (!isKubernetesError(error)) throw error;
  return { sentence: describeRefusal({ object, during, error }), mayPass: isTransient(error) };
}

/** StateError: nothing can be said of the release. */
export function stateFailure(failures: readonly Failure[]): ApplicationFailure {
  const make = failures.every(({ mayPass }) => mayPass) ? transient : failed;
  const sentences = new Set(failures.map(({ sentence }) => sentence));
  return make(Reason.StateError, `unable to determine cluster state: ${[...sentences].join('; ')}`);
}
