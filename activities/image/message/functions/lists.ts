import type { Budget } from '../budget.ts';
import { toInt64 } from '../convert.ts';
import { deepEqual } from '../equal.ts';
import { Refusal } from '../errors.ts';
import { define, type FunctionTable, type GoFunction } from '../function.ts';
import { type GoList, type GoValue, isList, isTrue, kindName, LIST, list } from '../value.ts';

type ListStep = (items: readonly GoValue[], budget: Budget) => GoValue;

const NIL_LIST: GoList = { kind: 'list', type: LIST, items: [], isNil: true };

/** Lists. Each function that takes one has a twin with `must`, which is the same here: both fail the template. */
export const listFunctions: FunctionTable = {
  list: define(['...any'], (...items) => list(items)),
  tuple: define(['...any'], (...items) => list(items)),
  ...withMust(
    'first',
    onList('find first on', (items) => items[0] ?? null),
  ),
  ...withMust(
    'last',
    onList('find last on', (items) => items.at(-1) ?? null),
  ),
  ...withMust(
    'rest',
    onList('find rest on', (items) => (items.length === 0 ? NIL_LIST : list(items.slice(1)))),
  ),
  ...withMust(
    'initial',
    onList('find initial on', (items) => (items.length === 0 ? NIL_LIST : list(items.slice(0, -1)))),
  ),
  ...withMust(
    'reverse',
    onList('find reverse on', (items) => list(items.toReversed())),
  ),
  ...withMust(
    'compact',
    onList('compact on', (items) => list(items.filter(isTrue))),
  ),
  ...withMust('uniq', onList('find uniq on', uniq)),
  ...withMust('append', define(['budget', 'any', 'any'], append)),
  ...withMust('push', define(['budget', 'any', 'any'], append)),
  ...withMust(
    'prepend',
    define(['budget', 'any', 'any'], (budget, value, item) =>
      list([item, ...itemsOf(value, 'prepend on', budget)]),
    ),
  ),
  ...withMust('without', define(['budget', 'any', '...any'], without)),
  ...withMust('has', define(['budget', 'any', 'any'], has)),
  ...withMust('slice', define(['budget', 'any', '...any'], slice)),
  ...withMust('chunk', define(['budget', 'int', 'any'], chunk)),
  concat: define(['budget', '...any'], (budget, ...lists) =>
    list(lists.flatMap((value) => itemsOf(value, 'concat', budget))),
  ),
};

function withMust(name: string, called: GoFunction): FunctionTable {
  return { [name]: called, [`must${name.slice(0, 1).toUpperCase()}${name.slice(1)}`]: called };
}

function onList(doing: string, step: ListStep): GoFunction {
  return define(['budget', 'any'], (budget, value) => step(itemsOf(value, doing, budget), budget));
}

function itemsOf(value: GoValue, doing: string, budget: Budget): readonly GoValue[] {
  if (!isList(value)) throw new Refusal(`Cannot ${doing} type ${kindName(value)}`);
  budget.spend(value.items.length);
  return value.items;
}

function append(budget: Budget, value: GoValue, item: GoValue): GoValue {
  return list([...itemsOf(value, 'push on', budget), item]);
}

function includes(items: readonly GoValue[], wanted: GoValue, budget: Budget): boolean {
  return items.some((item) => deepEqual(wanted, item, budget));
}

function uniq(items: readonly GoValue[], budget: Budget): GoValue {
  const kept: GoValue[] = [];
  for (const item of items) if (!includes(kept, item, budget)) kept.push(item);
  return list(kept);
}

function without(budget: Budget, value: GoValue, ...omitted: readonly GoValue[]): GoValue {
  return list(
    [...itemsOf(value, 'find without on', budget)].filter((item) => !includes(omitted, item, budget)),
  );
}

function has(budget: Budget, wanted: GoValue, value: GoValue): boolean {
  return (
    value !== null && value !== undefined && includes(itemsOf(value, 'find has on', budget), wanted, budget)
  );
}

function slice(budget: Budget, value: GoValue, ...indices: readonly GoValue[]): GoValue {
  const items = itemsOf(value, 'slice', budget);
  if (items.length === 0) return null;
  const start = indices.length > 0 ? Number(toInt64(indices[0])) : 0;
  const end = indices.length > 1 ? Number(toInt64(indices[1])) : items.length;
  if (start < 0 || start > end || end > items.length)
    throw new Refusal(`slice bounds out of range [${start}:${end}]`);
  return list(items.slice(start, end), isList(value) ? value.type : LIST);
}

function chunk(budget: Budget, size: number, value: GoValue): GoValue {
  const items = itemsOf(value, 'chunk', budget);
  if (items.length === 0) return list([], `[]${LIST}`);
  if (size <= 0) throw new Refusal(`cannot chunk by ${size}`);
  const chunks: GoValue[] = [];
  for (let at = 0; at < items.length; at += size) chunks.push(list(items.slice(at, at + size)));
  return list(chunks, `[]${LIST}`);
}
