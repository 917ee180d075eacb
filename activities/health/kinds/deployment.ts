import type { KubeObject } from '../../../api/kube-object.ts';
import { current, failing, firstOf, type Health } from '../health.ts';
import { conditionsOf, conditionWith, countAt, integerAt, wordsOf } from '../read.ts';

// The controller takes this deadline as "none" and then never sets the Progressing condition.
const NO_DEADLINE = 2_147_483_647;

/** A Deployment is current when its new ReplicaSet is all there is, and available. Rules: kstatus core.go. */
export function deploymentHealth(object: KubeObject): Health {
  const conditions = conditionsOf(object);
  const halted = conditionWith(conditions, 'Progressing', 'False');
  if (halted?.reason === 'ProgressDeadlineExceeded') return failing(wordsOf(halted));

  const wanted = integerAt(object, 'spec.replicas') ?? 1;
  const replicas = countAt(object, 'status.replicas');
  const updated = countAt(object, 'status.updatedReplicas');
  const ready = countAt(object, 'status.readyReplicas');
  const available = countAt(object, 'status.availableReplicas');
  return (
    firstOf([
      [wanted > replicas, `${replicas} of ${wanted} replicas exist`],
      [wanted > updated, `${updated} of ${wanted} replicas are updated`],
      [replicas > wanted, `${replicas - wanted} old replicas are terminating`],
      [updated > available, `${available} of ${updated} replicas are available`],
      [wanted > ready, `${ready} of ${wanted} replicas are ready`],
      [!isRolledOut(object), 'the new ReplicaSet is not available yet'],
      [conditionWith(conditions, 'Available', 'True') === undefined, 'the Deployment is not available yet'],
    ]) ?? current(`${replicas} replicas are available`)
  );
}

function isRolledOut(object: KubeObject): boolean {
  const deadline = integerAt(object, 'spec.progressDeadlineSeconds') ?? NO_DEADLINE;
  const progressing = conditionWith(conditionsOf(object), 'Progressing', 'True');
  return deadline === NO_DEADLINE || progressing?.reason === 'NewReplicaSetAvailable';
}
