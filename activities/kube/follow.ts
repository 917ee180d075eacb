import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeObject } from '../../api/kube-object.ts';
import type { KubeClient, ListQuery } from './client.ts';
import { isGone } from './errors.ts';

/** Hears of the objects of a query. */
export interface Follower {
  /** All objects: at the start, after anything may have been missed, and at every resync. */
  onList(objects: readonly KubeObject[]): void;
  onEvent(object: KubeObject, isDeleted: boolean): void;
  /** The server said something, if only that there is nothing to say. */
  onHeard?(): void;
  /** A list or watch failed; it is tried again by itself. */
  onError?(error: unknown): void;
}

/** Times in milliseconds; tests shorten them. */
export interface FollowTimes {
  /** Pause after the first error; it doubles with each one in a row. */
  readonly backoff: number;
  readonly longestBackoff: number;
  /** A watch that brings not even a bookmark for so long is half-open (the server sends one a minute). */
  readonly silence: number;
  /** How often everything is listed again, whatever the watch said. */
  readonly resync: number;
}

const TIMES: FollowTimes = { backoff: 100, longestBackoff: 10_000, silence: 90_000, resync: 600_000 };

// After so many errors in a row the position in the stream is doubted as well.
const ERRORS_UNTIL_RELIST = 3;

/**
 * Lists and watches until the signal aborts. Events are hints and the list is the guarantee: every error, a lost
 * position (410) and a silent connection lead back to it.
 */
export async function follow(
  kube: KubeClient,
  query: ListQuery,
  follower: Follower,
  { signal, times: some }: { readonly signal: AbortSignal; readonly times?: Partial<FollowTimes> },
): Promise<void> {
  const times = { ...TIMES, ...some };
  let position: Position | undefined;
  let errors = 0;
  while (!signal.aborted) {
    const startedAt = performance.now();
    try {
      position = await fresh(kube, query, follower, { position, times, signal });
      const left = times.resync - (startedAt - position.listedAt);
      const end = until(signal, { silence: times.silence, resync: left });
      await watchFrom(kube, query, follower, { position, end }).finally(() => end.clear());
      // A server that ends every watch at once would be asked without a pause.
      errors = performance.now() - startedAt < times.backoff ? errors + 1 : 0;
    } catch (error) {
      if (signal.aborted) return;
      errors += 1;
      follower.onError?.(error);
      if (isGone(error) || errors >= ERRORS_UNTIL_RELIST) position = undefined;
    }
    if (errors > 0) await pause(Math.min(times.backoff * 2 ** (errors - 1), times.longestBackoff), signal);
  }
}

/** Where in the server's stream of events the follower is. */
interface Position {
  resourceVersion: string;
  /** By `performance.now()`. */
  readonly listedAt: number;
}

/** The position to watch from: the old one, or a new one by a list when there is none or a resync is due. */
async function fresh(
  kube: KubeClient,
  query: ListQuery,
  follower: Follower,
  now: { readonly position: Position | undefined; readonly times: FollowTimes; readonly signal: AbortSignal },
): Promise<Position> {
  const listedAt = performance.now();
  if (now.position !== undefined && listedAt - now.position.listedAt < now.times.resync) return now.position;
  const { items, resourceVersion } = await kube.list(query);
  if (now.signal.aborted) return { resourceVersion, listedAt };
  follower.onHeard?.();
  follower.onList(items);
  return { resourceVersion, listedAt };
}

/** Watches until the end, moving the position along. */
async function watchFrom(
  kube: KubeClient,
  query: ListQuery,
  follower: Follower,
  { position, end }: { readonly position: Position; readonly end: Ending },
): Promise<void> {
  const from = { ...query, resourceVersion: position.resourceVersion };
  for await (const { type, object } of kube.watch(from, { signal: end.signal })) {
    if (end.signal.aborted) break;
    end.heard();
    follower.onHeard?.();
    position.resourceVersion = object.metadata.resourceVersion ?? position.resourceVersion;
    if (type !== 'BOOKMARK') follower.onEvent(object, type === 'DELETED');
  }
}

interface Ending {
  readonly signal: AbortSignal;
  heard(): void;
  clear(): void;
}

/** Ends a watch when it is told to, falls silent, or a resync is due. */
function until(
  outer: AbortSignal,
  { silence, resync }: { readonly silence: number; readonly resync: number },
): Ending {
  const own = new AbortController();
  const silent = setTimeout(() => own.abort(), silence);
  const due = setTimeout(() => own.abort(), resync);
  const pass = () => own.abort();
  // It may have come during the list: an aborted signal tells nobody again.
  if (outer.aborted) own.abort();
  outer.addEventListener('abort', pass, { once: true });
  return {
    signal: own.signal,
    heard: () => void silent.refresh(),
    clear() {
      clearTimeout(silent);
      clearTimeout(due);
      outer.removeEventListener('abort', pass);
    },
  };
}

/** Waits about so long, or until the signal: not exactly, so that what broke at once does not return at once. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms * (0.75 + Math.random() / 2), undefined, { signal }).catch(() => undefined);
}
