import pLimit from 'p-limit';
import { describeObject, type KubeObject } from '../../api/kube-object.ts';
import { type InventoryEntry, inventoryEntry, objectId } from '../../api/object-id.ts';
import { Reason } from '../../api/reasons.ts';
import { failed } from '../failures.ts';
import { NoKindError } from '../kube/errors.ts';
import type { ApplyContext, Contested, Plan, PlanEntry } from './contract.ts';
import { decide } from './decide.ts';
import { definedKinds } from './definitions.ts';
import { requestFailure } from './failure.ts';
import { compileIgnore, type IgnoredPaths } from './ignore.ts';
import { idOf, readLive } from './live.ts';
import { compareIds } from './order.ts';
import { contestedBy, ownerSelector } from './ownership.ts';
import { CONCURRENCY } from './parallel.ts';
import { prepare } from './prepare.ts';
import { STAGES, stageOf } from './stages.ts';

export type { ApplyContext, Plan } from './contract.ts';

interface Prepared {
  readonly object: KubeObject;
  /** The server knows the kind. */
  readonly isKnown: boolean;
}

/**
 * Decides, without changing anything, what an apply of the build would do to each object. Throws
 * ReconciliationFailed when objects lack a namespace or the server cannot be asked.
 */
export async function planApply(
  context: ApplyContext,
  desired: readonly KubeObject[],
  inventory: readonly InventoryEntry[],
): Promise<Plan> {
  const ignoredPaths = compileIgnore(context.ignore);
  const prepared = inOrder(await prepareAll(context, desired));
  const entries = await decideAll(context, prepared, ignoredPaths);
  const planned = prepared.map(({ object }) => inventoryEntry(object));
  const ids = new Set(planned.map(({ id }) => id));
  return {
    entries: afterDefinitions(entries, prepared),
    inventory: planned,
    stale: inventory.filter(({ id }) => !ids.has(id)),
    checked: prepared.length,
    contested: entries
      .filter(({ action }) => action !== 'skip')
      .map(({ live }) => contestedBy(live, context.owner))
      .filter((contested): contested is Contested => contested !== undefined),
  };
}

async function prepareAll(context: ApplyContext, desired: readonly KubeObject[]): Promise<Prepared[]> {
  const scopes = definedKinds(desired);
  const prepared: Prepared[] = [];
  const homeless: string[] = [];
  for (const object of desired) {
    const known = await scopeOf(context, object);
    // Of a kind that nobody knows yet only the manifest can tell.
    const isNamespaced = known ?? scopes.get(kindKey(object)) ?? object.metadata.namespace !== undefined;
    if (isNamespaced && !object.metadata.namespace) homeless.push(describeObject(object));
    prepared.push({ object: prepare(object, context.owner, isNamespaced), isKnown: known !== undefined });
  }
  if (homeless.length > 0) {
    const sentences = homeless.map(
      (subject) => `${subject} namespace not specified: the server could not find the requested resource`,
    );
    throw failed(Reason.ReconciliationFailed, sentences.join('\n'));
  }
  assertDistinct(prepared);
  return prepared;
}

async function scopeOf(
  context: ApplyContext,
  { apiVersion, kind }: KubeObject,
): Promise<boolean | undefined> {
  try {
    return (await context.kube.discovery.resourceFor(apiVersion, kind)).namespaced;
  } catch (error) {
    if (error instanceof NoKindError) return undefined;
    throw requestFailure('discovery failed', error);
  }
}

function assertDistinct(prepared: readonly Prepared[]): void {
  const seen = new Set<string>();
  for (const { object } of prepared) {
    const id = idOf(object);
    if (seen.has(id))
      throw failed(Reason.ReconciliationFailed, `${describeObject(object)} is in the build twice`);
    seen.add(id);
  }
}

function inOrder(prepared: readonly Prepared[]): Prepared[] {
  const keyed = prepared.map((item) => ({
    item,
    stage: STAGES.indexOf(stageOf(item.object)),
    id: objectId(item.object),
  }));
  keyed.sort((one, other) => one.stage - other.stage || compareIds(one.id, other.id));
  return keyed.map(({ item }) => item);
}

async function decideAll(
  context: ApplyContext,
  prepared: readonly Prepared[],
  ignoredPaths: IgnoredPaths,
): Promise<PlanEntry[]> {
  const known = prepared.filter(({ isKnown }) => isKnown).map(({ object }) => object);
  const live = await readLive(context.kube, known, ownerSelector(context.owner));
  return pLimit(CONCURRENCY).map(prepared, ({ object, isKnown }) =>
    isKnown ? decide(context, object, live.get(idOf(object)), ignoredPaths) : unknownKind(object),
  );
}

function unknownKind(object: KubeObject): PlanEntry {
  const reason = 'the server does not know its kind yet';
  return { object, stage: stageOf(object), action: 'create', reason, decideLater: object };
}

/** Objects whose definition changes in this very plan are decided again once it has. */
function afterDefinitions(entries: readonly PlanEntry[], prepared: readonly Prepared[]): PlanEntry[] {
  const changing = definedKinds(
    entries.filter(({ action }) => action === 'create' || action === 'configure').map((e) => e.object),
  );
  return entries.map((entry, i) => {
    const object = prepared[i]?.object;
    if (entry.decideLater || !object || !changing.has(kindKey(object))) return entry;
    return { ...entry, decideLater: object };
  });
}

function kindKey({ apiVersion, kind }: KubeObject): string {
  return `${apiVersion}/${kind}`;
}
