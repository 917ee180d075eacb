import { type Environment, Optional } from '@marcbachmann/cel-js';
import { formatCel } from './cel-format.ts';
import { compileRegExp } from './regexp.ts';

/** What the names before `.contains`, `.encode` and `.quote` stand for. */
class Sets {}
class Base64 {}
class Strings {}

type List = readonly unknown[];

/**
 * Adds the functions of fluxcd/pkg runtime/cel that the library lacks: those of cel-go's `ext.Strings`, `ext.Sets` and
 * `ext.Encoders`. Regular expressions are RE2 and never the engine's own.
 */
export function registerFunctions(environment: Environment): Environment {
  environment
    .registerFunction('string.re2Matches(string): bool', matchesRe2)
    .registerFunction('string.replace(string, string): string', (text: string, old: string, by: string) =>
      text.replaceAll(old, () => by),
    )
    .registerFunction('string.replace(string, string, int): string', replaceSome)
    .registerFunction('string.charAt(int): string', (text: string, at: bigint) => text.charAt(Number(at)))
    .registerFunction('string.reverse(): string', (text: string) => Array.from(text).reverse().join(''))
    .registerFunction('string.format(list): string', formatCel)
    .registerFunction('list.first(): optional', (list: List) => Optional.of(list[0]))
    .registerFunction('list.last(): optional', (list: List) => Optional.of(list.at(-1)));
  environment
    .registerType('SetsNamespace', Sets)
    .registerConstant('sets', 'SetsNamespace', new Sets())
    .registerFunction('SetsNamespace.contains(list, list): bool', (_: Sets, a: List, b: List) => holds(a, b))
    .registerFunction(
      'SetsNamespace.equivalent(list, list): bool',
      (_: Sets, a: List, b: List) => holds(a, b) && holds(b, a),
    )
    .registerFunction('SetsNamespace.intersects(list, list): bool', (_: Sets, a: List, b: List) =>
      b.some((item) => holds(a, [item])),
    );
  environment
    .registerType('StringsNamespace', Strings)
    .registerConstant('strings', 'StringsNamespace', new Strings())
    .registerFunction('StringsNamespace.quote(string): string', (_: Strings, text: string) => quoted(text));
  return environment
    .registerType('Base64Namespace', Base64)
    .registerConstant('base64', 'Base64Namespace', new Base64())
    .registerFunction('Base64Namespace.encode(bytes): string', (_: Base64, bytes: Uint8Array) =>
      Buffer.from(bytes).toString('base64'),
    )
    .registerFunction('Base64Namespace.decode(string): bytes', (_: Base64, text: string) => decoded(text));
}

function matchesRe2(text: string, pattern: string): boolean {
  return compileRegExp(pattern).matcher(text).find();
}

/** The first so many; all of them when negative. */
function replaceSome(text: string, old: string, by: string, count: bigint): string {
  let left = count < 0n ? text.length + 1 : Number(count);
  return text.replaceAll(old, () => (left-- > 0 ? by : old));
}

function quoted(text: string): string {
  return `"${Array.from(text, (character) => ESCAPES[character] ?? character).join('')}"`;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
  '"': '\\"',
};

function decoded(text: string): Uint8Array {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text)) throw new Error('the text is not base64');
  return new Uint8Array(Buffer.from(text, 'base64'));
}

/** Whether each of the items is in the list. */
function holds(list: List, items: List): boolean {
  return items.every((item) => list.some((other) => isSame(item, other)));
}

/** Equality of CEL, in which numbers of different types are the same. */
function isSame(a: unknown, b: unknown): boolean {
  if (isNumber(a) && isNumber(b)) return a >= b && a <= b;
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, index) => isSame(item, b[index]));
  if (!isMap(a) || !isMap(b)) return a === b;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && isSame(a[key], b[key]))
  );
}

function isNumber(value: unknown): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint';
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
