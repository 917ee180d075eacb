import type { KubeObject } from '../../api/kube-object.ts';
import type { KubeClient } from '../kube/client.ts';
import { readInto } from './check.ts';
import { HealthStatus } from './health.ts';
import { type Live, liveOf } from './live.ts';
import { followPodTrouble, WORKLOAD_KINDS } from './pod-troubles.ts';
import { readerOf, scopeOf } from './reads.ts';
import type { Entry, Tally } from './tally.ts';
import type { HealthTarget } from './targets.ts';

/** Brings the news of a wait's objects into its tally. */
export interface Follower {
  readAll(): Promise<void>;
  readUnfollowed(): Promise<void>;
  /** Nothing was followed, or everything is: the tally is of one moment. */
  isComplete(): boolean;
  /** Follows each object that is not current yet, until the follower is closed. */
  followPending(): void;
  close(): void;
}

export interface FollowerOptions {
  /** Whoever shares this client shares its watches: see kube/impersonate.ts. */
  readonly kube: KubeClient;
  readonly live?: Live | undefined;
  /** What was read or written a moment ago need not be read for the first look. */
  readonly seen?: ((target: HealthTarget) => KubeObject | undefined) | undefined;
}

// What could not be read is tried again soon; the rest now and then, for rules that depend on time and for
// news that a watch lost without saying so.
const RETRY_MS = 3_000;
const RETRIES_PER_RECHECK = 10;

/** Takes what was seen into the tally, and returns the entries that are still to be read. */
function withoutSeen(tally: Tally, seen: FollowerOptions['seen']): readonly Entry[] {
  return tally.entries.filter((entry) => {
    const object = seen?.(entry.target);
    if (object) tally.accept(entry, object);
    return !object;
  });
}

export function createFollower(tally: Tally, { kube, live = liveOf(kube), seen }: FollowerOptions): Follower {
  const reader = readerOf(kube);
  const followed = new Map<Entry, () => void>();
  let timer: NodeJS.Timeout | undefined;
  let ticks = 0;

  const pending = () => tally.entries.filter(({ health }) => health.status !== HealthStatus.Current);

  function follow(entry: Entry): () => void {
    const { name } = entry.target;
    const hear = (object: KubeObject | undefined) => {
      // Gone from a watch need not be gone: the label that it selects by may be, or its list may be old.
      if (object) tally.accept(entry, object);
      else void readInto(tally, [entry], reader);
    };
    const listener = {
      onList: (objects: ReadonlyMap<string, KubeObject>) => hear(objects.get(name)),
      onEvent: (_name: string, object: KubeObject | undefined) => hear(object),
    };
    const membership = live.join(scopeOf(entry.target), name, listener);
    if (membership.isLate) void readInto(tally, [entry], reader);
    const leaveTrouble = followTrouble(entry);
    return () => {
      membership.leave();
      leaveTrouble?.();
    };
  }

  function followTrouble(entry: Entry): (() => void) | undefined {
    const { kind, name, namespace } = entry.target;
    if (!WORKLOAD_KINDS.has(kind) || namespace === undefined) return undefined;
    return followPodTrouble(live, { namespace, kind, name }, (trouble) =>
      tally.acceptTrouble(entry, trouble),
    );
  }

  function recheck(): void {
    ticks += 1;
    const isFull = ticks % RETRIES_PER_RECHECK === 0;
    const entries = pending().filter(({ isUnread }) => isFull || isUnread);
    if (entries.length > 0) void readInto(tally, entries, reader);
  }

  return {
    readAll: () => readInto(tally, withoutSeen(tally, seen), reader),
    readUnfollowed: () =>
      readInto(
        tally,
        tally.entries.filter((entry) => !followed.has(entry)),
        reader,
      ),
    isComplete: () => followed.size === 0 || followed.size === tally.entries.length,
    followPending() {
      for (const entry of pending()) {
        if (!followed.has(entry)) followed.set(entry, follow(entry));
      }
      timer ??= setInterval(recheck, RETRY_MS).unref();
    },
    close() {
      clearInterval(timer);
      for (const leave of followed.values()) leave();
      followed.clear();
    },
  };
}
