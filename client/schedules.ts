import {
  type Client,
  ScheduleAlreadyRunning,
  ScheduleNotFoundError,
  type ScheduleOptions,
  ScheduleOverlapPolicy,
  type ScheduleSummary,
} from '@temporalio/client';
import type { ScheduleWish } from '../activities/runs.ts';
import { taskQueue } from '../api/names.ts';
import { describeRef, fnv1a64, workflowId } from '../api/object-ref.ts';
import type { RunInput } from '../workflows/messages.ts';
import { searchAttributeKeys } from './objects.ts';

// A catch-up window of the server's default, a year, would replay an outage.
const LONGEST_CATCH_UP_MS = 60_000;
// What Temporal allows at least.
const SHORTEST_CATCH_UP_MS = 10_000;
const SHORTEST_INTERVAL_MS = 1_000;

/** What a schedule says of an object, in a form that is compared: made of a wish, or read back from Temporal. */
function scheduleText(every: number, offset: number, pausedNote: string | undefined): string {
  return JSON.stringify([every, offset, pausedNote ?? null]);
}

export function wishedText(wish: ScheduleWish): string {
  const { every, offset } = intervalOf(wish);
  return scheduleText(every, offset, wish.pausedNote);
}

/** What a schedule that is listed or described says. */
function actualText({ spec, state }: Pick<ScheduleSummary, 'spec' | 'state'>): string {
  const interval = spec?.intervals?.[0];
  return scheduleText(
    Number(interval?.every ?? 0),
    Number(interval?.offset ?? 0),
    state.paused ? (state.note ?? '') : undefined,
  );
}

/**
 * Creates or updates the schedule of an object: every interval, offset by a hash of the UID, which spreads
 * objects of one interval evenly and keeps each one's period steady.
 */
export async function keepSchedule(
  client: Client,
  cluster: string,
  wish: ScheduleWish,
  /** Known to be missing: it is created without a look. */
  { isMissing = false }: { readonly isMissing?: boolean } = {},
): Promise<void> {
  const scheduleId = workflowId(cluster, wish.ref);
  const schedule = scheduleOf(cluster, wish);
  const handle = client.schedule.getHandle(scheduleId);
  if (isMissing && (await wasCreated(client, { scheduleId, ...schedule }))) return;
  try {
    if (actualText(await handle.describe()) === wishedText(wish)) return;
    await handle.update(() => schedule);
  } catch (error) {
    if (!(error instanceof ScheduleNotFoundError)) throw error;
    await client.schedule.create({ scheduleId, ...schedule });
  }
}

/** False when somebody else was faster. */
async function wasCreated(client: Client, options: ScheduleOptions): Promise<boolean> {
  try {
    await client.schedule.create(options);
    return true;
  } catch (error) {
    if (error instanceof ScheduleAlreadyRunning) return false;
    throw error;
  }
}

function intervalOf({ uid, intervalMs }: ScheduleWish): { readonly every: number; readonly offset: number } {
  const every = Math.max(SHORTEST_INTERVAL_MS, Math.floor(intervalMs / 1000) * 1000);
  return { every, offset: Number(BigInt(`0x${fnv1a64(uid)}`) % BigInt(every / 1000)) * 1000 };
}

function scheduleOf(cluster: string, wish: ScheduleWish) {
  const { ref, pausedNote } = wish;
  const interval = intervalOf(wish);
  const input: RunInput = { ref };
  return {
    spec: { intervals: [interval] },
    policies: {
      overlap: ScheduleOverlapPolicy.SKIP,
      catchupWindow: Math.max(SHORTEST_CATCH_UP_MS, Math.min(interval.every, LONGEST_CATCH_UP_MS)),
    },
    action: {
      type: 'startWorkflow',
      workflowType: 'tick',
      workflowId: `${workflowId(cluster, ref)}/tick`,
      taskQueue: taskQueue(cluster),
      args: [input],
      staticSummary: `check ${describeRef(ref)}`,
      typedSearchAttributes: [
        { key: searchAttributeKeys.kind, value: ref.kind },
        { key: searchAttributeKeys.namespace, value: ref.namespace },
        { key: searchAttributeKeys.name, value: ref.name },
        { key: searchAttributeKeys.trigger, value: 'Interval' },
      ],
    },
    state: { paused: pausedNote !== undefined, ...(pausedNote !== undefined && { note: pausedNote }) },
  } satisfies Omit<ScheduleOptions, 'scheduleId'>;
}

/** What the schedules of a cluster's objects say now, by id. */
export async function listSchedules(client: Client, cluster: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for await (const summary of client.schedule.list({ pageSize: 1000 })) {
    if (summary.scheduleId.startsWith(`${cluster}/`)) found.set(summary.scheduleId, actualText(summary));
  }
  return found;
}

/** Removes the schedule of an object that is gone. */
export async function removeSchedule(client: Client, id: string): Promise<void> {
  try {
    await client.schedule.getHandle(id).delete();
  } catch (error) {
    if (!(error instanceof ScheduleNotFoundError)) throw error;
  }
}
