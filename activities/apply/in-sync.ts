import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../../api/kube-object.ts';
import {
  type ApplyManager,
  childKeys,
  childNode,
  type FieldsNode,
  itemMatcher,
  ownEntry,
} from './managed-fields.ts';
import { isRecord } from './pointer.ts';

// What structured-merge-diff leaves out of every field set.
const UNMANAGED = new Set(['apiVersion', 'kind', 'metadata']);
const UNMANAGED_METADATA = new Set(['name', 'namespace']);

/**
 * Whether an apply of `desired` would surely change nothing: we own exactly its fields, and the cluster has its
 * values. False means not sure (a default, a quantity in another spelling, an older API version), never "differs".
 */
export function isSurelyInSync(desired: KubeObject, live: KubeObject, manager?: ApplyManager): boolean {
  const own = ownEntry(live, manager);
  if (own?.fieldsV1 === undefined || own.apiVersion !== desired.apiVersion) return false;
  const { 'f:metadata': metadataNode, ...bodyNode } = own.fieldsV1;
  return (
    isRecord(metadataNode) &&
    isMapInSync(metadataNode, without(desired.metadata, UNMANAGED_METADATA), live.metadata) &&
    isMapInSync(bodyNode, without(desired, UNMANAGED), live)
  );
}

function without(map: object, left: ReadonlySet<string>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(map).filter(([key]) => !left.has(key)));
}

function isInSync(node: FieldsNode, desired: unknown, live: unknown): boolean {
  if (desired === null || desired === undefined) return false;
  const keys = childKeys(node);
  // A leaf: a scalar, an empty value, or a list or map that is owned as a whole.
  if (keys.length === 0)
    return typeof desired === 'object' ? isDeepStrictEqual(desired, live) : desired === live;
  if (isRecord(desired)) return isMapInSync(node, desired, live);
  return Array.isArray(desired) && Array.isArray(live) && isListInSync(node, keys, desired, live);
}

function isMapInSync(node: FieldsNode, desired: Readonly<Record<string, unknown>>, live: unknown): boolean {
  if (!isRecord(live)) return false;
  const fields = Object.keys(desired);
  if (fields.length !== childKeys(node).length) return false;
  return fields.every((field) => {
    const child = childNode(node, `f:${field}`);
    return child !== undefined && isInSync(child, desired[field], live[field]);
  });
}

function isListInSync(
  node: FieldsNode,
  keys: readonly string[],
  desired: readonly unknown[],
  live: readonly unknown[],
): boolean {
  if (keys.length !== desired.length) return false;
  const remaining = new Map(keys.map((key) => [key, itemMatcher(key)]));
  let last = -1;
  return desired.every((item) => {
    const found = [...remaining].find(([, isMeant]) => isMeant(item));
    if (found === undefined) return false;
    const [key, isMeant] = found;
    remaining.delete(key);
    // An apply also restores the order of its items.
    const position = live.findIndex((candidate, i) => i > last && isMeant(candidate));
    if (position < 0) return false;
    last = position;
    return key.startsWith('v:') || isInSync(childNode(node, key) ?? {}, item, live[position]);
  });
}
