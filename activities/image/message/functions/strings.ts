import type { Budget } from '../budget.ts';
import { fromBytes, isSpace, mapRunes, runeToBytes, toBytes } from '../byte-text.ts';
import { Refusal } from '../errors.ts';
import { define, type FunctionTable } from '../function.ts';
import { printValue } from '../print.ts';
import { quoteBytes } from '../quote.ts';
import { type GoValue, isStruct } from '../value.ts';

/** Texts as sprig cuts, pads and quotes them. Positions and lengths are in bytes. */
export const stringFunctions: FunctionTable = {
  hello: define([], () => 'Hello!'),
  trim: define(['string'], trimSpace),
  trimAll: define(['string', 'string'], trimAll),
  trimall: define(['string', 'string'], trimAll),
  trimPrefix: define(['string', 'string'], (prefix, text) =>
    text.startsWith(prefix) ? text.slice(prefix.length) : text,
  ),
  trimSuffix: define(['string', 'string'], (suffix, text) =>
    text.endsWith(suffix) ? text.slice(0, text.length - suffix.length) : text,
  ),
  nospace: define(['string'], (text) => {
    // The original looks at bytes and writes each as a character, so only texts without space stay as they are.
    const kept = Array.from(text).filter((byte) => !isSpace(byte));
    return kept.length === text.length ? text : kept.map((byte) => runeToBytes(byte.charCodeAt(0))).join('');
  }),
  trunc: define(['int', 'string'], truncate),
  substr: define(['int', 'int', 'string'], substring),
  abbrev: define(['int', 'string'], (width, text) => (width < 4 ? text : abbreviate(text, 0, width))),
  abbrevboth: define(['int', 'int', 'string'], (left, right, text) =>
    right < 4 || (left > 0 && right < 7) ? text : abbreviate(text, left, right),
  ),
  repeat: define(['budget', 'int', 'string'], repeat),
  contains: define(['string', 'string'], (part, text) => text.includes(part)),
  hasPrefix: define(['string', 'string'], (prefix, text) => text.startsWith(prefix)),
  hasSuffix: define(['string', 'string'], (suffix, text) => text.endsWith(suffix)),
  replace: define(['budget', 'string', 'string', 'string'], replace),
  indent: define(['budget', 'int', 'string'], indent),
  nindent: define(['budget', 'int', 'string'], (budget, spaces, text) => `\n${indent(budget, spaces, text)}`),
  quote: define(['budget', '...any'], (budget, ...values) =>
    present(values)
      .map((value) => quoteBytes(textOf(value, budget)))
      .join(' '),
  ),
  squote: define(['budget', '...any'], (budget, ...values) =>
    present(values)
      .map((value) => `'${printValue(value, budget)}'`)
      .join(' '),
  ),
  cat: define(['budget', '...any'], (budget, ...values) =>
    present(values)
      .map((value) => printValue(value, budget))
      .join(' '),
  ),
  plural: define(['string', 'string', 'int'], (one, many, count) => (count === 1 ? one : many)),
  toString: define(['budget', 'any'], (budget, value) => textOf(value, budget)),
};

/** A value as sprig turns it into a text. */
export function textOf(value: GoValue, budget: Budget): string {
  if (typeof value === 'string') return value;
  return isStruct(value) && value.text !== undefined ? value.text : printValue(value, budget);
}

function present(values: readonly GoValue[]): GoValue[] {
  return values.filter((value) => value !== null && value !== undefined);
}

function trimSpace(bytes: string): string {
  const chars = Array.from(fromBytes(bytes));
  let start = 0;
  let end = chars.length;
  while (start < end && isSpace(chars[start] ?? '')) start++;
  while (end > start && isSpace(chars[end - 1] ?? '')) end--;
  const skipped = toBytes(chars.slice(0, start).join('')).length;
  const left = toBytes(chars.slice(end).join('')).length;
  return bytes.slice(skipped, bytes.length - left);
}

function trimAll(cutset: string, bytes: string): string {
  const cut = new Set(fromBytes(cutset));
  const chars = Array.from(fromBytes(bytes));
  let start = 0;
  let end = chars.length;
  while (start < end && cut.has(chars[start] ?? '')) start++;
  while (end > start && cut.has(chars[end - 1] ?? '')) end--;
  return toBytes(chars.slice(start, end).join(''));
}

function truncate(count: number, text: string): string {
  if (count < 0 && text.length + count > 0) return text.slice(count);
  return count >= 0 && text.length > count ? text.slice(0, count) : text;
}

function substring(start: number, end: number, text: string): string {
  if (start < 0) return sliceOf(text, 0, end);
  return sliceOf(text, start, end < 0 || end > text.length ? text.length : end);
}

function sliceOf(text: string, start: number, end: number): string {
  if (start > end || end > text.length || end < 0)
    throw new Refusal(`slice bounds out of range [${start}:${end}]`);
  return text.slice(start, end);
}

function abbreviate(text: string, left: number, width: number): string {
  if (text.length <= width) return text;
  const room = width - 3;
  let offset = Math.min(left, text.length);
  if (text.length - offset < room) offset = text.length - room;
  if (offset <= 4) return `${text.slice(0, room)}...`;
  if (width < 7) return '';
  if (offset + room >= text.length) return `...${text.slice(text.length - room)}`;
  const rest = text.slice(offset);
  return `...${room < 4 ? '' : abbreviate(rest, 0, room)}`;
}

function repeat(budget: Budget, count: number, text: string): string {
  if (count < 0) throw new Refusal('strings: negative Repeat count');
  budget.spendText(count * text.length);
  // No text is made of nothing, however often.
  return text === '' ? '' : text.repeat(count);
}

function replace(budget: Budget, old: string, text: string, source: string): string {
  const parts = old === '' ? splitRunes(source) : source.split(old);
  budget.spendText(source.length + parts.length * text.length);
  return old === '' ? text + parts.map((part) => part + text).join('') : parts.join(text);
}

function splitRunes(bytes: string): string[] {
  const parts: string[] = [];
  mapRunes(bytes, (char) => {
    parts.push(toBytes(char));
    return '';
  });
  return parts;
}

function indent(budget: Budget, spaces: number, text: string): string {
  if (spaces < 0) throw new Refusal('strings: negative Repeat count');
  const lines = text.split('\n');
  budget.spendText(text.length + lines.length * spaces);
  const pad = ' '.repeat(spaces);
  return lines.map((line) => pad + line).join('\n');
}
