import type { KubeObject } from '../../api/kube-object.ts';
import { crashLoopingContainers } from './kinds/pod.ts';
import { conditionsOf, conditionWith, isRecord, recordsAt, textAt, wordsOf } from './read.ts';

/** Why a pod does not get ready. */
export interface Trouble {
  /** For a person. */
  readonly message: string;
  /** It will hardly mend itself. */
  readonly isFailed: boolean;
  /** The ReplicaSet of the pod, or the revision of its StatefulSet. */
  readonly revision: string;
}

/** What keeps a pod from being ready; undefined when nothing unusual does, or when it is on its way out. */
export function troubleOf(pod: KubeObject): Trouble | undefined {
  if (pod.metadata.deletionTimestamp || conditionWith(conditionsOf(pod), 'Ready', 'True')) return undefined;
  const trouble = (why: string, isFailed = false) => ({
    message: `pod ${pod.metadata.name}: ${why}`,
    isFailed,
    revision: revisionOf(pod),
  });

  const unscheduled = conditionWith(conditionsOf(pod), 'PodScheduled', 'False');
  if (unscheduled) return trouble(wordsOf(unscheduled));
  const crashing = textAt(pod, 'status.phase') === 'Running' ? crashLoopingContainers(pod) : [];
  if (crashing.length > 0) return trouble(`containers crash again and again: ${crashing.join(', ')}`, true);
  const waiting = [...containers(pod, 'initContainerStatuses'), ...containers(pod, 'containerStatuses')].find(
    ({ reason }) => reason !== '' && !USUAL.has(reason),
  );
  return waiting && trouble(`container ${waiting.name} waits: ${waiting.words}`);
}

// Reasons of a start that goes well.
const USUAL = new Set(['ContainerCreating', 'PodInitializing']);

function containers(pod: KubeObject, field: string) {
  return recordsAt(pod, `status.${field}`).map(({ name, state }) => {
    const waiting = isRecord(state) && isRecord(state['waiting']) ? state['waiting'] : {};
    const reason = typeof waiting['reason'] === 'string' ? waiting['reason'] : '';
    const message = typeof waiting['message'] === 'string' ? waiting['message'] : '';
    return { name: String(name), reason, words: message ? `${reason}: ${message}` : reason };
  });
}

/**
 * The workloads that a pod belongs to, as `Kind/name`: its controller and, for a ReplicaSet that a Deployment
 * made, the Deployment, whose name is the ReplicaSet's without the hash.
 */
export function workloadsOf(pod: KubeObject): readonly string[] {
  const owner = pod.metadata.ownerReferences?.find(({ controller }) => controller);
  if (!owner) return [];
  const controller = `${owner.kind}/${owner.name}`;
  const hash = pod.metadata.labels?.['pod-template-hash'];
  return owner.kind === 'ReplicaSet' && hash && owner.name.endsWith(`-${hash}`)
    ? [controller, `Deployment/${owner.name.slice(0, -hash.length - 1)}`]
    : [controller];
}

function revisionOf(pod: KubeObject): string {
  const owner = pod.metadata.ownerReferences?.find(({ controller }) => controller);
  return owner?.kind === 'ReplicaSet'
    ? owner.name
    : (pod.metadata.labels?.['controller-revision-hash'] ?? '');
}

/** The revision that a workload rolls out, as its status tells; empty when it tells none. */
export function rolloutRevision(object: KubeObject): string {
  if (object.kind === 'ReplicaSet') return object.metadata.name;
  if (object.kind === 'StatefulSet') return textAt(object, 'status.updateRevision');
  if (object.kind !== 'Deployment') return '';
  // A Deployment names its new ReplicaSet nowhere but in the message of this condition.
  const progressing = conditionsOf(object).find(({ type }) => type === 'Progressing');
  return /replica ?set "([^"]+)"/i.exec(progressing?.message ?? '')?.[1] ?? '';
}

/** Whether a trouble is of what is being rolled out, and not of what it replaces. */
export function isCurrentRevision(trouble: Trouble, revision: string): boolean {
  return revision !== '' && trouble.revision === revision;
}
