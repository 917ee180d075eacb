import {
  ApplicationFailure,
  CancellationScope,
  continueAsNew,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { Attempt } from '../activities/observe/object.ts';
import { SearchAttribute } from '../api/names.ts';
import type { ObjectRef } from '../api/object-ref.ts';
import { fast } from './activities.ts';
import { failureOf, type StepFailure } from './failure.ts';
import { type Asked, type Inbox, openInbox, triggerOf } from './inbox.ts';
import {
  type PassResult,
  progress,
  type ReconcileRequest,
  type RunInput,
  type RunResult,
} from './messages.ts';
import { isFailure } from './outcome.ts';

// Enough to see what happened; a run that is asked without end keeps the newest.
const KEPT_PASSES = 20;

/** What the steps of a pass work with. */
export interface Pass {
  readonly ref: ObjectRef;
  readonly inbox: Inbox;
  /** Set as soon as it is known, so that a failure is told of the right revision and generation. */
  attempt?: Attempt;
  /** Runs a step: its name shows in the `progress` query, its time in the result. */
  step<T extends { readonly ms: number }>(name: string, run: () => Promise<T>): Promise<T>;
}

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

export interface ContinuedInput extends RunInput {
  readonly pending?: readonly ReconcileRequest[];
}

/**
 * One run of one object: passes until nobody asks any more. The last pass decides how it ends:
 * Completed with the passes as its result, or Failed with the Flux reason as the failure's type.
 */
export async function runObject(input: ContinuedInput, steps: Steps): Promise<RunResult> {
  const inbox = openInbox(input.pending);
  const passes: PassResult[] = [];
  let doing = 'starting';
  setHandler(progress, () => doing);

  let last: PassResult;
  do {
    if (passes.length > 0 && workflowInfo().continueAsNewSuggested) {
      await continueAsNew<(next: ContinuedInput) => Promise<RunResult>>({
        ref: input.ref,
        pending: inbox.pending,
      });
    }
    last = await onePass(input.ref, inbox, steps, (what) => (doing = what));
    passes.push(last);
    if (passes.length > KEPT_PASSES) passes.shift();
  } while (!inbox.isEmpty());

  upsertSearchAttributes({
    [SearchAttribute.outcome]: [last.outcome],
    ...(last.revision !== undefined && { [SearchAttribute.revision]: [last.revision] }),
  });
  if (isFailure(last.outcome)) {
    throw ApplicationFailure.create({
      type: last.outcome,
      message: last.message,
      nonRetryable: true,
      details: [{ passes }],
    });
  }
  return { passes };
}

async function onePass(
  ref: ObjectRef,
  inbox: Inbox,
  steps: Steps,
  doing: (what: string) => void,
): Promise<PassResult> {
  const asked = inbox.take();
  const times: { name: string; ms: number }[] = [];
  const pass: Pass = {
    ref,
    inbox,
    async step(name, run) {
      doing(name);
      const result = await run();
      times.push({ name, ms: result.ms });
      return result;
    },
  };
  try {
    await obeySuspension(ref, asked);
    const ended = await steps.reconcile(pass);
    return { trigger: triggerOf(asked), ...withoutUndefined(ended), steps: times };
  } catch (error) {
    const failure = failureOf(error);
    // A cancelled run, too, leaves a true status behind.
    await CancellationScope.nonCancellable(() => steps.settleFailure(ref, failure, pass.attempt));
    return { trigger: triggerOf(asked), outcome: failure.reason, message: failure.message, steps: times };
  }
}

function withoutUndefined({
  outcome,
  message,
  revision,
}: PassOutcome): Pick<PassResult, 'outcome' | 'message' | 'revision'> {
  return { outcome, message, ...(revision !== undefined && { revision }) };
}

/** A suspend or resume signal becomes the object's `spec.suspend`, which is the truth for everybody. */
async function obeySuspension(ref: ObjectRef, asked: Asked): Promise<void> {
  if (asked.suspension === undefined) return;
  if ('suspend' in asked.suspension) await fast.suspendObject({ ref, ...asked.suspension.suspend });
  else await fast.resumeObject({ ref, ...asked.suspension.resume });
}
