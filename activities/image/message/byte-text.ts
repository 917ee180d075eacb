import { isUtf8 } from 'node:buffer';

// Go's strings are bytes: length, slices, order and comparison are by bytes. Inside the engine a string is therefore
// a JavaScript string of which each character is one byte.

const ASCII = /^[\0-\x7f]*$/;
const REPLACEMENT = 0xfffd;
const SMALLEST = [0, 0, 0x80, 0x800, 0x10000];

/** The UTF-8 of a text, a character for each byte. */
export function toBytes(text: string): string {
  return ASCII.test(text) ? text : Buffer.from(text).toString('latin1');
}

/** The text of bytes; each byte that is no UTF-8 becomes U+FFFD, as Go reads it. */
export function fromBytes(bytes: string): string {
  if (ASCII.test(bytes)) return bytes;
  const buffer = Buffer.from(bytes, 'latin1');
  if (isUtf8(buffer)) return buffer.toString();
  let text = '';
  for (const { rune } of runes(bytes)) text += String.fromCodePoint(rune);
  return text;
}

interface Rune {
  readonly rune: number;
  /** How many bytes it takes. */
  readonly size: number;
  /** Whether the bytes are UTF-8. */
  readonly valid: boolean;
}

/** The character that begins at a byte; a byte that begins none is U+FFFD. */
export function runeAt(bytes: string, at: number): Rune {
  const first = bytes.charCodeAt(at);
  if (first < 0x80) return { rune: first, size: 1, valid: true };
  const size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 0;
  let rune = first & (0x7f >> size);
  let valid = size > 0 && first < 0xf8;
  for (let i = 1; i < size; i++) {
    const next = bytes.charCodeAt(at + i);
    valid &&= (next & 0xc0) === 0x80;
    rune = (rune << 6) | (next & 0x3f);
  }
  valid &&= rune >= (SMALLEST[size] ?? 0) && isScalar(rune);
  return valid ? { rune, size, valid } : { rune: REPLACEMENT, size: 1, valid };
}

/** The characters of bytes. */
export function* runes(bytes: string): Generator<Rune> {
  for (let at = 0; at < bytes.length; ) {
    const rune = runeAt(bytes, at);
    yield rune;
    at += rune.size;
  }
}

/** The bytes of one character; what is no character is U+FFFD. */
export function runeToBytes(rune: number): string {
  return toBytes(String.fromCodePoint(isScalar(rune) ? rune : REPLACEMENT));
}

/** Whether a number is that of a character; halves of surrogate pairs are none. */
export function isScalar(rune: number): boolean {
  return rune >= 0 && rune <= 0x10ffff && (rune & 0xfffff800) !== 0xd800;
}

/** Go's upper case of one character: one for one, so `ß` stays. */
export function upperRune(char: string): string {
  const upper = char.toUpperCase();
  return isSingle(upper) ? upper : char;
}

/** Go's lower case of one character. */
export function lowerRune(char: string): string {
  const lower = char.toLowerCase();
  return isSingle(lower) ? lower : lower.slice(0, 1);
}

function isSingle(text: string): boolean {
  return text.length === 1 || (text.length === 2 && (text.codePointAt(0) ?? 0) > 0xffff);
}

/** Replaces each character of a text of bytes. */
export function mapRunes(bytes: string, map: (char: string) => string): string {
  let text = '';
  for (const char of fromBytes(bytes)) text += map(char);
  return toBytes(text);
}

/** Go's `unicode.IsSpace`. */
export function isSpace(char: string): boolean {
  return /^[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]$/.test(char);
}
