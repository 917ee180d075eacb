import type { KubeObject } from '../../../api/kube-object.ts';
import { current, firstOf, type Health, inProgress } from '../health.ts';
import { conditionsOf, conditionWith, countAt, integerAt, wordsOf } from '../read.ts';

/** A ReplicaSet is current when its pods are ready and no more than wanted. Rules: kstatus core.go. */
export function replicaSetHealth(object: KubeObject): Health {
  const failure = conditionWith(conditionsOf(object), 'ReplicaFailure', 'True');
  if (failure) return inProgress(`pods cannot be made: ${wordsOf(failure)}`);

  const wanted = integerAt(object, 'spec.replicas') ?? 1;
  const replicas = countAt(object, 'status.replicas');
  const labelled = countAt(object, 'status.fullyLabeledReplicas');
  const available = countAt(object, 'status.availableReplicas');
  const ready = countAt(object, 'status.readyReplicas');
  return (
    firstOf([
      [wanted > labelled, `${labelled} of ${wanted} replicas carry the labels of the template`],
      [wanted > available, `${available} of ${wanted} replicas are available`],
      [wanted > ready, `${ready} of ${wanted} replicas are ready`],
      [replicas > wanted, `${replicas - wanted} replicas are terminating`],
    ]) ?? current(`${replicas} replicas are available`)
  );
}
