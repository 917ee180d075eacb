import {
  ApplicationFailure,
  CancellationScope,
  continueAsNew,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { SearchAttribute } from '../api/names.ts';
import type { ObjectRef } from '../api/object-ref.ts';
import { type Asked, openInbox } from './inbox.ts';
import { type PassResult, progress, type RunInput, type RunResult, WorkflowType } from './messages.ts';
import { isFailure, Outcome } from './outcome.ts';
import { onePass, type Steps } from './pass.ts';
import { telemetry } from './telemetry.ts';

// Enough to see what happened; a run that is asked without end keeps the newest.
const KEPT_PASSES = 20;

export interface ContinuedInput extends RunInput {
  readonly pending?: Asked;
}

/**
 * One run of one object: passes until nobody asks any more. The last pass decides how it ends:
 * Completed with the passes as its result, or Failed with the Flux reason as the failure's type.
 */
export async function runObject(input: ContinuedInput, steps: Steps): Promise<RunResult> {
  assertInput(input);
  const { ref } = input;
  const inbox = openInbox(input.pending);
  let doing = 'starting';
  setHandler(progress, () => doing);
  // Temporal's own cancel is a cancel like ours: it ends the pass that it meets, and what is asked later is served.
  CancellationScope.current().cancelRequested.catch(() => inbox.cancel({}));

  return CancellationScope.nonCancellable(async () => {
    const passes: PassResult[] = [];
    let last: PassResult;
    do {
      if (passes.length > 0 && workflowInfo().continueAsNewSuggested) {
        await continueAsNew<(next: ContinuedInput) => Promise<RunResult>>({ ref, pending: inbox.take() });
      }
      const startedAt = Date.now();
      const begun: { name: string; at: number }[] = [];
      last = await onePass({
        ref,
        inbox,
        steps,
        continues: passes.length > 0,
        onStep(name) {
          doing = name;
          begun.push({ name, at: Date.now() });
        },
      });
      telemetry.passEnded({ ref, startedAt, endedAt: Date.now(), begun, result: last });
      passes.push(last);
      if (passes.length > KEPT_PASSES) passes.shift();
    } while (!inbox.isEmpty());
    doing = 'done';
    return finish(ref, passes, last);
  });
}

/** A hand-made start may say anything; only its own object's ref makes a run. */
function assertInput(input: Partial<RunInput> | undefined): void {
  const { workflowType } = workflowInfo();
  const ref: Partial<ObjectRef> | undefined = input?.ref;
  const isMine = ref?.kind !== undefined && WorkflowType[ref.kind] === workflowType;
  if (isMine && typeof ref.namespace === 'string' && typeof ref.name === 'string') return;
  throw ApplicationFailure.nonRetryable(
    `${workflowType} takes {"ref": {"kind", "namespace", "name"}} with the kind that it reconciles`,
    'InvalidInput',
  );
}

function finish(ref: ObjectRef, passes: readonly PassResult[], last: PassResult): RunResult {
  const { kind, namespace, name } = SearchAttribute;
  // A run that was started by hand lacks them, and would not be found among the others.
  const missing = {
    [kind]: [ref.kind],
    [namespace]: [ref.namespace],
    [name]: [ref.name],
    [SearchAttribute.trigger]: [last.trigger],
  };
  upsertSearchAttributes({
    ...(workflowInfo().searchAttributes[kind] === undefined && missing),
    [SearchAttribute.outcome]: [outcomeOf(passes, last)],
    ...(last.revision !== undefined && { [SearchAttribute.revision]: [last.revision] }),
  });
  if (!isFailure(last.outcome)) return { passes };
  throw ApplicationFailure.create({
    type: last.outcome,
    message: last.message,
    nonRetryable: true,
    details: [{ passes }],
  });
}

/** A commit, an apply, a release is not hidden by a later look that found nothing left to do. */
function outcomeOf(passes: readonly PassResult[], { outcome }: PassResult): string {
  if (outcome !== Outcome.NothingToDo) return outcome;
  return passes.some((pass) => pass.outcome === Outcome.Succeeded) ? Outcome.Succeeded : outcome;
}
