import { isScalar, runeAt, runes, runeToBytes } from './byte-text.ts';

const ESCAPES = new Map([
  [0x07, '\\a'],
  [0x08, '\\b'],
  [0x0c, '\\f'],
  [0x0a, '\\n'],
  [0x0d, '\\r'],
  [0x09, '\\t'],
  [0x0b, '\\v'],
  [0x5c, '\\\\'],
]);
const UNESCAPES = new Map([...ESCAPES].map(([code, escape]) => [escape.slice(1), code]));
const PRINTABLE = /^[ \p{L}\p{M}\p{N}\p{P}\p{S}]$/u;
const ESCAPE = /\\(?:([abfnrtv\\'"])|x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([0-7]{3}))/y;

/** Bytes as a Go string literal (`strconv.Quote`), or one of ASCII only. */
export function quoteBytes(bytes: string, isAscii = false): string {
  let quoted = '"';
  let at = 0;
  for (const { rune, size, valid } of runes(bytes)) {
    quoted += valid ? quoteRune(rune, '"', isAscii) : `\\x${hex(bytes.charCodeAt(at), 2)}`;
    at += size;
  }
  return `${quoted}"`;
}

/** One character as it stands inside a Go literal of this delimiter. */
export function quoteRune(rune: number, delimiter: '"' | "'", isAscii = false): string {
  const escape = ESCAPES.get(rune);
  if (escape) return escape;
  if (rune === delimiter.charCodeAt(0)) return `\\${delimiter}`;
  if (isPrintable(rune) && (!isAscii || rune < 0x80)) return runeToBytes(rune);
  if (rune < 0x80) return `\\x${hex(rune, 2)}`;
  return rune < 0x10000 ? `\\u${hex(rune, 4)}` : `\\U${hex(rune, 8)}`;
}

/** Go's `strconv.IsPrint`. */
export function isPrintable(rune: number): boolean {
  return PRINTABLE.test(String.fromCodePoint(rune));
}

function hex(value: number, width: number): string {
  return value.toString(16).padStart(width, '0');
}

/**
 * The bytes that a Go literal stands for, without its delimiters and given as bytes itself; undefined where an escape
 * is none. A literal in single quotes may escape those and not double ones, and the other way round.
 */
export function unescape(literal: string, delimiter: '"' | "'"): string | undefined {
  let bytes = '';
  for (let at = 0; at < literal.length; ) {
    if (literal[at] !== '\\') {
      const { size } = runeAt(literal, at);
      bytes += literal.slice(at, at + size);
      at += size;
      continue;
    }
    ESCAPE.lastIndex = at;
    const escape = ESCAPE.exec(literal);
    const value = escape ? escaped(escape, delimiter) : undefined;
    if (value === undefined) return undefined;
    bytes += value;
    at = ESCAPE.lastIndex;
  }
  return bytes;
}

function escaped(
  [, simple, byte, short, long, octal]: RegExpExecArray,
  delimiter: string,
): string | undefined {
  if (simple === '"' || simple === "'") return simple === delimiter ? simple : undefined;
  if (simple) return String.fromCharCode(UNESCAPES.get(simple) ?? 0);
  if (byte) return String.fromCharCode(Number.parseInt(byte, 16));
  if (octal) return octal > '377' ? undefined : String.fromCharCode(Number.parseInt(octal, 8));
  const rune = Number.parseInt(short ?? long ?? '', 16);
  return isScalar(rune) ? runeToBytes(rune) : undefined;
}
