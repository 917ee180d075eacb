import { readInteger } from './literals.ts';
import { type GoInteger, type GoValue, integer, isInteger } from './value.ts';

const FLOAT = /^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|(?:inf|infinity)|nan)$/i;
const SMALLEST = -(2n ** 63n);

/** A value as an int64, in the way of `spf13/cast`: what is no number is 0. */
export function toInt64(value: GoValue): bigint {
  if (isInteger(value)) return BigInt.asIntN(64, value.value);
  if (typeof value === 'boolean') return value ? 1n : 0n;
  if (typeof value === 'number') return truncate(value);
  if (typeof value !== 'string') return 0n;
  const number = readInteger(value.replace(/\.0+$/, ''));
  return number !== undefined && BigInt.asIntN(64, number) === number ? number : 0n;
}

/** A value as a float64, in the same way. */
export function toFloat64(value: GoValue): number {
  if (isInteger(value)) return Number(value.value);
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'number') return value;
  return typeof value === 'string' ? (parseFloat64(value) ?? 0) : 0;
}

export function int64(value: bigint): GoInteger {
  return integer(value, 'int64');
}

/** What Go makes of a float that is too large is up to the processor; this is what amd64 does. */
export function truncate(value: number): bigint {
  if (!(Math.abs(value) < 2 ** 63)) return SMALLEST;
  return BigInt(Math.trunc(value));
}

function parseFloat64(text: string): number | undefined {
  if (!FLOAT.test(text)) return undefined;
  const word = /^([+-]?)(inf|nan)/i.exec(text);
  if (word?.[2]?.toLowerCase() === 'nan') return word[1] ? undefined : Number.NaN;
  if (word) return word[1] === '-' ? -Infinity : Infinity;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}
