import { bigIntegerDigits } from '../../../api/formats/big-integer.ts';
import { DEEPEST } from '../../../api/formats/yaml-depth.ts';
import { UnusableValue } from './unusable-value.ts';

/**
 * A value as Flux holds it in Go. A `number` is a float64, which every number of YAML and JSON becomes; a `bigint` is
 * an int64, which only a `targetPath` makes. Mappings are Maps, to which the names of keys mean nothing.
 */
export type GoValue = string | number | bigint | boolean | null | GoValue[] | GoMap;
export type GoMap = Map<string, GoValue>;

/** Parsed JSON as Go decodes it: a copy that shares nothing, with all numbers as doubles. Throws {@link UnusableValue}. */
export function toGoValue(json: unknown, depth = 0): GoValue {
  if (depth > DEEPEST) throw new UnusableValue(`it is nested deeper than ${DEEPEST} levels`);
  if (typeof json === 'string') return json.toWellFormed();
  if (typeof json === 'number' || typeof json === 'boolean') return json;
  if (Array.isArray(json)) return json.map((item) => toGoValue(item, depth + 1));
  if (typeof json !== 'object' || json === null) return null;
  const digits = bigIntegerDigits(json);
  if (digits !== undefined) return Number(digits);
  const entries = Object.entries(json);
  return new Map(entries.map(([key, value]) => [key.toWellFormed(), toGoValue(value, depth + 1)]));
}

/** Go's `strconv.ParseInt` with base 10: undefined for what is no int64. */
export function parseInt64(text: string): bigint | undefined {
  const [, sign, digits] = /^([-+]?)0*(\d{1,19})$/.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const value = BigInt(`${sign === '-' ? '-' : ''}${digits}`);
  return BigInt.asIntN(64, value) === value ? value : undefined;
}

/** The keys of a mapping in the order of their bytes, in which Go sorts. */
export function sortedEntries(map: GoMap): [string, GoValue][] {
  return [...map]
    .map(([key, value]) => ({ key, value, bytes: Buffer.from(key) }))
    .sort((a, b) => Buffer.compare(a.bytes, b.bytes))
    .map(({ key, value }) => [key, value]);
}
