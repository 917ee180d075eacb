import { compileGlob } from './glob.ts';

const utf8 = new TextEncoder();
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Substituting may not make more text than this (UTF-16 units): an API server takes 3 MiB an object. */
export const LONGEST_RESULT = 16 * 1024 * 1024;

/**
 * What an operator of an expansion makes of a value. Lengths and offsets count bytes, as in Go.
 * Undefined where the original panics, would cut a character in two, or makes too much text.
 */
export function applyExpansion(value: string, operator: string, args: readonly string[]): string | undefined {
  if (operator.startsWith('/')) return replace(value, operator, args);
  const expand = EXPANSIONS[operator];
  return expand ? expand(value, args) : value || args.join('');
}

type Expansion = (value: string, args: readonly string[]) => string | undefined;

const EXPANSIONS: Readonly<Record<string, Expansion>> = {
  '^': (value) => mapFirst(value, upper),
  '^^': (value) => Array.from(value).map(upper).join(''),
  ',': (value) => mapFirst(value, lower),
  ',,': (value) => Array.from(value).map(lower).join(''),
  ':': (value, [offset = '', length]) => substring(value, offset, length),
  '#': (value, [pattern]) =>
    pattern === undefined ? String(utf8.encode(value).length) : trimPrefix(value, pattern, 'shortest'),
  '##': (value, [pattern = '']) => trimPrefix(value, pattern, 'longest'),
  '%': (value, [pattern = '']) => trimSuffix(value, pattern, 'shortest'),
  '%%': (value, [pattern = '']) => trimSuffix(value, pattern, 'longest'),
};

function replace(
  value: string,
  operator: string,
  [pattern = '', replacement]: readonly string[],
): string | undefined {
  switch (operator) {
    case '/':
      return value.replace(pattern, () => replacement ?? '');
    case '//':
      return replaceAll(value, pattern, replacement ?? '');
    // Without a replacement the anchored forms do nothing, in the original too.
    case '/#':
      return replacement !== undefined && value.startsWith(pattern)
        ? replacement + value.slice(pattern.length)
        : value;
    default:
      return replacement !== undefined && value.endsWith(pattern)
        ? value.slice(0, value.length - pattern.length) + replacement
        : value;
  }
}

function replaceAll(value: string, pattern: string, replacement: string): string | undefined {
  const pieces = value.split(pattern);
  if (value.length + pieces.length * replacement.length > LONGEST_RESULT) return undefined;
  return pattern === '' ? value.replaceAll('', () => replacement) : pieces.join(replacement);
}

function substring(value: string, offset: string, length: string | undefined): string | undefined {
  const bytes = utf8.encode(value);
  const start = integer(offset);
  // As bash: what is no number changes nothing.
  if (start === undefined) return value;
  const from = start < 0 ? Math.max(bytes.length + start, 0) : start;
  const count = length === undefined ? bytes.length : integer(length);
  if (count === undefined) return value;
  if (from + count >= bytes.length) return decode(bytes.subarray(Math.min(from, bytes.length)));
  return count < 0 ? undefined : decode(bytes.subarray(from, from + count));
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return undefined;
  }
}

/** Go's `strconv.Atoi`: a sign and digits, within int64. */
function integer(text: string): number | undefined {
  if (!/^[+-]?[0-9]+$/.test(text) || text.length > 4096) return undefined;
  const value = BigInt(text.replace(/^\+/, ''));
  return BigInt.asIntN(64, value) === value ? Number(value) : undefined;
}

function trimPrefix(value: string, pattern: string, which: 'shortest' | 'longest'): string {
  const chars = Array.from(value);
  const lengths = compileGlob(pattern)?.matchingPrefixes(chars) ?? [];
  const length = which === 'shortest' ? lengths[0] : lengths.at(-1);
  return chars.slice(length ?? 0).join('');
}

/** Backwards by characters, the pattern too: a `[a-z]` in it is malformed then, as in the original. */
function trimSuffix(value: string, pattern: string, which: 'shortest' | 'longest'): string {
  return reversed(trimPrefix(reversed(value), reversed(pattern), which));
}

function reversed(text: string): string {
  return Array.from(text).reverse().join('');
}

function mapFirst(value: string, map: (char: string) => string): string {
  const first = value.slice(0, (value.codePointAt(0) ?? 0) > 0xffff ? 2 : 1);
  return map(first) + value.slice(first.length);
}

/** Go maps one character to one: `ß` stays, where JavaScript says `SS`. */
function upper(char: string): string {
  const mapped = char.toUpperCase();
  return Array.from(mapped).length === 1 ? mapped : char;
}

function lower(char: string): string {
  if (char === 'İ') return 'i';
  return char.toLowerCase();
}
