import { setTimeout as sleep } from 'node:timers/promises';
import { formatDuration } from '../../api/duration.ts';
import { describeObject, type KubeObject } from '../../api/kube-object.ts';
import type { Kustomization } from '../../api/kustomization.ts';
import type { InventoryEntry } from '../../api/object-id.ts';
import { Reason } from '../../api/reasons.ts';
import { builtSet, passObject } from '../build/steps.ts';
import type { Deps } from '../deps.ts';
import { failed } from '../failures.ts';
import { faultPoint } from '../fault.ts';
import type { BuiltInput } from '../observe/kustomization.ts';
import type { AppliedObjects } from '../observe/memory.ts';
import { progressing } from '../status/kustomization-status.ts';
import { swapStatus } from '../status/swap.ts';
import type { StepContext } from '../steps.ts';
import { applyPlan } from './apply.ts';
import { type Changes, changesOf, prunedLines, recordChanges } from './changes.ts';
import type { ApplyContext, ChangeSetEntry, Plan } from './contract.ts';
import { guard, TAKE_OVER_MS } from './guard.ts';
import { idOf } from './live.ts';
import { planApply } from './plan.ts';
import { prune } from './prune.ts';
import { heldElsewhere, warnContested } from './rivals.ts';

/** What an apply did, in numbers, and its changes for the record. */
export interface Applied extends Changes {
  readonly checked: number;
  /** Entries of the old inventory that the build has no more. */
  readonly stale: number;
  /** Why the apply ended early, when it was told to. */
  readonly stopped?: string | undefined;
}

/**
 * Brings the cluster to the built objects. Before the first of them is written, the inventory in the status
 * names all that may come to be: a kill at any point leaves nothing that no inventory knows.
 */
export async function applyKustomization(deps: Deps, input: BuiltInput, step: StepContext): Promise<Applied> {
  const object = await passObject(deps, input);
  const { objects } = await builtSet(deps, input, step);
  const context = applyContext(deps, object);
  const plan = await planApply(context, objects, inventoryOf(object));
  const current = await writeAhead(deps, input, object, plan);
  const remember = (applied: AppliedObjects) => {
    const { inventory } = plan;
    deps.memory.remember(input.pass, {
      ...deps.memory.recall(input.pass),
      object: current,
      inventory,
      applied,
    });
  };
  remember({ seen: liveOf(plan), written: new Set() });

  await warnContested(deps, object, plan, input.artifact.revision);
  const counts = { checked: plan.checked, stale: plan.stale.length };
  faultPoint('inventory.written');
  if (!hasWrites(plan)) return { ...counts, ...changesOf([]) };
  if (input.takesOver) await sleep(TAKE_OVER_MS, undefined, { signal: step.signal });
  const watching = guard(deps.kube, input, step.signal);
  const done: ChangeSetEntry[] = [];
  let changes: Changes | undefined;
  try {
    const { entries, answers } = await applyPlan(context, plan, {
      signal: watching.signal,
      onProgress(entry) {
        done.push(entry);
        step.heartbeat(entry);
      },
    });
    faultPoint('applied');
    changes = changesOf(entries);
    const written = new Set([...answers.values()].map(describeObject));
    remember({ seen: new Map([...liveOf(plan), ...answers]), written });
    return { ...counts, ...changes };
  } catch (error) {
    if (watching.stopped() === undefined) throw error;
    return { ...counts, ...changesOf(done), stopped: watching.stopped() };
  } finally {
    watching.end();
    // At once: the apply may have failed, and what it did may never become healthy.
    await recordChanges(deps, object, (changes ?? changesOf(done)).changes, input.artifact.revision);
  }
}

/** What a prune did. */
export interface Pruned {
  /** How many objects were deleted. */
  readonly deleted: number;
  /** Entries that stay in the inventory although the build has no more of them. */
  readonly survivors: readonly InventoryEntry[];
  /** Why the prune ended early, when it was told to. */
  readonly stopped?: string | undefined;
}

/** Deletes what the inventory names and the build has no more. */
export async function pruneKustomization(deps: Deps, input: BuiltInput, step: StepContext): Promise<Pruned> {
  const object = await passObject(deps, input);
  if (!object.spec.prune) return { deleted: 0, survivors: [] };
  const kept = new Set((await plannedInventory(deps, input, step)).map(({ id }) => id));
  const stale = inventoryOf(object).filter(({ id }) => !kept.has(id));
  const watching = guard(deps.kube, input, step.signal);
  try {
    // What an attempt deletes that was taken over before it began, nobody would create again.
    await watching.look();
    const result = await prune(applyContext(deps, object), stale, {
      heldElsewhere: await heldElsewhere(deps, object),
      signal: watching.signal,
    });
    faultPoint('pruned');
    await recordChanges(deps, object, prunedLines(result), input.artifact.revision);
    if (result.failures.length > 0) throw failed(Reason.PruneFailed, result.failures.join('; '));
    return { deleted: result.deleted.length, survivors: result.survivors };
  } catch (error) {
    if (watching.stopped() === undefined) throw error;
    return { deleted: 0, survivors: [], stopped: watching.stopped() };
  } finally {
    watching.end();
  }
}

/** What the inventory is once the plan is carried out; planned again where this worker did not plan it. */
export async function plannedInventory(
  deps: Deps,
  input: BuiltInput,
  step: StepContext,
): Promise<readonly InventoryEntry[]> {
  const remembered = deps.memory.recall(input.pass)?.inventory;
  if (remembered) return remembered;
  const object = await passObject(deps, input);
  const { objects } = await builtSet(deps, input, step);
  return (await planApply(applyContext(deps, object), objects, inventoryOf(object))).inventory;
}

export function applyContext(deps: Deps, object: Kustomization): ApplyContext {
  return {
    kube: deps.impersonate(object),
    owner: { name: object.metadata.name, namespace: object.metadata.namespace },
    force: object.spec.force,
    ignore: object.spec.ignore ?? [],
    memo: deps.applyMemo,
  };
}

export function inventoryOf(object: Kustomization): readonly InventoryEntry[] {
  return object.status?.inventory?.entries ?? [];
}

/** Writes the inventory that the plan may lead to, and that work begins; nothing where nothing will change. */
async function writeAhead(
  deps: Deps,
  input: BuiltInput,
  object: Kustomization,
  plan: Plan,
): Promise<Kustomization> {
  const before = inventoryOf(object);
  const known = new Set(before.map(({ id }) => id));
  const added = plan.inventory.filter(({ id }) => !known.has(id));
  if (added.length === 0 && plan.stale.length === 0 && !hasWrites(plan)) return object;
  const { revision } = input.artifact;
  const after = progressing(object, {
    message: `Detecting drift for revision ${revision} with a timeout of ${formatDuration(input.timeoutMs)}`,
    revision,
    now: deps.now(),
    inventory: [...before, ...added],
  });
  return swapStatus(deps.kube, input.ref, object, after);
}

/** What the plan read of the objects that it leaves as they are. */
function liveOf({ entries }: Plan): ReadonlyMap<string, KubeObject> {
  return new Map(
    entries.flatMap(({ object, action, live }) =>
      action === 'unchanged' && live ? [[idOf(object), live]] : [],
    ),
  );
}

function hasWrites(plan: Plan): boolean {
  return plan.entries.some(({ action }) => action === 'create' || action === 'configure');
}
