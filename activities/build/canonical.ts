import { createHash } from 'node:crypto';
import { bigIntegerDigits } from '../../api/formats/big-integer.ts';
import type { KubeObject } from '../../api/kube-object.ts';
import { formatObjectId, objectId } from '../../api/object-id.ts';

/** JSON with the keys of every object sorted: equal for equal values. */
export function canonicalJson(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const digits = bigIntegerDigits(value);
  if (digits !== undefined) return digits;
  const fields = Object.keys(value)
    .filter((key) => (value as Record<string, unknown>)[key] !== undefined)
    .toSorted()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson((value as Record<string, unknown>)[key])}`);
  return `{${fields.join(',')}}`;
}

/** `sha256:` of the canonical JSON of a value. */
export function canonicalDigest(value: unknown): string {
  return digestOf(canonicalJson(value));
}

/** The digest of a set of objects, whatever their order, and the bytes of its canonical text. */
export function digestObjects(objects: readonly KubeObject[]): { digest: string; bytes: number } {
  const lines = objects
    .map((object) => `${formatObjectId(objectId(object))} ${canonicalJson(object)}`)
    .toSorted();
  const text = lines.join('\n');
  return { digest: digestOf(text), bytes: text.length };
}

function digestOf(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}
