import type { KubeObject } from '../../api/kube-object.ts';

/** A parsed JSON pointer (RFC 6901). */
export type Pointer = readonly string[];

/** Undefined when the text is not a pointer into an object. */
export function parsePointer(text: string): Pointer | undefined {
  if (!text.startsWith('/')) return undefined;
  return text
    .slice(1)
    .split('/')
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** The text of a pointer, segments escaped. */
export function formatPointer(pointer: Pointer): string {
  return pointer.map((segment) => `/${segment.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** The value at the pointer; undefined when any step is missing. */
export function valueAt(root: unknown, pointer: Pointer): unknown {
  let value = root;
  for (const segment of pointer) value = child(value, segment);
  return value;
}

/** A copy without what the pointer names; the object itself when there is nothing. */
export function withoutPath(root: KubeObject, pointer: Pointer): KubeObject {
  return valueAt(root, pointer) === undefined ? root : (changed(root, pointer, undefined) as KubeObject);
}

/** A copy with another value at a path that exists. */
export function withValue(root: KubeObject, pointer: Pointer, value: unknown): KubeObject {
  return changed(root, pointer, value) as KubeObject;
}

function child(value: unknown, segment: string): unknown {
  if (Array.isArray(value)) return /^\d+$/.test(segment) ? (value[Number(segment)] as unknown) : undefined;
  if (!isRecord(value) || !Object.hasOwn(value, segment)) return undefined;
  return value[segment];
}

function changed(node: unknown, [segment, ...rest]: Pointer, value: unknown): unknown {
  if (segment === undefined) return value;
  const next = changed(child(node, segment), rest, value);
  if (Array.isArray(node)) {
    const items = [...(node as unknown[])];
    if (next === undefined) items.splice(Number(segment), 1);
    else items[Number(segment)] = next;
    return items;
  }
  const copy: Record<string, unknown> = { ...(node as Record<string, unknown>) };
  if (next === undefined) delete copy[segment];
  else copy[segment] = next;
  return copy;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
