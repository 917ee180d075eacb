import type { KubeObject } from '../../../api/kube-object.ts';
import { current, failing, type Health, inProgress } from '../health.ts';
import { conditionsOf, conditionWith, isRecord, recordsAt, textAt, wordsOf } from '../read.ts';

// Nodes may be on their way: only then is a pod that fits nowhere a failure.
const SCHEDULE_WINDOW_MS = 15_000;

/** A Pod is current when it is ready or has ended, however it ended. Rules: kstatus core.go. */
export function podHealth(object: KubeObject, now: number): Health {
  const phase = textAt(object, 'status.phase');
  switch (phase) {
    case 'Succeeded':
      return current('completed');
    case 'Failed':
      return current('completed with an error');
    case 'Running':
      return runningHealth(object);
    case 'Pending':
      return pendingHealth(object, now);
    case '':
      return inProgress('no node agent or scheduler has observed it yet');
    default:
      return { status: 'Unknown', message: `unknown phase ${phase}` };
  }
}

function runningHealth(object: KubeObject): Health {
  if (conditionWith(conditionsOf(object), 'Ready', 'True')) return current('ready');
  const crashing = crashLoopingContainers(object);
  return crashing.length > 0
    ? failing(`containers crash again and again: ${crashing.join(', ')}`)
    : inProgress('running, but not ready');
}

function pendingHealth(object: KubeObject, now: number): Health {
  const unscheduled = conditionWith(conditionsOf(object), 'PodScheduled', 'False');
  if (unscheduled?.reason !== 'Unschedulable') return inProgress('pending');
  const age = now - Date.parse(object.metadata.creationTimestamp ?? '');
  return age < SCHEDULE_WINDOW_MS ? inProgress(wordsOf(unscheduled)) : failing(wordsOf(unscheduled));
}

/** The names of the containers that the kubelet restarts with growing pauses. */
export function crashLoopingContainers(pod: KubeObject): readonly string[] {
  return recordsAt(pod, 'status.containerStatuses')
    .filter(({ state }) => {
      const waiting = isRecord(state) ? state['waiting'] : undefined;
      return isRecord(waiting) && waiting['reason'] === 'CrashLoopBackOff';
    })
    .map(({ name }) => String(name));
}
