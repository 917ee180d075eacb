import type { KubeObject } from '../../../api/kube-object.ts';
import { current, failing, type Health, inProgress } from '../health.ts';
import { conditionsOf, conditionWith, countAt, integerAt, textAt, valueAt, wordsOf } from '../read.ts';

/**
 * A Job is current when it has completed, or is suspended: plain kstatus takes a running one for current,
 * Flux does not (fluxcd/pkg runtime/statusreaders/job.go).
 */
export function jobHealth(object: KubeObject): Health {
  if (valueAt(object, 'spec.suspend') === true) return current('suspended');
  const completions = integerAt(object, 'spec.completions') ?? integerAt(object, 'spec.parallelism') ?? 1;
  const succeeded = countAt(object, 'status.succeeded');
  const failed = countAt(object, 'status.failed');
  const conditions = conditionsOf(object);

  if (conditionWith(conditions, 'Complete', 'True'))
    return current(`${succeeded} of ${completions} pods succeeded`);
  const failure = conditionWith(conditions, 'Failed', 'True');
  if (failure) return failing(`${wordsOf(failure)} (${failed} pods failed)`);
  if (textAt(object, 'status.startTime') === '') return inProgress('not started');
  const active = countAt(object, 'status.active');
  return inProgress(`${succeeded} of ${completions} pods succeeded, ${active} run, ${failed} failed`);
}

/** A finished Job of this kind is deleted by the TTL controller: its absence is its success. */
export function vanishesWhenDone(object: KubeObject): boolean {
  return (
    object.kind === 'Job' &&
    object.apiVersion.startsWith('batch/') &&
    integerAt(object, 'spec.ttlSecondsAfterFinished') !== undefined
  );
}
