import { condition, continueAsNew, setHandler, setWorkflowOptions, workflowInfo } from '@temporalio/workflow';
import type { FluxEvent } from '../activities/notify/event.ts';
import type { Notice, Route } from '../activities/notify/notice.ts';
import { type DeliveryTimes, noting } from './deliver.ts';
import { tellEvent } from './messages.ts';
import { startDelivery } from './start-delivery.ts';

export interface RepeatedFailureInput {
  readonly route: Route;
  readonly times?: DeliveryTimes;
  /** After so long without one, failures count anew, in milliseconds; tests shorten it. */
  readonly forgetMs?: number;
  /** Of the run before. */
  readonly streak?: Streak;
}

/** Failures of one object with the same reason, in a row. */
interface Streak {
  readonly reason: string;
  readonly count: number;
  readonly isTold: boolean;
}

const FORGET_MS = 24 * 60 * 60_000;

/**
 * Counts the failures of one object for an Alert with `pawl.dev/after-failures`: told once it has failed so often in a
 * row for the same reason, and again when it is well. Open while there is something to count.
 */
export async function repeatedFailure(input: RepeatedFailureInput): Promise<void> {
  const { route, times = {}, forgetMs = FORGET_MS } = input;
  const inbox: Notice[] = [];
  setHandler(tellEvent, (notice) => void inbox.push(notice));
  let streak = input.streak;

  while (await condition(() => inbox.length > 0, forgetMs)) {
    const notice = inbox.shift();
    if (notice === undefined) continue;
    const after = heard(streak, notice.event, route);
    const isDue = after ? after.count === route.afterFailures : (streak?.isTold ?? false);
    if (isDue) await tellNow(route, notice, times);
    streak = after;
    if (inbox.length > 0) continue;
    if (streak === undefined) return;
    if (workflowInfo().continueAsNewSuggested)
      await continueAsNew<typeof repeatedFailure>({ ...input, streak });
  }
}

/** The streak after an event; undefined when it is over. */
function heard(
  streak: Streak | undefined,
  { severity, reason }: FluxEvent,
  { afterFailures }: Route,
): Streak | undefined {
  if (severity === 'info') return undefined;
  const count = streak?.reason === reason ? streak.count + 1 : 1;
  // One that was told before must be told as over, whatever else failed since.
  return { reason, count, isTold: count === afterFailures || (streak?.isTold ?? false) };
}

async function tellNow(route: Route, notice: Notice, times: DeliveryTimes): Promise<void> {
  if (route.groupMs === undefined) await startDelivery({ route, events: [notice.event] }, times);
  else await noting.passOnEvent({ route, notice, to: 'group' });
}

setWorkflowOptions({ failureExceptionTypes: [Error] }, repeatedFailure);
