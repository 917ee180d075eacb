import { describeObject } from '../../api/kube-object.ts';
import type { Kustomization } from '../../api/kustomization.ts';
import { parseObjectId } from '../../api/object-id.ts';
import type { ObjectRef } from '../../api/object-ref.ts';
import { Reason } from '../../api/reasons.ts';
import type { Deps } from '../deps.ts';
import { failed } from '../failures.ts';
import { missingAccount } from '../observe/account.ts';
import { readUnparsed } from '../observe/object.ts';
import type { StepContext } from '../steps.ts';
import { type PruneAllResult, pruneAll } from './prune.ts';
import { heldElsewhere } from './rivals.ts';
import { applyContext, inventoryOf } from './steps.ts';

export interface FinalizeInput {
  readonly ref: ObjectRef;
  readonly timeoutMs: number;
}

export interface Finalized {
  readonly message: string;
}

/** Removes what a deleted Kustomization made, as its `deletionPolicy` and `prune` say; a suspended one is released as it is. */
export async function finalizeKustomization(
  deps: Deps,
  { ref, timeoutMs }: FinalizeInput,
  step: StepContext,
): Promise<Finalized> {
  // Not parsed: a field that never parsed must not hold back the deletion.
  const object = await readUnparsed<Kustomization>(deps.kube, ref);
  if (!object) return { message: 'the object is gone' };
  const policy = deletionPolicy(object);
  if (object.spec.suspend || policy === 'Orphan') {
    return {
      message: `${inventoryOf(object).length} objects left in the cluster (${object.spec.suspend ? 'suspended' : 'deletionPolicy Orphan'})`,
    };
  }
  const account = await missingAccount(deps, object);
  if (account !== undefined) return leaveBehind(deps, object, account);
  const beat = setInterval(() => step.heartbeat('deleting'), 5_000);
  try {
    const result = await pruneAll(applyContext(deps, object), inventoryOf(object), {
      heldElsewhere: await heldElsewhere(deps, object),
      waitMs: policy === 'WaitForTermination' ? timeoutMs : 0,
      signal: step.signal,
    });
    // Letting go now would leave them without anybody who knows of them.
    if (result.failures.length > 0) throw failed(Reason.PruneFailed, result.failures.join('; '));
    return { message: await tellRest(deps, object, result) };
  } finally {
    clearInterval(beat);
  }
}

/** Says what was deleted, and tells of what outlives the object: its inventory goes with it. */
async function tellRest(
  deps: Deps,
  object: Kustomization,
  { deleted, kept, terminating }: PruneAllResult,
): Promise<string> {
  const left = [
    ...terminating.map((subject) => `${subject} is still terminating`),
    ...kept.map(({ object: subject, reason }) => `${subject} left in the cluster: ${reason}`),
  ].slice(0, LISTED);
  if (left.length > 0) {
    const [type, reason] =
      terminating.length > 0
        ? (['Warning', Reason.PruneFailed] as const)
        : (['Normal', Reason.Progressing] as const);
    await deps.events.record({ object, type, reason, message: left.join('\n') });
  }
  return [`${deleted.length} objects deleted`, ...left].join('; ');
}

// As many names as an event has room for.
const LISTED = 20;

/** Nothing may be deleted without its account, and the object must not hang for ever: it goes, and tells what it leaves. */
async function leaveBehind(deps: Deps, object: Kustomization, account: string): Promise<Finalized> {
  const left = inventoryOf(object).map(({ id }) => {
    const parsed = parseObjectId(id);
    return parsed
      ? describeObject({ kind: parsed.kind, metadata: { name: parsed.name, namespace: parsed.namespace } })
      : id;
  });
  const more = left.length > LISTED ? `\nand ${left.length - LISTED} more` : '';
  const message = `unable to prune objects: ${account} does not exist; left in the cluster:\n${left.slice(0, LISTED).join('\n')}${more}`;
  await deps.events.record({ object, type: 'Warning', reason: Reason.PruneFailed, message });
  return { message };
}

function deletionPolicy({ spec }: Kustomization): 'Delete' | 'WaitForTermination' | 'Orphan' {
  if (spec.deletionPolicy === undefined || spec.deletionPolicy === 'MirrorPrune')
    return spec.prune ? 'Delete' : 'Orphan';
  return spec.deletionPolicy;
}
