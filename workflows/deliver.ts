import {
  ActivityFailure,
  ApplicationFailure,
  proxyActivities,
  proxyLocalActivities,
  setWorkflowOptions,
  sleep,
} from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';
import type { FluxEvent } from '../activities/notify/event.ts';
import type { Route } from '../activities/notify/notice.ts';

/** Tests shorten them. */
export interface DeliveryTimes {
  /** The first pause after a failure, in milliseconds; it doubles with each one. */
  readonly retryMs?: number;
}

export interface Message {
  readonly route: Route;
  /** One, or the first of a burst. */
  readonly events: readonly FluxEvent[];
  /** Of a burst, with those that are left out. */
  readonly total?: number;
  readonly windowMs?: number;
  /** The same in each attempt, and in no other message. */
  readonly key: string;
}

/** What came of a message: told, nobody to tell, or given up. */
export type Delivery = 'told' | 'dropped' | 'failed';

// As many quick attempts as Flux makes; then the owner of the Alert is told, and patience begins.
const QUICK_ATTEMPTS = 5;
const LONGEST_PAUSE = '10 minutes';
const GIVE_UP = '1 day';
// The sender's own bound comes first and has the better message.
const GRACE_MS = 5_000;

/** Steps about events; an API server that is away is sat out, for as long as a message would be tried. */
export const noting = proxyLocalActivities<Activities>({
  startToCloseTimeout: '30s',
  scheduleToCloseTimeout: GIVE_UP,
  localRetryThreshold: '5s',
  retry: { initialInterval: '250ms', backoffCoefficient: 2, maximumInterval: '1 minute' },
});

/** Tells one message, for up to a day: at least once unless only a change of the Provider would help. */
export async function deliver(
  { route: { alert, timeoutMs }, ...message }: Message,
  { retryMs = 2_000 }: DeliveryTimes,
): Promise<Delivery> {
  const startToCloseTimeout = timeoutMs + GRACE_MS;
  const retry = { initialInterval: retryMs, backoffCoefficient: 2, maximumInterval: LONGEST_PAUSE } as const;
  const quick = proxyActivities<Activities>({
    startToCloseTimeout,
    retry: { ...retry, maximumAttempts: QUICK_ATTEMPTS },
  });
  const patient = proxyActivities<Activities>({
    startToCloseTimeout,
    scheduleToCloseTimeout: GIVE_UP,
    retry: { ...retry, initialInterval: retryMs * 2 ** QUICK_ATTEMPTS },
  });
  const input = { alert, ...message };
  for (const { deliverEvent } of [quick, patient]) {
    try {
      const { isTold } = await deliverEvent(input);
      return isTold ? 'told' : 'dropped';
    } catch (error) {
      const isFinal = deliverEvent === patient.deliverEvent || isHopeless(error);
      await tellOwner(input, error, isFinal);
      if (isFinal) return 'failed';
      await sleep(wantedPause(error) ?? retryMs * 2 ** QUICK_ATTEMPTS);
    }
  }
  return 'failed';
}

async function tellOwner(
  { alert, events }: Pick<Message, 'events'> & Pick<Route, 'alert'>,
  error: unknown,
  isFinal: boolean,
): Promise<void> {
  // A cancellation is for who asked for it.
  if (!(error instanceof ActivityFailure)) throw error;
  const [event] = events;
  if (event === undefined) return;
  const message = error.cause?.message ?? error.message;
  await noting.tellDispatchFailure({ alert, object: event.involvedObject, message, isFinal });
}

/** What the service asked for when it refused the last quick attempt. */
function wantedPause(error: unknown): ApplicationFailure['nextRetryDelay'] {
  const cause = error instanceof ActivityFailure ? error.cause : undefined;
  return cause instanceof ApplicationFailure ? cause.nextRetryDelay : undefined;
}

function isHopeless(error: unknown): boolean {
  return (
    error instanceof ActivityFailure &&
    error.cause instanceof ApplicationFailure &&
    error.cause.nonRetryable === true
  );
}

export interface DeliverInput extends Message {
  readonly times?: DeliveryTimes;
}

/** Tells one message of an Alert that groups or counts: a workflow of its own, so that neither waits for it. */
export async function deliverAlert({ times = {}, ...message }: DeliverInput): Promise<Delivery> {
  return deliver(message, times);
}

setWorkflowOptions({ failureExceptionTypes: [Error] }, deliverAlert);
