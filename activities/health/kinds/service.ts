import type { KubeObject } from '../../../api/kube-object.ts';
import { current, type Health, inProgress } from '../health.ts';
import { textAt } from '../read.ts';

/** A Service is current at once; one of type LoadBalancer when it has a cluster IP. Rules: kstatus core.go. */
export function serviceHealth(object: KubeObject): Health {
  const isUnassigned =
    textAt(object, 'spec.type') === 'LoadBalancer' && textAt(object, 'spec.clusterIP') === '';
  return isUnassigned ? inProgress('no cluster IP is assigned yet') : current('ready');
}
