import { setTimeout as sleep } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { Reason } from '../api/reasons.ts';
import type { Deps } from './deps.ts';
import { failed, messageOf, transient } from './failures.ts';
import { StaleAttemptError, TakenOverError } from './fence.ts';
import { isTransient, KubeError, KubeUnreachableError, NoKindError } from './kube/errors.ts';

/** What a step may know of its attempt. */
export interface StepContext {
  /** Aborts when the run drops the step or the worker shuts down. */
  readonly signal: AbortSignal;
  readonly heartbeat: (detail: unknown) => void;
  /** How Temporal knows the attempt; undefined for a local activity, which it does not know. */
  readonly task?: Task | undefined;
}

export interface Task {
  readonly token: Uint8Array;
  /** Without a beat for so long, Temporal gives the work to another attempt. */
  readonly silenceMs: number;
}

type Step<Input, Result> = (deps: Deps, input: Input, step: StepContext) => Promise<Result>;

/** How long the step took, in milliseconds: a run's result lists it. */
export interface Timed {
  readonly ms: number;
}

/**
 * Makes an activity of a step: measured, fenced, and with every failure in the one form that the workflow reads.
 * A step that returns nothing answers only its time.
 */
export function activity<Input, Result extends object | void>(deps: Deps, step: Step<Input, Result>) {
  return async (input: Input): Promise<Timed & (Result extends object ? Result : unknown)> => {
    const context = Context.current();
    const started = performance.now();
    try {
      const result = await deps.fence.run(() =>
        step(deps, input, {
          signal: context.cancellationSignal,
          heartbeat: beat(context),
          task: taskOf(context),
        }),
      );
      const ms = Math.round((performance.now() - started) * 10) / 10;
      // Spreading a generic loses its type; the object is exactly the promised intersection.
      return { ...result, ms } as Timed & (Result extends object ? Result : unknown);
    } catch (error) {
      if (error instanceof StaleAttemptError || error instanceof TakenOverError) await untilDropped(context);
      throw asFailure(error, context.cancellationSignal);
    }
  };
}

// Of a task that is lost a worker hears at its next beat: for local activities eight seconds after the last, at most.
const DROPPED_MS = 15_000;
const BEAT_MS = 1_000;

/**
 * Holds on to an attempt that is void until Temporal drops it. To fail at once would have it tried again by the same
 * worker, with nothing wrong about it but its age.
 */
async function untilDropped(context: Context): Promise<void> {
  const beating = setInterval(() => beat(context)('void'), BEAT_MS);
  await sleep(DROPPED_MS, undefined, { signal: context.cancellationSignal }).catch(() => undefined);
  clearInterval(beating);
}

function taskOf({ info }: Context): Task | undefined {
  const { isLocal, taskToken: token, heartbeatTimeoutMs: silenceMs } = info;
  return isLocal || silenceMs === undefined ? undefined : { token, silenceMs };
}

/** The server knows nothing of a local activity: its beats are refused. */
function beat(context: Context): StepContext['heartbeat'] {
  return context.info.isLocal ? () => undefined : (detail) => context.heartbeat(detail);
}

/** Failures pass; errors of the API server that no step translated get their class here; the rest are bugs and retried. */
function asFailure(error: unknown, signal: AbortSignal): unknown {
  if (error instanceof ApplicationFailure || signal.aborted) return error;
  // Nobody dropped it: it was an attempt like any other, and what it knew is old.
  if (error instanceof TakenOverError) return failed(Reason.ReconciliationFailed, error.message);
  if (isTransient(error)) {
    const retryAfterMs = error instanceof KubeError ? error.retryAfterMs : undefined;
    return transient(
      Reason.ReconciliationFailed,
      messageOf(error),
      retryAfterMs === undefined ? {} : { retryAfterMs },
    );
  }
  if (error instanceof KubeError || error instanceof KubeUnreachableError || error instanceof NoKindError) {
    return failed(Reason.ReconciliationFailed, messageOf(error));
  }
  return transient(Reason.ReconciliationFailed, messageOf(error));
}
