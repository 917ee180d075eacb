import type { Budget } from '../budget.ts';
import { Refusal } from '../errors.ts';
import { define, type FunctionTable } from '../function.ts';
import {
  DICT,
  type GoMap,
  type GoValue,
  isMap,
  isTrue,
  kindName,
  list,
  map,
  STRINGS,
  sortedEntries,
} from '../value.ts';
import { textOf } from './strings.ts';

const DEEPEST_MERGE = 100;

interface Within {
  readonly budget: Budget;
  readonly depth: number;
}

/** Dictionaries. Where the original has no order (`keys`, `values`), it is that of the keys here. */
export const dictFunctions: FunctionTable = {
  dict: define(['budget', '...any'], dict),
  get: define(['dict', 'string'], (entries, key) => (entries.entries.has(key) ? valueAt(entries, key) : '')),
  set: define(['dict', 'string', 'any'], set),
  unset: define(['dict', 'string'], (entries, key) => {
    entries.entries.delete(key);
    return entries;
  }),
  hasKey: define(['dict', 'string'], (entries, key) => entries.entries.has(key)),
  pluck: define(['string', '...dict'], (key, ...dicts) =>
    list(dicts.filter(({ entries }) => entries.has(key)).map((entries) => valueAt(entries, key))),
  ),
  keys: define(['budget', '...dict'], (budget, ...dicts) =>
    list(
      dicts.flatMap((entries) => sorted(entries, budget).map(([key]) => key)),
      STRINGS,
    ),
  ),
  values: define(['budget', 'dict'], (budget, entries) =>
    list(sorted(entries, budget).map(([, value]) => value)),
  ),
  pick: define(['dict', '...string'], (entries, ...keys) =>
    map(keys.filter((key) => entries.entries.has(key)).map((key) => [key, valueAt(entries, key)] as const)),
  ),
  omit: define(['budget', 'dict', '...string'], (budget, entries, ...keys) => {
    const omitted = new Set(keys);
    return map(sorted(entries, budget).filter(([key]) => typeof key === 'string' && !omitted.has(key)));
  }),
  merge: define(['budget', 'dict', '...dict'], (budget, into, ...from) =>
    mergeAll(into, from, false, budget),
  ),
  mustMerge: define(['budget', 'dict', '...dict'], (budget, into, ...from) =>
    mergeAll(into, from, false, budget),
  ),
  mergeOverwrite: define(['budget', 'dict', '...dict'], (budget, into, ...from) =>
    mergeAll(into, from, true, budget),
  ),
  mustMergeOverwrite: define(['budget', 'dict', '...dict'], (budget, into, ...from) =>
    mergeAll(into, from, true, budget),
  ),
  dig: define(['any', 'any', 'any', '...any'], dig),
};

function valueAt({ entries }: GoMap, key: string): GoValue {
  return entries.get(key)?.[1];
}

function sorted(entries: GoMap, budget: Budget): readonly (readonly [GoValue, GoValue])[] {
  budget.spend(entries.entries.size * 8);
  return sortedEntries(entries);
}

function dict(budget: Budget, ...values: readonly GoValue[]): GoValue {
  const pairs: [GoValue, GoValue][] = [];
  for (let at = 0; at < values.length; at += 2) {
    pairs.push([textOf(values[at], budget), at + 1 < values.length ? values[at + 1] : '']);
  }
  return map(pairs);
}

function set(entries: GoMap, key: string, value: GoValue): GoValue {
  if (entries.isNil) throw new Refusal('assignment to entry in nil map');
  entries.entries.set(key, [key, value]);
  return entries;
}

function mergeAll(into: GoMap, from: readonly GoMap[], isOverwriting: boolean, budget: Budget): GoValue {
  const target: GoMap = into.isNil ? map([]) : into;
  for (const source of from) merge(target, source, isOverwriting, { budget, depth: 0 });
  return target;
}

/** Adds what is missing or empty; with `isOverwriting` also replaces. Dictionaries within are merged themselves. */
function merge(into: GoMap, from: GoMap, isOverwriting: boolean, within: Within): void {
  const { budget, depth } = within;
  if (depth > DEEPEST_MERGE) throw new Refusal('a value is nested too deeply to merge');
  for (const [text, [key, value]] of from.entries) {
    budget.spend(1);
    const current = into.entries.get(text)?.[1];
    if (value === null || value === undefined) {
      if (isOverwriting) into.entries.set(text, [key, value]);
      continue;
    }
    if (isMap(current) && isMap(value)) {
      merge(current, value, isOverwriting, { budget, depth: depth + 1 });
      if (isTrue(current)) continue;
    }
    if (isOverwriting || !isTrue(current)) into.entries.set(text, [key, value]);
  }
}

function dig(...path: readonly GoValue[]): GoValue {
  const last = path.at(-1);
  const keys = path.slice(0, -2);
  let current: GoValue = last;
  for (const key of keys) {
    if (typeof key !== 'string')
      throw new Refusal(`interface conversion: interface {} is ${kindName(key)}, not string`);
    if (!isMap(current) || current.type !== DICT) {
      throw new Refusal(`interface conversion: interface {} is ${kindName(current)}, not ${DICT}`);
    }
    if (!current.entries.has(key)) return path.at(-2);
    current = valueAt(current, key);
  }
  return current;
}
