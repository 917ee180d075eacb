import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  isCancellation,
  setWorkflowOptions,
  TimeoutFailure,
} from '@temporalio/workflow';
import type { ActedRelease, ReleaseEnd } from '../activities/helm/act-on-release.ts';
import type { ActionType } from '../activities/helm/next-action.ts';
import type { Activities } from '../activities/index.ts';
import type { ObservedHelmRelease, Serves } from '../activities/observe/helm-release.ts';
import type { Attempt } from '../activities/observe/object.ts';
import { Reason } from '../api/reasons.ts';
import { acting, fast, settle, slow } from './activities.ts';
import type { RunResult } from './messages.ts';
import { Outcome } from './outcome.ts';
import type { Pass, PassOutcome } from './pass.ts';
import { settleResting } from './rest.ts';
import { type ContinuedInput, runObject } from './run.ts';

/** One reconcile of one HelmRelease. */
export async function helmRelease(input: ContinuedInput): Promise<RunResult> {
  return runObject(input, {
    reconcile,
    settleFailure: (ref, failure, attempt) => settle.settleHelmReleaseFailure({ ref, ...failure, attempt }),
  });
}
// A bug shows as a failed run, not as one that hangs.
setWorkflowOptions({ failureExceptionTypes: [Error] }, helmRelease);

// What a worker left behind is looked after by the next look; a release that ends each of them must not go on for ever.
const MOST_LOST = 3;

/** Observes, decides and acts until nothing is left to do. Each type of action is taken once. */
async function reconcile(pass: Pass): Promise<PassOutcome> {
  const taken: ActionType[] = [];
  let serves: Serves | undefined;
  for (let lost = 0; lost <= MOST_LOST; ) {
    const observed = await pass.step('observe', () =>
      fast.observeHelmRelease({ ref: pass.ref, taken, ...(serves && { serves }) }),
    );
    if (observed.state !== 'Act') return settleObserved(pass, observed, taken.length > 0);
    const { action, revision, requestedAt } = observed;
    // What is asked for from here on is the next pass's.
    serves ??= requestedAt === undefined ? {} : { requestedAt };
    pass.attempt = attemptOf(observed);
    const acted = await act(pass, observed);
    if (acted === 'Superseded')
      return { outcome: Outcome.Superseded, message: `a newer request ended the ${action}`, revision };
    if (acted === 'Lost') lost += 1;
    else if (acted.ended !== undefined) return settleEnd(pass, acted.ended);
    else taken.push(acted.type);
  }
  const message = `the worker was lost ${MOST_LOST + 1} times in the middle of an action`;
  throw ApplicationFailure.nonRetryable(message, Reason.ReconciliationFailed);
}

type Observed = Exclude<ObservedHelmRelease, { state: 'Act' }>;

/** Ends a pass that has nothing (more) to do. */
async function settleObserved(pass: Pass, observed: Observed, hasActed: boolean): Promise<PassOutcome> {
  const { ref } = pass;
  switch (observed.state) {
    case 'Gone':
    case 'Suspended':
      return settleResting(ref, observed);
    case 'Deleting':
      return finalize(pass, observed.timeoutMs);
    case 'Waiting':
      await settle.settleHelmReleaseWaiting({ ...observed, ref });
      return { outcome: Outcome.Waiting, message: observed.message };
    case 'Ended':
      pass.attempt = attemptOf(observed);
      return settleEnd(pass, observed);
    case 'InSync': {
      pass.attempt = attemptOf(observed);
      const settled = await pass.step('status', () => settle.settleHelmRelease({ ...observed, ref }));
      const outcome = hasActed ? Outcome.Succeeded : Outcome.NothingToDo;
      return { outcome, message: settled.message, revision: observed.revision };
    }
  }
}

/** Ends a pass in which helm failed, or undid what had failed: the conditions say it already. */
async function settleEnd(pass: Pass, { reason, message, stalled = false }: ReleaseEnd): Promise<PassOutcome> {
  const { ref, attempt } = pass;
  await settle.settleHelmReleaseFailure({ ref, reason, message, stalled, attempt });
  return { outcome: reason, message, revision: attempt?.revision };
}

/** Takes down the release of a deleted object, then lets the object go. */
async function finalize(pass: Pass, timeoutMs: number): Promise<PassOutcome> {
  const { ref } = pass;
  // As with other actions: nobody goes on before helm is gone.
  const patient = slow(timeoutMs, 'WAIT_CANCELLATION_COMPLETED');
  const finalized = await pass.step('finalize', () => patient.finalizeHelmRelease({ ref }));
  await settle.releaseObject({ ref });
  return { outcome: Outcome.Deleted, message: finalized.message };
}

type Begun = Extract<ObservedHelmRelease, { state: 'Act' }>;

/**
 * Runs one action. What makes it obsolete ends it at once, and only when helm has come to its end the pass does.
 * `Lost` means that nobody knows how it ended: the next look finds out.
 */
async function act(pass: Pass, observed: Begun): Promise<ActedRelease | 'Superseded' | 'Lost'> {
  const { ref } = pass;
  const { action, timeoutMs, generation } = observed;
  const scope = new CancellationScope();
  const watching = new CancellationScope();
  let isSuperseded = false;
  watching
    .run(() => becomesObsolete(pass, observed))
    .then(
      () => {
        isSuperseded = true;
        scope.cancel();
      },
      // Nothing came that changes the release.
      () => undefined,
    );
  try {
    const acted = await scope.run(() =>
      pass.effect(action, () => acting(timeoutMs).actOnRelease({ ref, action, generation, timeoutMs })),
    );
    if (!acted.isInterrupted) return acted;
    return isSuperseded ? 'Superseded' : 'Lost';
  } catch (error) {
    if (isSuperseded && isCancellation(error)) return 'Superseded';
    if (error instanceof ActivityFailure && error.cause instanceof TimeoutFailure) return 'Lost';
    throw error;
  } finally {
    watching.cancel();
  }
}

/**
 * Ends when the object wants another release than the one that is being made. Whoever asks may only want to see it
 * reconciled, or tell of what is known already: each request makes us look. A suspend waits for helm's end.
 */
async function becomesObsolete({ ref, inbox }: Pass, { generation, basis }: Begun): Promise<void> {
  for (let seen = 0; ; ) {
    seen = await inbox.requestsBeyond(seen);
    if (await isObsolete({ ref, generation, basis })) return;
  }
}

/** What cannot be compared, such as a spec that does not parse, ends nothing; whatever mends it asks again. */
async function isObsolete(input: Parameters<Activities['compareBasis']>[0]): Promise<boolean> {
  try {
    return (await fast.compareBasis(input)).isObsolete;
  } catch (error) {
    if (isCancellation(error)) throw error;
    return false;
  }
}

function attemptOf({ generation, requestedAt, revision }: Attempt): Attempt {
  return {
    generation,
    ...(requestedAt !== undefined && { requestedAt }),
    ...(revision !== undefined && { revision }),
  };
}
