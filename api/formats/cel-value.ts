import { bigIntegerDigits } from './big-integer.ts';

/**
 * JSON as CEL wants it: integers become `bigint` (CEL's int), other numbers stay doubles, as Go reads them
 * from an API server. Big integers that were kept as raw JSON become `bigint` too.
 */
export function celValue(value: unknown): unknown {
  if (typeof value === 'object' && value !== null && ready.has(value)) return value;
  return converted(value);
}

const ready = new WeakSet<object>();

/** A value that {@link celValue} leaves as it is: what an expression came to, or JSON whose numbers are to be doubles. */
export function celResult(value: unknown): unknown {
  if (typeof value === 'object' && value !== null) ready.add(value);
  return value;
}

function converted(value: unknown): unknown {
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : value;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(celValue);
  const digits = bigIntegerDigits(value);
  if (digits !== undefined) return BigInt(digits);
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, celValue(field)]));
}
