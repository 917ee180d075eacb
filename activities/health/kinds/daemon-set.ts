import type { KubeObject } from '../../../api/kube-object.ts';
import { current, firstOf, type Health, inProgress } from '../health.ts';
import { countAt, integerAt } from '../read.ts';

/**
 * A DaemonSet is current when every node that should run it runs the new one. Its counts mean nothing until
 * the controller has observed it, so a missing generation is not taken for an observed one. Rules: kstatus core.go.
 */
export function daemonSetHealth(object: KubeObject): Health {
  const wanted = integerAt(object, 'status.desiredNumberScheduled');
  if (
    object.metadata.generation === undefined ||
    integerAt(object, 'status.observedGeneration') === undefined
  ) {
    return inProgress('the controller has not observed it yet');
  }
  if (wanted === undefined) return inProgress('the number of nodes is not known yet');

  const scheduled = countAt(object, 'status.currentNumberScheduled');
  const updated = countAt(object, 'status.updatedNumberScheduled');
  const available = countAt(object, 'status.numberAvailable');
  const ready = countAt(object, 'status.numberReady');
  return (
    firstOf([
      [wanted > scheduled, `${scheduled} of ${wanted} nodes run it`],
      [wanted > updated, `${updated} of ${wanted} pods are updated`],
      [wanted > available, `${available} of ${wanted} pods are available`],
      [wanted > ready, `${ready} of ${wanted} pods are ready`],
    ]) ?? current(`all ${wanted} nodes run it`)
  );
}
