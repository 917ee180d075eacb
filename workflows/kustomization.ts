import { CancellationScope, setWorkflowOptions } from '@temporalio/workflow';
import type { BuiltInput, ReadyKustomization } from '../activities/observe/kustomization.ts';
import type { Attempt } from '../activities/observe/object.ts';
import { fast, settle, slow } from './activities.ts';
import type { RunResult } from './messages.ts';
import { Outcome } from './outcome.ts';
import type { Pass, PassOutcome } from './pass.ts';
import { settleResting } from './rest.ts';
import { type ContinuedInput, runObject } from './run.ts';

/** One reconcile of one Kustomization. */
export async function kustomization(input: ContinuedInput): Promise<RunResult> {
  return runObject(input, {
    reconcile,
    settleFailure: (ref, failure, attempt) => settle.settleKustomizationFailure({ ref, ...failure, attempt }),
  });
}
// A bug shows as a failed run, not as one that hangs.
setWorkflowOptions({ failureExceptionTypes: [Error] }, kustomization);

async function reconcile(pass: Pass): Promise<PassOutcome> {
  const { ref } = pass;
  const observed = await pass.step('observe', () =>
    fast.observeKustomization({ ref, ...(pass.continues && { continues: true }) }),
  );
  switch (observed.state) {
    case 'Gone':
    case 'Suspended':
      return settleResting(ref, observed);
    case 'Deleting':
      return finalize(pass, observed.timeoutMs);
    case 'Waiting':
      await settle.settleKustomizationWaiting({ ...observed, ref });
      return { outcome: Outcome.Waiting, message: observed.message, revision: observed.revision };
    case 'Ready':
      return applyRevision(pass, observed);
  }
}

/** Removes what a deleted object made, as its deletion policy says, then lets it go. */
async function finalize(pass: Pass, timeoutMs: number): Promise<PassOutcome> {
  const { ref } = pass;
  const finalized = await pass.step('finalize', () =>
    slow(timeoutMs).finalizeKustomization({ ref, timeoutMs }),
  );
  await settle.releaseObject({ ref });
  return { outcome: Outcome.Deleted, message: finalized.message };
}

/** The path of a revision: build, apply, prune, health, status. */
async function applyRevision(pass: Pass, observed: ReadyKustomization): Promise<PassOutcome> {
  const { revision } = observed.artifact;
  const { generation, requestedAt, startedAt } = observed;
  const attempt: Attempt = {
    generation,
    revision,
    startedAt,
    ...(requestedAt !== undefined && { requestedAt }),
  };
  pass.attempt = attempt;
  const built = await pass.step('build', () => fast.buildKustomization(observed));
  pass.attempt = { ...attempt, digest: built.digest };
  const input: BuiltInput = { ...observed, builtDigest: built.digest };
  const applied = await pass.effect('apply', () => fast.applyKustomization(input));
  if (applied.stopped !== undefined)
    return { outcome: Outcome.Superseded, message: applied.stopped, revision };
  const pruned =
    applied.stale > 0 ? await pass.effect('prune', () => fast.pruneKustomization(input)) : undefined;
  if (pruned?.stopped !== undefined)
    return { outcome: Outcome.Superseded, message: pruned.stopped, revision };
  if (observed.checksHealth) {
    const health = await awaitHealth(pass, input);
    if (health === 'Superseded')
      return { outcome: Outcome.Superseded, message: 'a newer request ended the health check', revision };
  }
  const settled = await pass.step('status', () =>
    settle.settleKustomization({ ...input, survivors: pruned?.survivors ?? [] }),
  );
  return { outcome: Outcome.Succeeded, message: settled.message, revision };
}

/**
 * Waits until the objects are healthy. Whatever is asked meanwhile ends the wait at once: the next pass
 * of this run serves it, so that a broken revision never holds back the one that mends it.
 */
async function awaitHealth(pass: Pass, input: BuiltInput): Promise<'Healthy' | 'Superseded'> {
  const { healthy } = await pass.step('health', () => fast.checkHealth(input));
  if (healthy) return 'Healthy';

  const scope = new CancellationScope();
  try {
    return await scope.run(() =>
      Promise.race([
        pass.step('wait', () => slow(input.timeoutMs).awaitHealthy(input)).then(() => 'Healthy' as const),
        pass.inbox.arrival().then(() => 'Superseded' as const),
      ]),
    );
  } finally {
    // Ends whichever lost: the activity, or the look at the inbox.
    scope.cancel();
  }
}
