import { isDeepStrictEqual } from 'node:util';
import type { Condition, ConditionChange } from '../../api/conditions.ts';
import { removeConditions, setCondition } from '../../api/conditions.ts';
import type { KubeObject } from '../../api/kube-object.ts';
import type { ObjectRef } from '../../api/object-ref.ts';
import type { KubeClient } from '../kube/client.ts';
import { targetOfRef } from '../observe/object.ts';

export type Status = Readonly<Record<string, unknown>> & {
  readonly conditions?: readonly Condition[] | undefined;
};

/**
 * Writes a status in one merge patch of the fields that differ, so that one patch carries the handled
 * request, the generation, the conditions and the revision together. Nothing differs: no request.
 */
export async function patchStatus(
  kube: KubeClient,
  ref: ObjectRef,
  before: Status | undefined,
  after: Status,
): Promise<KubeObject | undefined> {
  const changes = changedFields(before ?? {}, after);
  if (Object.keys(changes).length === 0) return undefined;
  return kube.patch(targetOfRef(ref), { status: changes }, { type: 'merge', subresource: 'status' });
}

/** The top-level fields of `after` that differ from `before`, with null for those that are gone. */
export function changedFields(before: Status, after: Status): Record<string, unknown> {
  const changes: Record<string, unknown> = {};
  for (const field of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const was = before[field];
    const is = after[field];
    if (isSame(was, is)) continue;
    changes[field] = is === undefined ? null : replacing(was, is);
  }
  return changes;
}

/** As JSON, in whatever order an object has its keys: the API server sorts them, and what is said anew does not. */
function isSame(was: unknown, is: unknown): boolean {
  const text = JSON.stringify(is);
  if (JSON.stringify(was) === text) return true;
  return was !== undefined && text !== undefined && isDeepStrictEqual(was, JSON.parse(text));
}

/** A merge patch keeps the old keys of an object field: name those that are gone. */
function replacing(was: unknown, is: unknown): unknown {
  if (!isRecord(was) || !isRecord(is)) return is;
  const gone = Object.keys(was).filter((key) => !(key in is));
  return gone.length === 0 ? is : { ...is, ...Object.fromEntries(gone.map((key) => [key, null])) };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export interface ConditionEdit {
  readonly set: readonly ConditionChange[];
  readonly remove: readonly string[];
  readonly generation: number;
  readonly now: Date;
}

/** Removes and sets several conditions at once. */
export function editConditions(
  conditions: readonly Condition[] | undefined,
  edit: ConditionEdit,
): readonly Condition[] {
  let result = removeConditions(conditions ?? [], edit.remove);
  for (const change of edit.set) result = setCondition(result, change, edit.generation, seconds(edit.now));
  return result;
}

/** RFC 3339 without fractions, as `metav1.Time` is written. */
export function seconds(time: Date): string {
  return `${time.toISOString().slice(0, 19)}Z`;
}
