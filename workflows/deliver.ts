import {
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  proxyActivities,
  proxyLocalActivities,
  setWorkflowOptions,
  sleep,
  TemporalFailure,
} from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';
import type { FluxEvent } from '../activities/notify/event.ts';
import type { Route } from '../activities/notify/notice.ts';
import type { DeliverInput as DeliverEventInput, DeliveredAtOnce } from '../activities/notify/steps.ts';

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
const FIRST_PAUSE_MS = 2_000;
const LONGEST_PAUSE = '10 minutes';
const GIVE_UP = '1 day';
// The sender's own bound comes first and has the better message.
const GRACE_MS = 5_000;
// A workflow task may be held so long.
const LONGEST_AT_ONCE_MS = 60_000;

/** Steps about events; an API server that is away is sat out, for as long as a message would be tried. */
export const noting = proxyLocalActivities<Activities>({
  startToCloseTimeout: '30s',
  scheduleToCloseTimeout: GIVE_UP,
  localRetryThreshold: '5s',
  retry: { initialInterval: '250ms', backoffCoefficient: 2, maximumInterval: '1 minute' },
});

interface Stage {
  readonly attempt: () => Promise<DeliveredAtOnce>;
  /** Until the next stage, where the service does not say; the last one has none. */
  readonly pauseMs?: number;
  /** Its failure is nothing for the owner yet. */
  readonly isFirst?: boolean;
}

/**
 * Tells one message, for up to a day: at least once unless only a change of the Provider would help. The first attempt
 * belongs to this workflow task; the others are activities, so that a service that is away holds no task.
 */
export async function deliver(
  message: Message,
  { retryMs = FIRST_PAUSE_MS }: DeliveryTimes,
): Promise<Delivery> {
  const { route, ...more } = message;
  const input = { alert: route.alert, ...more };
  for (const { attempt, pauseMs, isFirst = false } of stagesOf(input, route.timeoutMs, retryMs)) {
    const end = await endOf(attempt());
    if (end === 'left') continue;
    if (typeof end === 'string') return end;
    const isFinal = pauseMs === undefined || isHopeless(end);
    if (isFinal || !isFirst) await tellOwner(input, end, isFinal);
    if (isFinal) return 'failed';
    await sleep(wantedPause(end) ?? pauseMs);
  }
  return 'failed';
}

function stagesOf(input: DeliverEventInput, timeoutMs: number, retryMs: number): readonly Stage[] {
  const startToCloseTimeout = timeoutMs + GRACE_MS;
  const retry = { backoffCoefficient: 2, maximumInterval: LONGEST_PAUSE } as const;
  const patienceMs = retryMs * 2 ** QUICK_ATTEMPTS;
  let tried = 0;
  const atOnce = () => {
    const { deliverAtOnce } = proxyLocalActivities<Activities>({
      startToCloseTimeout,
      retry: { maximumAttempts: 1 },
    });
    return deliverAtOnce(input).catch((error: unknown) => {
      tried = 1;
      throw error;
    });
  };
  const quick = () => {
    const maximumAttempts = QUICK_ATTEMPTS - tried;
    const initialInterval = retryMs * 2 ** tried;
    const quickly = { startToCloseTimeout, retry: { ...retry, initialInterval, maximumAttempts } };
    return proxyActivities<Activities>(quickly).deliverEvent(input);
  };
  const patient = () => {
    const patiently = {
      startToCloseTimeout,
      scheduleToCloseTimeout: GIVE_UP,
      retry: { ...retry, initialInterval: patienceMs },
    } as const;
    return proxyActivities<Activities>(patiently).deliverEvent(input);
  };
  return [
    ...(timeoutMs <= LONGEST_AT_ONCE_MS ? [{ attempt: atOnce, pauseMs: retryMs, isFirst: true }] : []),
    { attempt: quick, pauseMs: patienceMs },
    { attempt: patient },
  ];
}

/** What came of an attempt, or why it failed. */
async function endOf(attempt: Promise<DeliveredAtOnce>): Promise<Delivery | 'left' | TemporalFailure> {
  try {
    const { isTold, isLeft = false } = await attempt;
    if (isLeft) return 'left';
    return isTold ? 'told' : 'dropped';
  } catch (error) {
    // An activity's arrives wrapped, that of a local one as it is.
    const cause = error instanceof ActivityFailure ? (error.cause ?? error) : error;
    // A cancellation is for who asked for it.
    if (cause instanceof TemporalFailure && !(cause instanceof CancelledFailure)) return cause;
    throw error;
  }
}

async function tellOwner(
  { alert, events: [event] }: DeliverEventInput,
  { message }: TemporalFailure,
  isFinal: boolean,
): Promise<void> {
  if (event === undefined) return;
  await noting.tellDispatchFailure({ alert, object: event.involvedObject, message, isFinal });
}

/** What the service asked for when it refused the last attempt. */
function wantedPause(failure: TemporalFailure): ApplicationFailure['nextRetryDelay'] {
  return failure instanceof ApplicationFailure ? failure.nextRetryDelay : undefined;
}

function isHopeless(failure: TemporalFailure): boolean {
  return failure instanceof ApplicationFailure && failure.nonRetryable === true;
}

export interface DeliverInput extends Message {
  readonly times?: DeliveryTimes;
}

/** Tells one message of an Alert that groups or counts: a workflow of its own, so that neither waits for it. */
export async function deliverAlert({ times = {}, ...message }: DeliverInput): Promise<Delivery> {
  return deliver(message, times);
}

setWorkflowOptions({ failureExceptionTypes: [Error] }, deliverAlert);
