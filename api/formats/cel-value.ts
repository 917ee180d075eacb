/**
 * JSON as CEL wants it: integers become `bigint` (CEL's int), other numbers stay doubles, as Go reads them
 * from an API server. Big integers kept by `JSON.rawJSON` become `bigint` too.
 */
export function celValue(value: unknown): unknown {
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : value;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(celValue);
  const digits = rawDigits(value);
  if (digits !== undefined) return BigInt(digits);
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, celValue(field)]));
}

function rawDigits(value: object): string | undefined {
  // JSON.parse never makes an object without a prototype, so no field named rawJSON is taken for one.
  if (Object.getPrototypeOf(value) !== null || !('rawJSON' in value)) return undefined;
  const { rawJSON } = value;
  return typeof rawJSON === 'string' && /^-?\d+$/.test(rawJSON) ? rawJSON : undefined;
}
