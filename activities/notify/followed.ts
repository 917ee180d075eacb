import type { KubeObject } from '../../api/kube-object.ts';
import type { KubeClient } from '../kube/client.ts';
import { isNotFound, KubeError, NoKindError } from '../kube/errors.ts';
import { type FollowTimes, follow } from '../kube/follow.ts';

/** All objects of a kind, as they are read. */
export interface Followed<T> {
  /** By `namespace/name`. */
  readonly objects: ReadonlyMap<string, T>;
  readonly isListed: () => boolean;
  /** Whether they are followed right now, as far as can be known. */
  readonly isFresh: () => boolean;
  /** Resolves with the first list. */
  readonly listed: Promise<void>;
}

export interface FollowedOptions {
  readonly kube: KubeClient;
  readonly signal: AbortSignal;
  readonly onError: (error: unknown) => void;
  readonly times?: Partial<FollowTimes>;
}

const API_VERSION = 'notification.toolkit.fluxcd.io/v1beta3';

/** Follows a kind of the notification API until the signal. A cluster without its definition, or that hides it, has none. */
export function createFollowed<T>(
  { kube, signal, onError, times }: FollowedOptions,
  kind: string,
  read: (object: KubeObject) => T | undefined,
): Followed<T> {
  const objects = new Map<string, T>();
  const { promise: listed, resolve } = Promise.withResolvers<void>();
  let isListed = false;
  let isFresh = false;
  const known = () => {
    isListed = true;
    resolve();
  };
  const put = (object: KubeObject) => {
    const entry = read(object);
    if (entry === undefined) objects.delete(keyOf(object));
    else objects.set(keyOf(object), entry);
  };
  const follower = {
    onList(items: readonly KubeObject[]) {
      objects.clear();
      for (const item of items) put(item);
      known();
    },
    onEvent(object: KubeObject, isDeleted: boolean) {
      if (isDeleted) objects.delete(keyOf(object));
      else put(object);
    },
    onHeard() {
      isFresh = true;
    },
    onError(error: unknown) {
      isFresh = false;
      const isHidden = error instanceof KubeError && error.status === 403;
      // A worker that may not read them would drop all events in silence.
      if (!isAbsent(error) || (isHidden && !isListed)) onError(error);
      if (isAbsent(error)) known();
    },
  };
  const options = { signal, ...(times && { times }) };
  void follow(kube, { apiVersion: API_VERSION, kind }, follower, options).catch(onError);
  return { objects, listed, isListed: () => isListed, isFresh: () => isFresh };
}

/** No definition of the kind, or no permission to read it: there is nothing to wait for. */
function isAbsent(error: unknown): boolean {
  if (error instanceof NoKindError) return !error.mayBeHidden;
  return isNotFound(error) || (error instanceof KubeError && error.status === 403);
}

function keyOf({ metadata }: KubeObject): string {
  return `${metadata.namespace}/${metadata.name}`;
}
