import type { KubeObject } from '../../../api/kube-object.ts';
import { current, failing, type Health, inProgress } from '../health.ts';
import { conditionsOf, conditionWith, wordsOf } from '../read.ts';

/** A CustomResourceDefinition is current when its API is served. Rules: kstatus core.go. */
export function crdHealth(object: KubeObject): Health {
  const conditions = conditionsOf(object);
  const refused = conditionWith(conditions, 'NamesAccepted', 'False');
  if (refused) return failing(wordsOf(refused));
  const down = conditionWith(conditions, 'Established', 'False');
  if (down && down.reason !== 'Installing') return failing(wordsOf(down));
  return conditionWith(conditions, 'Established', 'True')
    ? current('established')
    : inProgress('being installed');
}
