/** A field of a struct as Go's `encoding/json` writes it: its name and its JSON, or undefined where it is left out. */
export type GoField = readonly [name: string, json: string | undefined];

const ESCAPED = /[<>&\u2028\u2029]/g;

/** A string as Go's `encoding/json` writes it: safe inside HTML and JavaScript, with U+FFFD for a lone surrogate. */
export function goString(text: string): string {
  return JSON.stringify(text.toWellFormed()).replace(
    ESCAPED,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/**
 * A value of a Go `any` that was read from JSON: maps are sorted by the bytes of their keys, and numbers are doubles.
 * Digits and exponents of a double are those of JavaScript, but for the sign of zero. Recurses: bound the depth before.
 */
export function goValue(value: unknown): string {
  if (typeof value === 'string') return goString(value);
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value);
  if (Array.isArray(value)) return goArray(value, goValue);
  if (typeof value === 'object' && value !== null)
    return goMap(value as Readonly<Record<string, unknown>>, goValue);
  return value === true ? 'true' : value === false ? 'false' : 'null';
}

/** A map with string keys. */
export function goMap<Value>(map: Readonly<Record<string, Value>>, encode: (value: Value) => string): string {
  const entries = Object.entries(map)
    .map(([key, value]) => [key.toWellFormed(), value] as const)
    .sort(([a], [b]) => compareBytes(a, b));
  return `{${entries.map(([key, value]) => `${goString(key)}:${encode(value)}`).join(',')}}`;
}

export function goArray<Item>(items: readonly Item[], encode: (item: Item) => string): string {
  return `[${items.map(encode).join(',')}]`;
}

export function goStruct(fields: readonly GoField[]): string {
  const present = fields.filter(([, json]) => json !== undefined);
  return `{${present.map(([name, json]) => `${goString(name)}:${json}`).join(',')}}`;
}

/** Orders well-formed strings by their UTF-8, which is the order of code points and not that of UTF-16. */
function compareBytes(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    if (a.charCodeAt(at) === b.charCodeAt(at)) continue;
    return (codePointAround(a, at) ?? 0) - (codePointAround(b, at) ?? 0);
  }
  return a.length - b.length;
}

/** The code point that the code unit belongs to. */
function codePointAround(text: string, at: number): number | undefined {
  const isSecondHalf = (text.charCodeAt(at) & 0xfc00) === 0xdc00;
  return text.codePointAt(isSecondHalf ? at - 1 : at);
}
