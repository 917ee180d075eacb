/** What {@link goJson} encodes: an object is a struct, with its fields in their order; a Map is a map. */
export type GoValue =
  | string
  | undefined
  | ReadonlyMap<string, string>
  | { readonly [field: string]: GoValue };

/**
 * JSON as Go's encoding/json writes it: fields that are undefined left out, keys of maps in the order of their bytes,
 * `<`, `>`, `&` and the two line separators escaped. Who checks a signature may have encoded the same text again.
 */
export function goJson(value: Exclude<GoValue, undefined>): string {
  if (typeof value === 'string') return goString(value);
  const members = value instanceof Map ? byBytes(value) : Object.entries(value);
  const written = members.flatMap(([key, member]) =>
    member === undefined ? [] : [`${goString(key)}:${goJson(member)}`],
  );
  return `{${written.join(',')}}`;
}

function byBytes(map: ReadonlyMap<string, string>): readonly (readonly [string, string])[] {
  return [...map].toSorted(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

function goString(text: string): string {
  // Half a surrogate pair is no text to Go.
  return JSON.stringify(text.toWellFormed()).replace(
    /[<>&\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
