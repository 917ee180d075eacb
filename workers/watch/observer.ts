import type { KubeObject } from '../../api/kube-object.ts';

/** Hears what the watch of this worker sees and does, for whoever measures it. */
export interface WatchObserver {
  /** This worker holds the watch from now on, with these queues, until the returned function is called. */
  hold(queues: Readonly<Record<string, () => number>>): () => void;
  /** The API server said something about objects of the kind, or that there is nothing to say. */
  heard(kind: string): void;
  listed(kind: string, objects: readonly KubeObject[]): void;
  changed(object: KubeObject): void;
  removed(object: KubeObject): void;
  /** A run was asked for. */
  requested(kind: string, trigger: string): void;
}
