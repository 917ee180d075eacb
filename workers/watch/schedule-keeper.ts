import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { ScheduleWish } from '../../activities/runs.ts';
import { parseDuration } from '../../api/duration.ts';
import { type ObjectRef, workflowId } from '../../api/object-ref.ts';
import { keepSchedule, listSchedules, removeSchedule, wishedText } from '../../client/schedules.ts';
import { createKeyedQueue } from './keyed-queue.ts';
import type { Summary } from './summary.ts';

/** Keeps every object's schedule as the object wants it, behind the work that is in a hurry. */
export interface ScheduleKeeper {
  keep(object: Summary): void;
  remove(ref: ObjectRef): void;
  /** Doubts what is known of the schedules: each is compared again when its object is kept next. */
  relist(): void;
  /** Both kinds have been listed: schedules of objects that are not there are left over from an earlier life. */
  removeAllBut(known: (id: string) => boolean): void;
  /** Schedules that are yet to be changed. */
  readonly size: number;
}

export interface KeeperOptions {
  readonly client: Client;
  readonly cluster: string;
  readonly signal: AbortSignal;
  /** Milliseconds since the last request to an object, or news of one: while runs are at work. */
  readonly quietFor: () => number;
  readonly onError: (error: unknown) => void;
}

// A schedule costs the server as much as a run: while runs are at work, new schedules wait. They are not
// needed before their first interval is over, but in a cluster that is never quiet each has its turn.
const QUIET_MS = 2_000;
const SHORTEST_PATIENCE_MS = 60_000;
const LONGEST_PATIENCE_MS = 300_000;
const LOOK_MS = 250;
const CONCURRENCY = 2;

interface Item {
  readonly id: string;
  /** Undefined: the schedule is to go. */
  readonly wish: ScheduleWish | undefined;
  /** When it was wished for, by `performance.now()`. */
  readonly since: number;
}

export function createScheduleKeeper(options: KeeperOptions): ScheduleKeeper {
  const { client, cluster, signal, onError } = options;
  let listed = listRetrying(options);
  const texts = new Map<string, string>();

  const queue = createKeyedQueue<Item>({
    concurrency: CONCURRENCY,
    signal,
    onError,
    async work({ id, wish, since }) {
      const actual = await listed;
      if (wish === undefined) {
        await removeSchedule(client, id);
        actual.delete(id);
        return;
      }
      if (actual.get(id) === wishedText(wish)) return;
      if (wish.pausedNote === undefined) await quiet(options, since + patienceMs(wish));
      await keepSchedule(client, cluster, wish, { isMissing: !actual.has(id) });
      actual.set(id, wishedText(wish));
    },
  });

  return {
    keep(object) {
      const wish = wishOf(object);
      const id = workflowId(cluster, object.ref);
      if (wish === undefined) {
        // An ImagePolicy that does not look up digests any more.
        if (object.interval === '' && texts.delete(id)) queue.put(id, { id, wish, since: performance.now() });
        return;
      }
      if (texts.get(id) === wishedText(wish)) return;
      texts.set(id, wishedText(wish));
      queue.put(id, { id, wish, since: performance.now() });
    },
    remove(ref) {
      const id = workflowId(cluster, ref);
      texts.delete(id);
      queue.put(id, { id, wish: undefined, since: performance.now() });
    },
    relist() {
      texts.clear();
      listed = listRetrying(options);
    },
    removeAllBut(known) {
      listed
        .then((actual) => {
          for (const id of actual.keys())
            if (!known(id)) queue.put(id, { id, wish: undefined, since: performance.now() });
        })
        .catch(onError);
    },
    get size() {
      return queue.size;
    },
  };
}

/** Undefined while the object is new (nothing comes before its first run), deleted, or has no interval that can be read. */
function wishOf({
  ref,
  uid,
  interval,
  isSuspended,
  note,
  isDeleting,
  ready,
}: Summary): ScheduleWish | undefined {
  const intervalMs = parseDuration(interval);
  if (intervalMs === undefined || isDeleting || (ready === undefined && !isSuspended)) return undefined;
  return { ref, uid, intervalMs, pausedNote: isSuspended ? note : undefined };
}

function patienceMs({ intervalMs }: ScheduleWish): number {
  return Math.min(Math.max(intervalMs, SHORTEST_PATIENCE_MS), LONGEST_PATIENCE_MS);
}

/** Waits until no run is at work, or `until`. */
async function quiet({ quietFor, signal }: KeeperOptions, until: number): Promise<void> {
  while (quietFor() < QUIET_MS && performance.now() < until && !signal.aborted) {
    await sleep(LOOK_MS, undefined, { signal }).catch(() => undefined);
  }
}

async function listRetrying({
  client,
  cluster,
  signal,
  onError,
}: KeeperOptions): Promise<Map<string, string>> {
  for (;;) {
    try {
      return await listSchedules(client, cluster);
    } catch (error) {
      if (signal.aborted) return new Map();
      onError(error);
      await sleep(1_000, undefined, { signal }).catch(() => undefined);
    }
  }
}
