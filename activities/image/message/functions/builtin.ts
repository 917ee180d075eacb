import type { Budget } from '../budget.ts';
import { fromBytes, toBytes } from '../byte-text.ts';
import { Refusal } from '../errors.ts';
import { define, type FunctionTable } from '../function.ts';
import { sprint } from '../print.ts';
import { sprintf } from '../printf.ts';
import { isPrintable } from '../quote.ts';
import {
  type GoValue,
  integer,
  isInteger,
  isList,
  isMap,
  isTrue,
  keyText,
  typeName,
  zeroElement,
} from '../value.ts';

const HTML = new Map([
  ['\0', '\xef\xbf\xbd'],
  ['"', '&#34;'],
  ["'", '&#39;'],
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
]);

/** What the language itself brings, but for comparisons. `and` and `or` are evaluated elsewhere. */
export const builtinFunctions: FunctionTable = {
  and: define(['any', '...any'], (first) => first),
  or: define(['any', '...any'], (first) => first),
  not: define(['any'], (value) => !isTrue(value)),
  print: define(['budget', '...any'], (budget, ...values) => sprint(values, budget)),
  println: define(['budget', '...any'], println),
  printf: define(['budget', 'string', '...any'], (budget, format, ...values) =>
    sprintf(format, values, budget),
  ),
  len: define(['any'], len),
  index: define(['any', '...any'], (value, ...indexes) => indexes.reduce(indexOnce, indexable(value))),
  html: define(['budget', '...any'], (budget, ...values) => escapeHtml(joined(values, budget))),
  js: define(['budget', '...any'], (budget, ...values) => escapeScript(joined(values, budget))),
  urlquery: define(['budget', '...any'], (budget, ...values) => escapeQuery(joined(values, budget))),
};

function println(budget: Budget, ...values: readonly GoValue[]): string {
  return `${values.map((value) => sprint([value], budget)).join(' ')}\n`;
}

function len(value: GoValue): GoValue {
  if (value === null || value === undefined) throw new Refusal('len of nil pointer');
  if (typeof value === 'string') return integer(value.length);
  if (isList(value)) return integer(value.items.length);
  if (isMap(value)) return integer(value.entries.size);
  throw new Refusal(`len of type ${typeName(value)}`);
}

function indexable(value: GoValue): GoValue {
  if (value === null || value === undefined) throw new Refusal('index of untyped nil');
  return value;
}

function indexOnce(value: GoValue, index: GoValue): GoValue {
  if (value === null) throw new Refusal('index of nil pointer');
  if (typeof value === 'string') return integer(value.charCodeAt(position(index, value.length)), 'uint8');
  if (isList(value)) return value.items[position(index, value.items.length)];
  if (!isMap(value)) throw new Refusal(`can't index item of type ${typeName(value)}`);
  const keyType = /^map\[([^\]]*)\]/.exec(value.type)?.[1];
  const wanted = keyType ?? [...value.entries.values()].map(([key]) => typeName(key))[0];
  if (wanted !== undefined && typeName(index) !== wanted) {
    throw new Refusal(`value has type ${typeName(index)}; should be ${wanted}`);
  }
  const entry = value.entries.get(keyText(index));
  return entry ? entry[1] : zeroElement(value);
}

function position(index: GoValue, length: number): number {
  if (!isInteger(index)) throw new Refusal(`cannot index slice/array with type ${typeName(index)}`);
  // Go's own check lets the length through, and then fails at it.
  if (index.value < 0n || index.value >= length) throw new Refusal(`index out of range: ${index.value}`);
  return Number(index.value);
}

/** What the escaping functions work on: the one string, or all values printed. */
function joined(values: readonly GoValue[], budget: Budget): string {
  return sprint(values, budget);
}

function escapeHtml(bytes: string): string {
  return bytes.replace(/[\0"'&<>]/g, (char) => HTML.get(char) ?? char);
}

function escapeScript(bytes: string): string {
  let text = '';
  for (const char of fromBytes(bytes)) text += scriptChar(char);
  return toBytes(text);
}

function scriptChar(char: string): string {
  if (char === '\\' || char === "'" || char === '"') return `\\${char}`;
  const code = char.codePointAt(0) ?? 0;
  const isPlain = code < 0x80 ? code >= 0x20 && !'<>&='.includes(char) : isPrintable(code);
  return isPlain ? char : `\\u${code.toString(16).toUpperCase().padStart(4, '0')}`;
}

function escapeQuery(bytes: string): string {
  return bytes.replace(/[^A-Za-z0-9\-_.~]/g, (byte) =>
    byte === ' ' ? '+' : `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
}
