/**
 * A value of the template language, which is one of Go's: undefined is "no value", null the nil of an interface,
 * a string holds bytes (`byte-text.ts`), a number is a float64. Nothing is looked up in JavaScript's own properties.
 */
export type GoValue = undefined | null | boolean | string | number | GoInteger | GoList | GoMap | GoStruct;

export type IntegerType = 'int' | 'int64' | 'uint8' | 'uint64';

export interface GoInteger {
  readonly kind: 'integer';
  readonly type: IntegerType;
  readonly value: bigint;
}

export interface GoList {
  readonly kind: 'list';
  /** Such as `[]string`. */
  readonly type: string;
  readonly items: GoValue[];
  readonly isNil: boolean;
}

export interface GoMap {
  readonly kind: 'map';
  /** Such as `map[string]interface {}`. */
  readonly type: string;
  /** By the text of the key ({@link keyText}). */
  readonly entries: Map<string, readonly [key: GoValue, value: GoValue]>;
  readonly isNil: boolean;
  /** What a key that is not there has, where the type does not say it. */
  readonly zero?: GoValue;
}

export interface GoField {
  readonly name: string;
  readonly value: GoValue;
  /** Whether the fields of this struct count as fields of the outer one. */
  readonly isEmbedded?: boolean;
  /** The name in JSON, where an empty text is left out. */
  readonly json?: string;
}

export interface GoStruct {
  readonly kind: 'struct';
  readonly type: string;
  readonly fields: readonly GoField[];
  /** What its method `String` answers. */
  readonly text?: string;
  /** Methods beside `String`; none takes arguments but of its own type. */
  readonly methods?: ReadonlyMap<string, GoMethod>;
  /** Whether JSON shows the text. */
  readonly isTextInJson?: boolean;
}

export interface GoMethod {
  readonly arguments: number;
  readonly call: (others: readonly GoValue[]) => GoValue;
}

export const DICT = 'map[string]interface {}';
export const LIST = '[]interface {}';
export const STRINGS = '[]string';

const INTEGER_BITS = { int: 64, int64: 64, uint8: 8, uint64: 64 } as const;

/** An integer that wraps around as Go's do. */
export function integer(value: bigint | number, type: IntegerType = 'int'): GoInteger {
  const bits = INTEGER_BITS[type];
  const wrapped = type.startsWith('u')
    ? BigInt.asUintN(bits, BigInt(value))
    : BigInt.asIntN(bits, BigInt(value));
  return { kind: 'integer', type, value: wrapped };
}

export function list(items: GoValue[], type: string = LIST): GoList {
  return { kind: 'list', type, items, isNil: false };
}

export function map(pairs: Iterable<readonly [GoValue, GoValue]>, type: string = DICT): GoMap {
  const entries = new Map<string, readonly [GoValue, GoValue]>();
  for (const [key, value] of pairs) entries.set(keyText(key), [key, value]);
  return { kind: 'map', type, entries, isNil: false };
}

/** What identifies the key of a map: a string by itself, a struct by its fields in their order. */
export function keyText(key: GoValue): string {
  if (typeof key === 'string') return key;
  // No other type is a key.
  if (!isComposite(key) || key.kind !== 'struct') return '';
  return key.fields.map(({ value }) => `${keyText(value).length}:${keyText(value)}`).join();
}

export function isComposite(value: GoValue): value is GoInteger | GoList | GoMap | GoStruct {
  return typeof value === 'object' && value !== null;
}

export function isInteger(value: GoValue): value is GoInteger {
  return isComposite(value) && value.kind === 'integer';
}

export function isList(value: GoValue): value is GoList {
  return isComposite(value) && value.kind === 'list';
}

export function isMap(value: GoValue): value is GoMap {
  return isComposite(value) && value.kind === 'map';
}

export function isStruct(value: GoValue): value is GoStruct {
  return isComposite(value) && value.kind === 'struct';
}

/** The name of the type, as `%T` prints it. */
export function typeName(value: GoValue): string {
  if (value === undefined || value === null) return '<nil>';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return 'float64';
  return typeof value === 'string' ? 'string' : value.type;
}

/** The name of the kind, as Go's `reflect` says it. */
export function kindName(value: GoValue): string {
  if (!isComposite(value)) return value === undefined || value === null ? 'invalid' : typeName(value);
  if (value.kind === 'integer') return value.type;
  if (value.kind === 'list') return 'slice';
  return value.type.startsWith('*') ? 'ptr' : value.kind;
}

/** Whether a condition holds: anything but the zero value of its type; a struct always does. */
export function isTrue(value: GoValue): boolean {
  if (!isComposite(value))
    return value !== undefined && value !== null && value !== false && value !== '' && value !== 0;
  if (value.kind === 'integer') return value.value !== 0n;
  if (value.kind === 'list') return value.items.length > 0;
  return value.kind === 'struct' || value.entries.size > 0;
}

/** The zero value of a map's elements. */
export function zeroElement({ type, zero }: GoMap): GoValue {
  if (zero !== undefined) return zero;
  const element = type.replace(/^map\[[^\]]*\]/, '');
  return element === 'string' ? '' : null;
}

/** The entries of a map in the order in which Go prints and walks them. */
export function sortedEntries(value: GoMap): readonly (readonly [GoValue, GoValue])[] {
  return [...value.entries.values()].sort(([a], [b]) => compareKeys(a, b));
}

function compareKeys(a: GoValue, b: GoValue): number {
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : a > b ? 1 : 0;
  if (!isStruct(a) || !isStruct(b)) return 0;
  for (const [index, field] of a.fields.entries()) {
    const order = compareKeys(field.value, b.fields[index]?.value);
    if (order !== 0) return order;
  }
  return 0;
}
