import {
  condition,
  continueAsNew,
  setHandler,
  setWorkflowOptions,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { FluxEvent } from '../activities/notify/event.ts';
import type { Notice, Route } from '../activities/notify/notice.ts';
import type { DeliveryTimes } from './deliver.ts';
import { tellEvent } from './messages.ts';
import { startDelivery } from './start-delivery.ts';

export interface GroupInput {
  readonly route: Route;
  readonly times?: DeliveryTimes;
  /** What came while the run before ended. */
  readonly carried?: Burst;
}

interface Burst {
  readonly events: readonly FluxEvent[];
  readonly total: number;
}

const NONE: Burst = { events: [], total: 0 };
// As many as a message lists; of the rest it has the number.
const KEPT = 50;
const KEPT_LENGTH = 500;
const WINDOW_MS = 5 * 60_000;

/** What an Alert with `pawl.dev/group` hears of within its time, told as one message; open while there is something to tell. */
export async function groupedAlert({ route, times = {}, carried = NONE }: GroupInput): Promise<void> {
  let burst = carried;
  setHandler(tellEvent, ({ event }: Notice) => {
    burst = joined(burst, event);
  });
  const { groupMs: windowMs = WINDOW_MS } = route;
  // The start comes with a first event.
  await condition(() => burst.total > 0);
  while (burst.total > 0) {
    await sleep(windowMs);
    const { events, total } = burst;
    burst = NONE;
    await startDelivery({ route, events, total, windowMs }, times);
    if (burst.total > 0 && workflowInfo().continueAsNewSuggested) {
      await continueAsNew<typeof groupedAlert>({ route, times, carried: burst });
    }
  }
}

/** The first is kept whole, as it may stay alone, and so is the first error: the message is about its object. */
function joined({ events, total }: Burst, event: FluxEvent): Burst {
  const isLead = !events.some(({ severity }) => severity === 'error') && event.severity === 'error';
  if (total === 0) return { events: [event], total: 1 };
  if (events.length >= KEPT && !isLead) return { events, total: total + 1 };
  const kept = isLead ? event : shortened(event);
  return { events: [...events.slice(0, KEPT - 1), kept], total: total + 1 };
}

function shortened({ metadata: _metadata, ...event }: FluxEvent): FluxEvent {
  return { ...event, message: event.message.slice(0, KEPT_LENGTH) };
}

setWorkflowOptions({ failureExceptionTypes: [Error] }, groupedAlert);
