import { condition, setHandler, setWorkflowOptions, workflowInfo } from '@temporalio/workflow';
import type { Notice, Route } from '../activities/notify/notice.ts';
import { type Delivery, type DeliveryTimes, deliver, noting } from './deliver.ts';
import { tellEvent } from './messages.ts';

export interface NotifyInput {
  /** For how long the same event is a repetition, in milliseconds; tests shorten it. */
  readonly memoryMs?: number;
  readonly times?: DeliveryTimes;
}

export type Passed = Delivery | 'passed on';

export interface Notified {
  /** How it went with each Alert that wanted the event, as `namespace/name: told`. */
  readonly alerts: readonly string[];
  /** Repetitions within the time. */
  readonly repeated: number;
}

// As Flux's notification-controller does by default.
const MEMORY_MS = 5 * 60_000;

/**
 * One event, by its dedupe key: told to each Alert that wants it, each with retries of its own. It stays open for the
 * rest of its time as the memory of that, so that a repetition finds it and is dropped; the same event after that time
 * is told again, also while the first is still on its way to somebody.
 */
export async function notify({ memoryMs = MEMORY_MS, times = {} }: NotifyInput = {}): Promise<Notified> {
  const inbox: Notice[] = [];
  setHandler(tellEvent, (notice) => void inbox.push(notice));
  const alerts: string[] = [];
  let repeated = 0;
  let known = 0;
  let open = 0;
  let taken = 0;
  let bug: Error | undefined;

  async function tell(notice: Notice, key: string): Promise<void> {
    const { routes } = await noting.routeEvent({ notice });
    const told = routes.map(async (route) => {
      const { namespace, name } = route.alert;
      const passed = await pass(route, notice, `${key}/${namespace}/${name}`);
      alerts.push(`${namespace}/${name}: ${passed}`);
    });
    await Promise.all(told);
  }

  function pass(route: Route, notice: Notice, key: string): Promise<Passed> {
    if (route.commit !== undefined || route.afterFailures !== undefined)
      return passOn(route, notice, 'count');
    if (route.groupMs !== undefined) return passOn(route, notice, 'group');
    return deliver({ route, events: [notice.event], key }, times);
  }

  function take(notice: Notice): void {
    if (Date.now() < known) {
      repeated += 1;
      return;
    }
    known = Date.now() + memoryMs;
    taken += 1;
    open += 1;
    tell(notice, `${workflowInfo().runId}/${taken}`)
      .catch((error: unknown) => {
        bug ??= error instanceof Error ? error : new Error(String(error));
      })
      .finally(() => {
        open -= 1;
      });
  }

  for (;;) {
    for (const notice of inbox.splice(0)) take(notice);
    const left = known - Date.now();
    if (left <= 0 && open === 0) break;
    const isNews = () => inbox.length > 0 || (left <= 0 && open === 0);
    if (left > 0) await condition(isNews, left);
    else await condition(isNews);
  }
  if (bug !== undefined) throw bug;
  return { alerts, repeated };
}

async function passOn(route: Route, notice: Notice, to: 'group' | 'count'): Promise<'passed on'> {
  await noting.passOnEvent({ route, notice, to });
  return 'passed on';
}

setWorkflowOptions({ failureExceptionTypes: [Error] }, notify);
