import { setWorkflowOptions, workflowInfo } from '@temporalio/workflow';
import type { Notice, Route } from '../activities/notify/notice.ts';
import { type Delivery, type DeliveryTimes, deliver, noting } from './deliver.ts';

export interface NotifyInput {
  readonly notice: Notice;
  readonly times?: DeliveryTimes;
}

export type Passed = Delivery | 'passed on';

export interface Notified {
  /** How it went with each Alert that wanted the event, as `namespace/name: told`. */
  readonly alerts: readonly string[];
}

/**
 * One event: told to each Alert that wants it, each with retries of its own, or passed on to what groups and counts. It
 * ends with the last of them, mostly within its first workflow task; who told it when is then remembered by its id.
 */
export async function notify({ notice, times = {} }: NotifyInput): Promise<Notified> {
  const { event, key } = notice;
  const routes = notice.routes ?? (await noting.routeEvent({ notice })).routes;

  async function pass(route: Route): Promise<Passed> {
    const { alert, commit, afterFailures, groupMs } = route;
    const isCounted = commit !== undefined || afterFailures !== undefined;
    if (!isCounted && groupMs === undefined) {
      const own = `${workflowInfo().runId}/${alert.namespace}/${alert.name}`;
      return deliver({ route, events: [event], key: own }, times);
    }
    await noting.passOnEvent({ route, notice: { event, key }, to: isCounted ? 'count' : 'group' });
    return 'passed on';
  }

  async function told(route: Route): Promise<string> {
    const { namespace, name } = route.alert;
    return `${namespace}/${name}: ${await pass(route)}`;
  }

  // A bug in one must not end the others.
  const all = await Promise.allSettled(routes.map(told));
  return {
    alerts: all.map((one) => {
      if (one.status === 'rejected') throw one.reason;
      return one.value;
    }),
  };
}

// A bug shows as a failed run, not as one that hangs.
setWorkflowOptions({ failureExceptionTypes: [Error] }, notify);
