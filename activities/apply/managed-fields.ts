import { isDeepStrictEqual } from 'node:util';
import type { KubeObject, ManagedFieldsEntry } from '../../api/kube-object.ts';
import { FieldManager } from '../../api/names.ts';
import { isRecord, type Pointer, valueAt } from './pointer.ts';

/** A node of `fieldsV1`: `f:<field>`, `k:<keys of a list item>`, `v:<value of a set>`; `.` is the node itself. */
export type FieldsNode = Readonly<Record<string, unknown>>;

/** The managers in whose name whole objects are applied. */
export type ApplyManager = typeof FieldManager.apply | typeof FieldManager.helm;

/** The entry of what the manager, ours, applied to the object itself; undefined when there is none. */
export function ownEntry(
  live: KubeObject,
  own: ApplyManager = FieldManager.apply,
): ManagedFieldsEntry | undefined {
  return live.metadata.managedFields?.find(
    ({ manager, operation, subresource }) => manager === own && operation === 'Apply' && !subresource,
  );
}

export function childNode(node: FieldsNode, key: string): FieldsNode | undefined {
  const child = node[key];
  return isRecord(child) ? child : undefined;
}

/** The keys of a node but its own marker; none of them means a leaf, or a value that is owned as a whole. */
export function childKeys(node: FieldsNode): string[] {
  return Object.keys(node).filter((key) => key !== '.');
}

/** The fields of both. */
export function unionOfFields(one: FieldsNode, other: FieldsNode): FieldsNode {
  const union: Record<string, unknown> = { ...one };
  for (const [key, value] of Object.entries(other)) {
    const mine = union[key];
    union[key] = isRecord(mine) && isRecord(value) ? unionOfFields(mine, value) : value;
  }
  return union;
}

/** Whether a manager other than ours has applied the field that the pointer names. */
export function isAppliedByAnother(live: KubeObject, pointer: Pointer): boolean {
  return (live.metadata.managedFields ?? []).some(
    ({ manager, operation, subresource, fieldsV1 }) =>
      manager !== FieldManager.apply &&
      operation === 'Apply' &&
      !subresource &&
      fieldsV1 !== undefined &&
      ownsPath(fieldsV1, live, pointer),
  );
}

/**
 * Whether somebody else, by whatever operation, owns just the field that the pointer names and the manager has not
 * applied it: an apply may then leave it out, and the field stays.
 */
export function isLeftToOthers(live: KubeObject, pointer: Pointer, own: ApplyManager): boolean {
  const mine = ownEntry(live, own);
  const owns = ({ fieldsV1 }: ManagedFieldsEntry) =>
    fieldsV1 !== undefined && ownsPath(fieldsV1, live, pointer);
  if (mine && owns(mine)) return false;
  return (live.metadata.managedFields ?? []).some((entry) => entry !== mine && owns(entry));
}

function ownsPath(fields: FieldsNode, live: KubeObject, pointer: Pointer): boolean {
  let node: FieldsNode | undefined = fields;
  for (const [depth, segment] of pointer.entries()) {
    const parent = valueAt(live, pointer.slice(0, depth));
    node = Array.isArray(parent) ? itemNode(node, parent[Number(segment)]) : childNode(node, `f:${segment}`);
    if (!node) return false;
  }
  return true;
}

function itemNode(node: FieldsNode, item: unknown): FieldsNode | undefined {
  const key = childKeys(node).find((candidate) => itemMatcher(candidate)(item));
  return key === undefined ? undefined : childNode(node, key);
}

/** Tells the list item that `k:{"name":"x"}` or `v:"x"` means. */
export function itemMatcher(key: string): (item: unknown) => boolean {
  if (key.startsWith('v:')) {
    const value: unknown = JSON.parse(key.slice(2));
    return (item) => isDeepStrictEqual(item, value);
  }
  const keys: unknown = key.startsWith('k:') ? JSON.parse(key.slice(2)) : undefined;
  if (!isRecord(keys)) return () => false;
  const fields = Object.entries(keys);
  return (item) => isRecord(item) && fields.every(([field, value]) => item[field] === value);
}
