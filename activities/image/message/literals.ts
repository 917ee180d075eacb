import { fromBytes, runeAt, toBytes } from './byte-text.ts';
import { unescape } from './quote.ts';

/** A number of a template, which becomes what the place asks for. */
export interface NumberLiteral {
  /** Undefined where it is no whole number. */
  readonly integer: bigint | undefined;
  readonly float: number;
  /** Whether it is a float where nothing else is asked for. */
  readonly isFloat: boolean;
}

const INTEGER =
  /^([+-]?)(?:0[xX](_?[\da-fA-F]+(?:_[\da-fA-F]+)*)|0[oO](_?[0-7]+(?:_[0-7]+)*)|0[bB](_?[01]+(?:_[01]+)*)|(\d+(?:_\d+)*))$/;
const FLOAT = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const LARGEST_INTEGER = 2n ** 64n;
const SMALLEST_INTEGER = -(2n ** 63n);

/** Reads a number as Go does; undefined where it is none, or a complex one or a hexadecimal float, which are left out. */
export function readNumber(text: string): NumberLiteral | undefined {
  const integer = readInteger(text);
  if (integer !== undefined && integer >= SMALLEST_INTEGER && integer < LARGEST_INTEGER) {
    return { integer, float: Number(integer), isFloat: false };
  }
  if (!FLOAT.test(text) || !/[.eE]/.test(text)) return undefined;
  const float = Number(text);
  if (!Number.isFinite(float)) return undefined;
  const isWhole = Number.isInteger(float) && Math.abs(float) < 2 ** 63;
  return { integer: isWhole ? BigInt(float) : undefined, float, isFloat: true };
}

/** Reads an integer with an optional sign and base prefix; a leading zero means octal. Any size. */
export function readInteger(text: string): bigint | undefined {
  const match = INTEGER.exec(text);
  if (!match) return undefined;
  const [, sign = '', hex, octal, binary, decimal] = match;
  const magnitude = readMagnitude(hex, octal, binary, decimal);
  if (magnitude === undefined) return undefined;
  return sign === '-' ? -magnitude : magnitude;
}

function readMagnitude(hex?: string, octal?: string, binary?: string, decimal?: string): bigint | undefined {
  const digits = (hex ?? octal ?? binary ?? decimal ?? '').replaceAll('_', '');
  if (digits.length > 64) return undefined;
  if (hex) return BigInt(`0x${digits}`);
  if (octal) return BigInt(`0o${digits}`);
  if (binary) return BigInt(`0b${digits}`);
  if (digits.length === 1 || !digits.startsWith('0')) return BigInt(digits);
  return /^[0-7]+$/.test(digits) ? BigInt(`0o${digits}`) : undefined;
}

/** Reads `'a'`: the number of the character. */
export function readCharacter(literal: string): NumberLiteral | undefined {
  const inner = toBytes(literal.slice(1, -1));
  const bytes = unescape(inner, "'");
  if (!bytes) return undefined;
  const first = runeAt(bytes, 0);
  // `'\xff'` stands for 255 and not for a character.
  const isByte = /^\\(?:x|[0-7])/.test(inner) && bytes.length === 1;
  if (!isByte && (first.size !== bytes.length || (!first.valid && fromBytes(bytes) !== bytes)))
    return undefined;
  const rune = isByte ? bytes.charCodeAt(0) : first.rune;
  return { integer: BigInt(rune), float: rune, isFloat: false };
}

/** The bytes of a literal in double or back quotes; undefined where it is none. */
export function readString(literal: string): string | undefined {
  const inner = literal.slice(1, -1);
  // Go leaves carriage returns out of raw strings.
  return literal.startsWith('`') ? toBytes(inner.replaceAll('\r', '')) : unescape(toBytes(inner), '"');
}
