import { CancellationScope, isCancellation } from '@temporalio/workflow';
import type { Attempt } from '../activities/observe/object.ts';
import type { ObjectRef } from '../api/object-ref.ts';
import { Reason } from '../api/reasons.ts';
import { settle } from './activities.ts';
import { failureOf, type StepFailure } from './failure.ts';
import { type Asked, type Inbox, triggerOf } from './inbox.ts';
import { type CancelRequest, type PassResult, Trigger } from './messages.ts';
import { Outcome } from './outcome.ts';

/** What the steps of a pass work with. */
export interface Pass {
  readonly ref: ObjectRef;
  readonly inbox: Inbox;
  /** It is not the first of its run. */
  readonly continues: boolean;
  /** Somebody asked beside the object, who wants work even where its status says that none is due. */
  readonly isAsked: boolean;
  /** Set as soon as it is known, so that a failure is told of the right revision and generation. */
  attempt?: Attempt;
  /** Runs a step: its name shows in the `progress` query, its time in the result. */
  step: RunStep;
  /** A step that changes something for others: a suspend that came meanwhile keeps it from beginning. */
  effect: RunStep;
}

type RunStep = <T extends { readonly ms: number }>(name: string, run: () => Promise<T>) => Promise<T>;

/** How the steps of a pass ended; a step that fails throws instead. */
export interface PassOutcome {
  readonly outcome: string;
  readonly message: string;
  readonly revision?: string | undefined;
}

/** What differs between kinds. */
export interface Steps {
  /** The data's path, once. */
  reconcile(pass: Pass): Promise<PassOutcome>;
  /** Writes a failed pass into the object's status and arranges its retry. */
  settleFailure(ref: ObjectRef, failure: StepFailure, attempt: Attempt | undefined): Promise<unknown>;
}

export interface PassInput {
  readonly ref: ObjectRef;
  readonly inbox: Inbox;
  readonly continues: boolean;
  readonly steps: Steps;
  /** Told what the pass is doing. */
  readonly onStep: (name: string) => void;
}

/** One pass for all that was asked so far. It never throws: a failure is an outcome, and the status says it. */
export async function onePass(input: PassInput): Promise<PassResult> {
  const { ref, inbox, steps } = input;
  const asked = inbox.take();
  const trigger = triggerOf(asked);
  if (isOnlyCancelled(asked))
    return { trigger, outcome: Outcome.NothingToDo, message: 'there was nothing to cancel', steps: [] };

  const scope = new CancellationScope();
  inbox.onCancel(() => scope.cancel());
  const { pass, times, newest } = startPass(input, ASKING.has(trigger));
  try {
    await obeySuspension(ref, asked);
    const ended = await scope.run(() => steps.reconcile(pass));
    return resultOf(trigger, ended, times);
  } catch (error) {
    if (error instanceof SuspendedMeanwhile)
      return { trigger, outcome: Outcome.Superseded, message: error.message, steps: times };
    const cancelled = inbox.cancelled();
    const failure = cancelled || isCancellation(error) ? cancelledBy(cancelled, newest()) : failureOf(error);
    // One that cannot be written must not take along what was asked meanwhile.
    const unwritten = await steps.settleFailure(ref, failure, pass.attempt).then(
      () => '',
      (reason: unknown) => `; the status could not be written: ${failureOf(reason).message}`,
    );
    const message = failure.message + unwritten;
    return resultOf(trigger, { outcome: failure.reason, message, revision: pass.attempt?.revision }, times);
  }
}

function resultOf(
  trigger: string,
  { outcome, message, revision }: PassOutcome,
  steps: PassResult['steps'],
): PassResult {
  return { trigger, outcome, message: brief(message), ...(revision !== undefined && { revision }), steps };
}

// The other ways to ask leave a mark in the object.
const ASKING: ReadonlySet<string> = new Set([Trigger.Manual, Trigger.Webhook]);

function startPass({ ref, inbox, continues, onStep }: PassInput, isAsked: boolean) {
  const times: { name: string; ms: number }[] = [];
  let newest = '';
  const step: RunStep = async (name, run) => {
    newest = name;
    onStep(name);
    const began = Date.now();
    try {
      const result = await run();
      times.push({ name, ms: result.ms });
      return result;
    } catch (error) {
      times.push({ name, ms: Date.now() - began });
      throw error;
    }
  };
  const pass: Pass = {
    ref,
    inbox,
    continues,
    isAsked,
    step,
    async effect(name, run) {
      if (inbox.isSuspending()) throw new SuspendedMeanwhile(name);
      return step(name, run);
    },
  };
  return { pass, times, newest: () => newest };
}

/** A cancel that found nothing open has started this run: there is nothing to end, and nobody asked for work. */
function isOnlyCancelled({ triggers, suspension, cancelled }: Asked): boolean {
  return cancelled !== undefined && triggers.length === 0 && suspension === undefined;
}

/** A suspend or resume signal becomes the object's `spec.suspend`, which is the truth for everybody. */
async function obeySuspension(ref: ObjectRef, { suspension }: Asked): Promise<void> {
  if (suspension === undefined) return;
  if ('suspend' in suspension) await settle.suspendObject({ ref, ...suspension.suspend });
  else await settle.resumeObject({ ref, ...suspension.resume });
}

function cancelledBy({ by }: CancelRequest = {}, step: string): StepFailure {
  const what = step === 'wait' ? 'the health check' : 'the run';
  const message = `${what} was cancelled${by === undefined ? '' : ` by ${by}`}`;
  return { reason: Reason.HealthCheckCanceled, message, stalled: false };
}

/** Leaves a pass before an effect; the next pass obeys the suspend. */
class SuspendedMeanwhile extends Error {
  constructor(step: string) {
    super(`suspended before the step ${step}`);
  }
}

// The status has the whole message; twenty passes must fit into one failure.
const LONGEST_MESSAGE = 2_000;

function brief(message: string): string {
  return message.length <= LONGEST_MESSAGE ? message : `${message.slice(0, LONGEST_MESSAGE)}…`;
}
