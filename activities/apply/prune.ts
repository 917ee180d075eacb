import { describeObject, type KubeObject } from '../../api/kube-object.ts';
import { type InventoryEntry, type ObjectId, parseObjectId } from '../../api/object-id.ts';
import { messageOf } from '../failures.ts';
import type { ApplyContext, Owner } from './contract.ts';
import { deleteOne } from './delete-one.ts';
import { isKubernetesError } from './failure.ts';
import { awaitGone } from './gone.ts';
import { createLocator } from './locate.ts';
import { compareIds } from './order.ts';
import { forEach } from './parallel.ts';
import { runsOf } from './stages.ts';

export type PruneContext = Pick<ApplyContext, 'kube' | 'owner'>;

export interface PruneOptions {
  /** The other Kustomization whose inventory holds the entry of this id. */
  readonly heldElsewhere: (entryId: string) => Owner | undefined;
  readonly signal?: AbortSignal;
}

export interface PruneResult {
  /** `Kind/namespace/name` of what this call deleted. */
  readonly deleted: readonly string[];
  /** Entries that stay in the inventory, since their deletion is not confirmed or another's matter until later. */
  readonly survivors: readonly InventoryEntry[];
  /** A sentence for each refused deletion, for a PruneFailed failure. */
  readonly failures: readonly string[];
  /** What is left in the cluster on purpose, and why; it leaves the inventory. */
  readonly kept: readonly { readonly object: string; readonly reason: string }[];
}

/**
 * Deletes what the inventory names and nobody wants any more, in the reverse order of an apply. Only objects that
 * carry this owner's labels when they are read, by UID and version; a refusal keeps the entry and is told as a failure.
 * What another inventory holds as well is never deleted: whom the labels name keeps the entry until the other takes
 * the object over or drops it. So of two that drop it at once, one is left to delete it.
 */
export async function prune(
  context: PruneContext,
  stale: readonly InventoryEntry[],
  options: PruneOptions,
): Promise<PruneResult> {
  return (await deleteAll(context, stale, { ...options, isLeaving: false })).result;
}

export interface PruneAllOptions extends PruneOptions {
  /** How long to wait until the objects are gone, in milliseconds; 0 does not wait. */
  readonly waitMs: number;
  readonly signal: AbortSignal;
  /** Called at every look of the wait with the number of objects still there. */
  readonly onProgress?: ((left: number) => void) | undefined;
}

export interface PruneAllResult extends PruneResult {
  /** What had not gone when the wait was over: `Kind/namespace/name`. */
  readonly terminating: readonly string[];
}

/** Deletes a whole inventory, for a Kustomization that goes itself, and waits for its end where that is asked for. */
export async function pruneAll(
  context: PruneContext,
  inventory: readonly InventoryEntry[],
  options: PruneAllOptions,
): Promise<PruneAllResult> {
  const { waitMs, signal, onProgress } = options;
  const { result, objects } = await deleteAll(context, inventory, { ...options, isLeaving: true });
  if (waitMs === 0) return { ...result, terminating: [] };
  const left = await awaitGone(context.kube, objects, { timeoutMs: waitMs, signal, onProgress });
  return { ...result, terminating: left.map(describeObject) };
}

interface Candidate {
  readonly entry: InventoryEntry;
  readonly id: ObjectId;
}

interface DeleteAllOptions extends PruneOptions {
  /** The owner goes itself, and can keep no entry. */
  readonly isLeaving: boolean;
}

async function deleteAll(
  context: PruneContext,
  entries: readonly InventoryEntry[],
  options: DeleteAllOptions,
): Promise<{ readonly result: PruneResult; readonly objects: readonly KubeObject[] }> {
  const locate = createLocator(context.kube.discovery);
  const objects: KubeObject[] = [];
  const survivors: InventoryEntry[] = [];
  const failures: string[] = [];
  const kept: PruneResult['kept'][number][] = [];

  async function settle({ entry, id }: Candidate): Promise<void> {
    const object = describeObject({ kind: id.kind, metadata: { name: id.name, namespace: id.namespace } });
    options.signal?.throwIfAborted();
    try {
      const { heldElsewhere, isLeaving } = options;
      const holder = heldElsewhere(entry.id);
      const verdict = await deleteOne(context, await locate(id, entry.v), { id, holder, isLeaving });
      if (verdict.is === 'deleted') objects.push(verdict.object);
      if (verdict.is === 'kept') kept.push({ object, reason: verdict.reason });
      if (verdict.is === 'shared') survivors.push(entry);
    } catch (error) {
      // A fence or a bug is no answer of the server.
      if (!isKubernetesError(error)) throw error;
      survivors.push(entry);
      failures.push(`${object} delete failed: ${messageOf(error)}`);
    }
  }

  const { candidates, unreadable } = readEntries(entries);
  for (const entry of unreadable) {
    survivors.push(entry);
    failures.push(`inventory entry "${entry.id}" is not an id`);
  }
  for (const run of runsOf(candidates, ({ id }) => id.kind)) await forEach(run, settle);
  return { result: { deleted: objects.map(describeObject), survivors, failures, kept }, objects };
}

function readEntries(entries: readonly InventoryEntry[]): {
  readonly candidates: Candidate[];
  readonly unreadable: InventoryEntry[];
} {
  const candidates: Candidate[] = [];
  const unreadable: InventoryEntry[] = [];
  for (const entry of entries) {
    const id = parseObjectId(entry.id);
    if (id) candidates.push({ entry, id });
    else unreadable.push(entry);
  }
  candidates.sort((one, other) => compareIds(other.id, one.id));
  return { candidates, unreadable };
}
