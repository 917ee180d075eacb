import { describeObject, type KubeObject } from '../../api/kube-object.ts';
import { type InventoryEntry, type ObjectId, parseObjectId } from '../../api/object-id.ts';
import { messageOf } from '../failures.ts';
import { faultPoint } from '../fault.ts';
import { targetOf } from '../kube/client.ts';
import { isConflict } from '../kube/errors.ts';
import type { ApplyContext } from './contract.ts';
import { reasonToKeep } from './directives.ts';
import { isKubernetesError } from './failure.ts';
import { awaitGone } from './gone.ts';
import { createLocator, type Locate } from './locate.ts';
import { compareIds } from './order.ts';
import { isOwnedBy } from './ownership.ts';
import { forEach } from './parallel.ts';
import { runsOf } from './stages.ts';

export type PruneContext = Pick<ApplyContext, 'kube' | 'owner'>;

export interface PruneOptions {
  /** Names the other Kustomization whose inventory holds the entry of this id. */
  readonly heldElsewhere: (entryId: string) => string | undefined;
  readonly signal?: AbortSignal;
}

export interface PruneResult {
  /** `Kind/namespace/name` of what this call deleted. */
  readonly deleted: readonly string[];
  /** Entries that stay in the inventory, since their deletion is not confirmed. */
  readonly survivors: readonly InventoryEntry[];
  /** A sentence for each survivor, for a PruneFailed failure. */
  readonly failures: readonly string[];
  /** What is left in the cluster on purpose, and why; it leaves the inventory. */
  readonly kept: readonly { readonly object: string; readonly reason: string }[];
}

/**
 * Deletes what the inventory names and nobody wants any more, in the reverse order of an apply. Only objects that
 * carry this owner's labels when they are read, by their UID; a refusal keeps the entry and is told as a failure.
 */
export async function prune(
  context: PruneContext,
  stale: readonly InventoryEntry[],
  options: PruneOptions,
): Promise<PruneResult> {
  return (await deleteAll(context, stale, options)).result;
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
  const { result, objects } = await deleteAll(context, inventory, options);
  if (waitMs === 0) return { ...result, terminating: [] };
  const left = await awaitGone(context.kube, objects, { timeoutMs: waitMs, signal, onProgress });
  return { ...result, terminating: left.map(describeObject) };
}

interface Candidate {
  readonly entry: InventoryEntry;
  readonly id: ObjectId;
}

type Verdict =
  | { readonly is: 'deleted'; readonly object: KubeObject }
  | { readonly is: 'gone' }
  | { readonly is: 'kept'; readonly reason: string };

async function deleteAll(
  context: PruneContext,
  entries: readonly InventoryEntry[],
  options: PruneOptions,
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
      const verdict = await deleteOne(context, locate, { entry, id }, options);
      if (verdict.is === 'deleted') objects.push(verdict.object);
      if (verdict.is === 'kept') kept.push({ object, reason: verdict.reason });
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

async function deleteOne(
  { kube, owner }: PruneContext,
  locate: Locate,
  { entry, id }: Candidate,
  { heldElsewhere }: PruneOptions,
): Promise<Verdict> {
  const holder = heldElsewhere(entry.id);
  if (holder !== undefined) return { is: 'kept', reason: `it is in the inventory of ${holder}` };
  const target = await locate(id, entry.v);
  if (!target) return { is: 'gone' };
  // Written for a manifest with a namespace too many: the object may well be in the build, by its proper id.
  if (id.namespace !== '' && target.namespace === undefined)
    return { is: 'kept', reason: 'its kind has no namespace and the inventory names one' };
  for (;;) {
    const live = await kube.get(target);
    if (!live) return { is: 'gone' };
    const reason = isOwnedBy(live, owner) ? reasonToKeep(live) : 'it does not carry the labels of this owner';
    if (reason !== undefined) return { is: 'kept', reason };
    try {
      await kube.delete(targetOf(live), { uid: live.metadata.uid, propagationPolicy: 'Background' });
      faultPoint('object.deleted');
      return { is: 'deleted', object: live };
    } catch (error) {
      // Another object of this name has come: it is judged by its own labels.
      if (!isConflict(error) || !(await isReplaced(kube.get(target), live))) throw error;
    }
  }
}

async function isReplaced(now: Promise<KubeObject | undefined>, before: KubeObject): Promise<boolean> {
  return (await now)?.metadata.uid !== before.metadata.uid;
}
