import type { KubeObject } from '../../api/kube-object.ts';
import { FieldManager } from '../../api/names.ts';
import { isOutage, KubeError } from '../kube/errors.ts';
import { hasDrifted } from './compare.ts';
import type { ApplyContext, PlanEntry } from './contract.ts';
import { reasonToSkip } from './directives.ts';
import { isKubernetesError, refusalFailure } from './failure.ts';
import { type IgnoredPaths, resolveIgnored } from './ignore.ts';
import { isSurelyInSync } from './in-sync.ts';
import { stageOf } from './stages.ts';
import { takeoverPatch } from './takeover.ts';

/**
 * Decides what is to happen to one prepared object. The server is asked, by a dry run, only where equality cannot
 * be proven from what was read. Throws when it cannot be reached; a refusal is left for the stage to tell.
 */
export async function decide(
  context: ApplyContext,
  desired: KubeObject,
  live: KubeObject | undefined,
  ignoredPaths: IgnoredPaths,
): Promise<PlanEntry> {
  const stage = stageOf(desired);
  const skipped = reasonToSkip(desired, live);
  if (skipped !== undefined)
    return { object: desired, stage, action: 'skip', reason: skipped, ...(live && { live }) };
  if (!live) return { object: desired, stage, action: 'create' };

  const ignored = ignoredPaths(desired);
  const object = resolveIgnored(desired, live, ignored);
  const entry = { object, stage, live } as const;
  const takeover = takeoverPatch(object, live);
  if (takeover) return { ...entry, action: 'configure', reason: 'takes over fields of kubectl', takeover };
  if (isSurelyInSync(object, live)) return { ...entry, action: 'unchanged' };
  if (context.memo.isKnownUnchanged(object, live)) return { ...entry, action: 'unchanged' };

  const result = await tryDryRun(context, object);
  if (!result) return { ...entry, action: 'configure', reason: 'the dry run is refused' };
  if (hasDrifted(live, result, ignored)) return { ...entry, action: 'configure', validated: true };
  context.memo.rememberUnchanged(object, live);
  return { ...entry, action: 'unchanged' };
}

async function tryDryRun(context: ApplyContext, object: KubeObject): Promise<KubeObject | undefined> {
  try {
    return await context.kube.apply(object, { fieldManager: FieldManager.apply, dryRun: true });
  } catch (error) {
    if (!isKubernetesError(error)) throw error;
    if (isServerAway(error)) throw refusalFailure([{ object, during: 'dry-run', error }]);
    // Not a verdict yet: an earlier stage may bring what the object lacks, such as a newer definition.
    return undefined;
  }
}

// A 500 is mostly a webhook that does not answer, and this very build may bring it back.
function isServerAway(error: unknown): boolean {
  return isOutage(error) && !(error instanceof KubeError && error.status === 500);
}
