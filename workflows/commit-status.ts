import {
  ActivityFailure,
  ApplicationFailure,
  condition,
  continueAsNew,
  proxyActivities,
  setHandler,
  setWorkflowOptions,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';
import type { Verdict } from '../activities/notify/commit-status/aggregate.ts';
import type { Seen } from '../activities/notify/commit-status/concerned.ts';
import type { AlertRef } from '../activities/notify/notice.ts';
import { noting } from './deliver.ts';
import { tellEvent } from './messages.ts';

/** In milliseconds; tests shorten them. */
export interface CommitStatusTimes {
  /** The first look after an event, and the next ones with doubled pauses. */
  readonly soonMs?: number;
  /** The longest pause between two looks. */
  readonly lookMs?: number;
  /** So long after the last event nothing of what it told is missing in the statuses any more. */
  readonly calmMs?: number;
  /** For so long a source may take to have the commit. */
  readonly arriveMs?: number;
  /** After so long nobody is waited for any longer. */
  readonly boundMs?: number;
  /** The first pause after the provider failed. */
  readonly retryMs?: number;
}

export interface CommitStatusInput {
  readonly alert: AlertRef;
  readonly commit: string;
  /** Bound of one request to the provider. */
  readonly timeoutMs: number;
  readonly times?: CommitStatusTimes;
  /** Of the run before. */
  readonly carried?: Carried;
}

interface Carried extends Seen {
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly told: Verdict | undefined;
}

const DEFAULTS = {
  soonMs: 1_000,
  lookMs: 15_000,
  calmMs: 5_000,
  arriveMs: 30_000,
  boundMs: 24 * 60 * 60_000,
  retryMs: 2_000,
} as const satisfies Required<CommitStatusTimes>;

const ATTEMPTS = 6;
// The sender's own bound comes first and has the better message.
const GRACE_MS = 5_000;

/**
 * Keeps the one status that a commit has for an Alert with `pawl.dev/commit-status: aggregate`: looks at all objects
 * that build from it after each event and from time to time, and tells the provider what changed. Open until all of
 * them have tried the commit, another one has taken its place, or a day is over; answers what was told last.
 */
export async function commitStatus(input: CommitStatusInput): Promise<Verdict | undefined> {
  const { alert, commit } = input;
  const times = { ...DEFAULTS, ...input.times };
  const rhythm = createRhythm(times);
  const teller = createTeller(input, times);
  const { startedAt = Date.now() } = input.carried ?? {};
  let { sources, ended }: Seen = input.carried ?? NOTHING_SEEN;

  for (;;) {
    const known = rhythm.heard();
    const look = await noting.lookAtCommit({ alert, commit, sources, ended });
    if (look.isGone || (await isDone(look.verdict, known))) return teller.told();
    ({ sources, ended } = look);
    await rhythm.pause(known);
    if (rhythm.heard() === known) await goOnAnew(input, { startedAt, sources, ended, told: teller.told() });
  }

  /** Tells what was seen; whether that was the last of it. */
  async function isDone(seen: Verdict | undefined, known: number): Promise<boolean> {
    const isOver = Date.now() - startedAt >= times.boundMs;
    const hasLeft = seen === undefined && rhythm.quietMs() >= times.arriveMs;
    const verdict = isOver || hasLeft ? lastWord(seen, teller.told()) : seen;
    const result = verdict && (await teller.tell(verdict));
    if (isOver || result === 'hopeless') return true;
    // An event comes before the status that says the same, so what is seen right after it may be older.
    if (rhythm.heard() !== known || rhythm.quietMs() < times.calmMs) return false;
    return hasLeft || teller.hasTold(verdict);
  }
}
// A bug shows as a failed run, not as one that hangs.
setWorkflowOptions({ failureExceptionTypes: [Error] }, commitStatus);

/** A day of looks is more than one history should hold. */
async function goOnAnew(input: CommitStatusInput, carried: Carried): Promise<void> {
  if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof commitStatus>({ ...input, carried });
}

const NOTHING_SEEN: Seen = { sources: [], ended: {} };

/** What is said of a commit that is not waited for any longer. */
function lastWord(verdict: Verdict | undefined, told: Verdict | undefined): Verdict | undefined {
  if (verdict?.state === 'pending') {
    return { state: 'cancelled', description: `given up: ${verdict.description}` };
  }
  if (verdict !== undefined || told?.state !== 'pending') return verdict;
  return { state: 'cancelled', description: 'nothing builds from it any more' };
}

/** When the commit is looked at again. */
function createRhythm({ soonMs, lookMs }: Required<CommitStatusTimes>) {
  let heard = 0;
  let heardAt = Date.now();
  let pauseMs = soonMs;
  setHandler(tellEvent, () => {
    heard += 1;
    heardAt = Date.now();
    pauseMs = soonMs;
  });
  return {
    /** How many events came. */
    heard: () => heard,
    quietMs: () => Date.now() - heardAt,
    /** Many events of the same time are one look. */
    async pause(known: number): Promise<void> {
      await condition(() => heard !== known, pauseMs);
      if (heard !== known) await sleep(soonMs);
      else pauseMs = Math.min(pauseMs * 2, lookMs);
    },
  };
}

/** Tells what changed. */
function createTeller(input: CommitStatusInput, times: Required<CommitStatusTimes>) {
  let told = input.carried?.told;
  let toldAt = 0;

  /** Other words alone are no news for a while: a provider keeps every status that it is told. */
  function isDue({ state, description }: Verdict): boolean {
    if (told?.state !== state) return true;
    if (told.description === description) return false;
    return state !== 'pending' || Date.now() - toldAt >= times.lookMs;
  }

  return {
    told: () => told,
    /** Whether the provider has heard how it ended. */
    hasTold: (verdict: Verdict | undefined) =>
      verdict !== undefined && verdict.state !== 'pending' && told?.state === verdict.state,
    async tell(verdict: Verdict): Promise<'told' | 'failed' | 'hopeless'> {
      if (!isDue(verdict)) return 'told';
      const result = await tell(input, times, verdict);
      if (result === 'told') {
        told = verdict;
        toldAt = Date.now();
      }
      return result;
    },
  };
}

async function tell(
  { alert, commit, timeoutMs }: CommitStatusInput,
  { retryMs }: Required<CommitStatusTimes>,
  verdict: Verdict,
): Promise<'told' | 'failed' | 'hopeless'> {
  const { tellCommit } = proxyActivities<Activities>({
    startToCloseTimeout: timeoutMs + GRACE_MS,
    retry: { initialInterval: retryMs, backoffCoefficient: 2, maximumAttempts: ATTEMPTS },
  });
  try {
    await tellCommit({ alert, commit, ...verdict });
    return 'told';
  } catch (error) {
    // A cancellation is for who asked for it.
    if (!(error instanceof ActivityFailure)) throw error;
    const { cause } = error;
    const isFinal = cause instanceof ApplicationFailure && cause.nonRetryable === true;
    const object = { apiVersion: NOTIFICATION, kind: 'Alert', ...alert };
    const message = `status of commit ${commit}: ${cause?.message ?? error.message}`;
    await noting.tellDispatchFailure({ alert, object, message, isFinal });
    return isFinal ? 'hopeless' : 'failed';
  }
}

const NOTIFICATION = 'notification.toolkit.fluxcd.io/v1beta3';
