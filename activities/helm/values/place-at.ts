import type { GoValue } from './go-value.ts';
import { UnusableValue } from './unusable-value.ts';

const HIGHEST_INDEX = 65_536;

/** Bounds what indices may create: a short text can ask for many long lists. */
export interface ItemBudget {
  /** List items that may still be made. */
  items: number;
}

/** Of all paths of a release. */
export const newItemBudget = (): ItemBudget => ({ items: 1_000_000 });

/**
 * The list with the value at the index: the same list where it is long enough, else a longer copy with nulls between.
 * Throws {@link UnusableValue}.
 */
export function placeAt(list: GoValue[], index: number, value: GoValue, budget: ItemBudget): GoValue[] {
  if (index > HIGHEST_INDEX) throw new UnusableValue(`the index of a list is more than ${HIGHEST_INDEX}`);
  if (index < list.length) {
    list[index] = value;
    return list;
  }
  budget.items -= index + 1;
  if (budget.items < 0) throw new UnusableValue('the paths ask for too many list items');
  return [...list, ...Array<GoValue>(index - list.length).fill(null), value];
}
