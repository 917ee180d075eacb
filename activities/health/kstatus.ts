import { type KubeObject, parseApiVersion } from '../../api/kube-object.ts';
import { current, failing, type Health, HealthStatus, inProgress } from './health.ts';
import { crdHealth } from './kinds/crd.ts';
import { daemonSetHealth } from './kinds/daemon-set.ts';
import { deploymentHealth } from './kinds/deployment.ts';
import { jobHealth } from './kinds/job.ts';
import { podHealth } from './kinds/pod.ts';
import { pvcHealth } from './kinds/pvc.ts';
import { replicaSetHealth } from './kinds/replica-set.ts';
import { serviceHealth } from './kinds/service.ts';
import { statefulSetHealth } from './kinds/stateful-set.ts';
import { conditionsOf, conditionWith, integerAt, type ObjectCondition, wordsOf } from './read.ts';

type Rule = (object: KubeObject, now: number) => Health;

const existing: Rule = () => current('exists');

const rules: ReadonlyMap<string, Rule> = new Map([
  ['/ConfigMap', existing],
  ['/PersistentVolumeClaim', pvcHealth],
  ['/Pod', podHealth],
  ['/Secret', existing],
  ['/Service', serviceHealth],
  ['apiextensions.k8s.io/CustomResourceDefinition', crdHealth],
  ['apps/DaemonSet', daemonSetHealth],
  ['apps/Deployment', deploymentHealth],
  ['apps/ReplicaSet', replicaSetHealth],
  ['apps/StatefulSet', statefulSetHealth],
  ['batch/CronJob', existing],
  ['batch/Job', jobHealth],
  // Its controller has no conditions, but an observed generation: the general rule covers it.
  ['policy/PodDisruptionBudget', () => current('the allowed disruptions are computed')],
]);

/**
 * The health of an object as the cluster shows it, by the rules of kstatus (sigs.k8s.io/cli-utils): general
 * rules first, then those of its kind, then its Ready condition; an object that says nothing is current.
 * `now` is in milliseconds since the epoch: some rules allow a grace period.
 */
export function healthOf(object: KubeObject, now: number = Date.now()): Health {
  const conditions = conditionsOf(object);
  const general = generalHealth(object, conditions);
  if (general) return general;
  const rule = rules.get(`${parseApiVersion(object.apiVersion).group}/${object.kind}`);
  if (rule) return rule(object, now);
  return readyHealth(conditions) ?? current('exists');
}

function generalHealth(object: KubeObject, conditions: readonly ObjectCondition[]): Health | undefined {
  if (object.metadata.deletionTimestamp) {
    return { status: HealthStatus.Terminating, message: 'is being deleted' };
  }
  const unobserved = unobservedGeneration(object);
  if (unobserved) return unobserved;
  // In the order in which the controller lists them, as kstatus.
  const decisive = conditions.find(
    ({ type, status }) => status === 'True' && (type === 'Reconciling' || type === 'Stalled'),
  );
  if (!decisive) return undefined;
  return decisive.type === 'Stalled' ? failing(wordsOf(decisive)) : inProgress(wordsOf(decisive));
}

/** In progress while the controller's status is about an older spec; undefined when it is not, or tells no generation. */
export function unobservedGeneration(object: KubeObject): Health | undefined {
  const observed = integerAt(object, 'status.observedGeneration');
  const { generation } = object.metadata;
  if (observed === undefined || generation === undefined || observed === generation) return undefined;
  return inProgress(`generation ${generation} is not observed yet, only ${observed}`);
}

function readyHealth(conditions: readonly ObjectCondition[]): Health | undefined {
  if (conditionWith(conditions, 'Ready', 'True')) return current('ready');
  const unready =
    conditionWith(conditions, 'Ready', 'False') ?? conditionWith(conditions, 'Ready', 'Unknown');
  return unready && inProgress(wordsOf(unready));
}
