import type { KubeObject } from '../../api/kube-object.ts';
import type { Live, Membership } from './live.ts';
import { type Trouble, troubleOf, workloadsOf } from './trouble.ts';

/** Kinds whose objects wait for pods. */
export const WORKLOAD_KINDS: ReadonlySet<string> = new Set([
  'DaemonSet',
  'Deployment',
  'Job',
  'ReplicaSet',
  'StatefulSet',
]);

type Hear = (trouble: Trouble | undefined) => void;

/** What keeps the pods of a namespace from being ready, shared by all who wait for workloads in it. */
interface PodTroubles {
  join(workload: string, hear: Hear): () => void;
}

const known = new WeakMap<Live, Map<string, PodTroubles>>();

/**
 * Tells the worst trouble of a workload's pods, now and whenever it changes, until the returned function is
 * called. Where pods may not be watched there is none to tell.
 */
export function followPodTrouble(
  live: Live,
  workload: { readonly namespace: string; readonly kind: string; readonly name: string },
  hear: Hear,
): () => void {
  const byNamespace = known.get(live) ?? new Map<string, PodTroubles>();
  known.set(live, byNamespace);
  const troubles = byNamespace.get(workload.namespace) ?? createPodTroubles(live, workload.namespace);
  byNamespace.set(workload.namespace, troubles);
  return troubles.join(`${workload.kind}/${workload.name}`, hear);
}

function createPodTroubles(live: Live, namespace: string): PodTroubles {
  // Only pods in trouble are kept, and of each only the sentence.
  const byWorkload = new Map<string, Map<string, Trouble>>();
  const byPod = new Map<string, readonly string[]>();
  const hearers = new Map<string, Set<Hear>>();
  let membership: Membership | undefined;

  function forget(pod: string): readonly string[] {
    const workloads = byPod.get(pod) ?? [];
    byPod.delete(pod);
    for (const workload of workloads) {
      const troubles = byWorkload.get(workload);
      troubles?.delete(pod);
      if (troubles?.size === 0) byWorkload.delete(workload);
    }
    return workloads;
  }

  function take(name: string, pod: KubeObject | undefined): void {
    const before = forget(name);
    const trouble = pod && troubleOf(pod);
    const workloads = pod && trouble ? workloadsOf(pod) : [];
    if (trouble) {
      byPod.set(name, workloads);
      for (const workload of workloads) {
        const troubles = byWorkload.get(workload) ?? new Map<string, Trouble>();
        byWorkload.set(workload, troubles.set(name, trouble));
      }
    }
    for (const workload of new Set([...before, ...workloads])) tell(workload);
  }

  function tell(workload: string): void {
    for (const hear of hearers.get(workload) ?? []) hear(worstOf(byWorkload.get(workload)));
  }

  const listener = {
    onList(pods: ReadonlyMap<string, KubeObject>) {
      for (const name of byPod.keys()) if (!pods.has(name)) take(name, undefined);
      for (const [name, pod] of pods) take(name, pod);
    },
    onEvent: take,
  };

  return {
    join(workload, hear) {
      membership ??= live.join({ apiVersion: 'v1', kind: 'Pod', namespace }, undefined, listener);
      const group = hearers.get(workload) ?? new Set();
      hearers.set(workload, group.add(hear));
      const trouble = worstOf(byWorkload.get(workload));
      if (trouble) hear(trouble);
      return () => {
        group.delete(hear);
        if (group.size === 0 && hearers.get(workload) === group) hearers.delete(workload);
        if (hearers.size > 0) return;
        membership?.leave();
        membership = undefined;
        byWorkload.clear();
        byPod.clear();
      };
    },
  };
}

/** The failed before the merely late, then by name, so that a message does not flicker. */
function worstOf(troubles: ReadonlyMap<string, Trouble> | undefined): Trouble | undefined {
  const all = [...(troubles?.values() ?? [])];
  return all.sort((a, b) => Number(b.isFailed) - Number(a.isFailed) || (a.message < b.message ? -1 : 1))[0];
}
