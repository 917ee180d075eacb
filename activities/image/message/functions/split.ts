import type { Budget } from '../budget.ts';
import { fromBytes, toBytes } from '../byte-text.ts';
import { define, type FunctionTable } from '../function.ts';
import { type GoMap, type GoValue, isList, list, map, STRINGS } from '../value.ts';
import { textOf } from './strings.ts';

/** Texts taken apart and put together. */
export const splitFunctions: FunctionTable = {
  split: define(['budget', 'string', 'string'], (budget, separator, text) =>
    numbered(split(separator, text, -1, budget)),
  ),
  splitn: define(['budget', 'string', 'int', 'string'], (budget, separator, count, text) =>
    numbered(split(separator, text, count, budget)),
  ),
  splitList: define(['budget', 'string', 'string'], (budget, separator, text) =>
    list(split(separator, text, -1, budget), STRINGS),
  ),
  join: define(['budget', 'string', 'any'], join),
  toStrings: define(['budget', 'any'], (budget, value) => list(stringsOf(value, budget), STRINGS)),
  sortAlpha: define(['budget', 'any'], sortAlpha),
};

/** Go's `strings.SplitN`: all parts for -1. */
function split(separator: string, text: string, count: number, budget: Budget): string[] {
  if (count === 0) return [];
  const parts = separator === '' ? Array.from(fromBytes(text)).map(toBytes) : text.split(separator);
  budget.spend(parts.length);
  if (count < 0 || parts.length <= count) return parts;
  return [...parts.slice(0, count - 1), parts.slice(count - 1).join(separator)];
}

function numbered(parts: readonly string[]): GoMap {
  return map(
    parts.map((part, index) => [`_${index}`, part] as const),
    'map[string]string',
  );
}

function join(budget: Budget, separator: string, value: GoValue): string {
  const parts = stringsOf(value, budget);
  budget.spendText(parts.reduce((length, part) => length + part.length + separator.length, 0));
  return parts.join(separator);
}

/** A list as texts; nil is left out, and anything else is a list of one. */
function stringsOf(value: GoValue, budget: Budget): string[] {
  if (value === null || value === undefined) return [];
  if (!isList(value)) return [textOf(value, budget)];
  budget.spend(value.items.length);
  return value.items
    .filter((item) => item !== null && item !== undefined)
    .map((item) => textOf(item, budget));
}

function sortAlpha(budget: Budget, value: GoValue): GoValue {
  if (!isList(value)) return list([textOf(value, budget)], STRINGS);
  const strings = stringsOf(value, budget);
  budget.spend(strings.length * 8);
  const sorted = strings.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  if (value.type !== STRINGS) return list(sorted, STRINGS);
  // The original sorts a list of strings where it stands.
  value.items.splice(0, value.items.length, ...sorted);
  return value;
}
