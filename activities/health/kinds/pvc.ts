import type { KubeObject } from '../../../api/kube-object.ts';
import { current, type Health, inProgress } from '../health.ts';
import { textAt } from '../read.ts';

/** A PersistentVolumeClaim is current when it is bound. Rules: kstatus core.go. */
export function pvcHealth(object: KubeObject): Health {
  const phase = textAt(object, 'status.phase');
  return phase === 'Bound' ? current('bound') : inProgress(`not bound, its phase is ${phase || 'unknown'}`);
}
