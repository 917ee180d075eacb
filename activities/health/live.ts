import type { KubeObject } from '../../api/kube-object.ts';
import type { KubeClient } from '../kube/client.ts';
import { type Scope, scopeKey } from './reads.ts';
import { createReflector, type Reflector, type ReflectorTimes } from './reflector.ts';

/** Hears of the objects of a scope as they change. */
export interface Listener {
  /** All objects of the scope, by name: at the start, and again when events may have been missed. */
  onList(objects: ReadonlyMap<string, KubeObject>): void;
  /** Undefined when it was deleted, or left the scope. */
  onEvent(name: string, object: KubeObject | undefined): void;
}

export interface Membership {
  /** The scope was followed before this listener came: what happened until now it must read itself. */
  readonly isLate: boolean;
  leave(): void;
}

/** The watches of one identity: everybody who follows a scope shares one, and the last who leaves closes it. */
export interface Live {
  /** Follows one object, or all of the scope when no name is given. */
  join(scope: Scope, name: string | undefined, listener: Listener): Membership;
  /** How many watches are open. */
  readonly size: number;
}

const lives = new WeakMap<KubeClient, Live>();

/** The watches of a client. Share the client of an identity, or nothing else is shared. */
export function liveOf(kube: KubeClient): Live {
  const known = lives.get(kube);
  if (known) return known;
  const live = createLive(kube);
  lives.set(kube, live);
  return live;
}

export function createLive(kube: KubeClient, times?: Partial<ReflectorTimes>): Live {
  const reflectors = new Map<string, Reflector>();
  return {
    get size() {
      return reflectors.size;
    },
    join(scope, name, listener) {
      const key = scopeKey(scope);
      let reflector = reflectors.get(key);
      if (!reflector) {
        reflector = createReflector(kube, scope, { times, onClose: () => reflectors.delete(key) });
        reflectors.set(key, reflector);
      }
      return reflector.join(name, listener);
    },
  };
}
