import { isDeepStrictEqual } from 'node:util';
import { bigIntegerDigits } from '../../../api/formats/big-integer.ts';
import { goValue } from '../../../api/formats/go-json.ts';
import { formatPointer, isRecord, type Pointer } from '../../apply/pointer.ts';

/** An operation of a JSON patch, without its value: a drift is told of, and may be about Secrets. */
export interface Change {
  readonly op: 'add' | 'remove' | 'replace';
  /** A JSON pointer. */
  readonly path: string;
}

interface Sized extends Change {
  /** Bytes of the operation in JSON, as the original counts them. */
  readonly length: number;
}

/**
 * The operations that turn one JSON value into another, as github.com/wI2L/jsondiff writes them with `Rationalize`: list
 * items are compared by their place, and one replacement stands for operations that together are longer than it.
 */
export function jsonDiff(from: unknown, to: unknown): Change[] {
  return diff([], from, to).map(({ op, path }) => ({ op, path }));
}

function diff(path: Pointer, from: unknown, to: unknown): Sized[] {
  if (isDeepStrictEqual(from, to)) return [];
  const kind = kindOf(from);
  if (kind !== kindOf(to) || (kind !== 'array' && kind !== 'object')) return [replacement(path, to)];
  const operations =
    kind === 'array'
      ? diffLists(path, from as readonly unknown[], to as readonly unknown[])
      : diffMaps(path, from as Readonly<Record<string, unknown>>, to as Readonly<Record<string, unknown>>);
  const whole = replacement(path, to);
  return lengthOf(operations) > whole.length ? [whole] : operations;
}

function diffMaps(
  path: Pointer,
  from: Readonly<Record<string, unknown>>,
  to: Readonly<Record<string, unknown>>,
): Sized[] {
  const keys = [...new Set([...Object.keys(from), ...Object.keys(to)])].toSorted();
  return keys.flatMap((key) => {
    const at = [...path, key];
    if (!Object.hasOwn(to, key)) return [sized('remove', at)];
    return Object.hasOwn(from, key) ? diff(at, from[key], to[key]) : [sized('add', at, 0)];
  });
}

function diffLists(path: Pointer, from: readonly unknown[], to: readonly unknown[]): Sized[] {
  const common = Math.min(from.length, to.length);
  // Items behind the end move up while they are removed one by one.
  const removed = from.slice(common).map(() => sized('remove', [...path, String(common)]));
  const changed = from.slice(0, common).flatMap((item, i) => diff([...path, String(i)], item, to[i]));
  const added = to.slice(common).map(() => sized('add', [...path, '-'], 0));
  return [...removed, ...changed, ...added];
}

function replacement(path: Pointer, value: unknown): Sized {
  return sized('replace', path, Buffer.byteLength(goValue(value)));
}

// `{"op":"","path":""}` and `,"value":`; the original takes what is added for empty.
const BASE = 19;
const VALUE = 9;

function sized(op: Change['op'], pointer: Pointer, valueLength?: number): Sized {
  const path = formatPointer(pointer);
  const value = valueLength === undefined ? 0 : VALUE + valueLength;
  return { op, path, length: BASE + op.length + Buffer.byteLength(path) + value };
}

function lengthOf(operations: readonly Sized[]): number {
  const commas = Math.max(0, operations.length - 1);
  return operations.reduce((total, { length }) => total + length, commas);
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (bigIntegerDigits(value) !== undefined) return 'number';
  return isRecord(value) ? 'object' : typeof value;
}
