import type { Budget } from './budget.ts';
import { Refusal } from './errors.ts';
import { type GoList, type GoMap, type GoStruct, type GoValue, isComposite, typeName } from './value.ts';

const DEEPEST = 100;

/** Go's `reflect.DeepEqual`: the same type and, all the way down, the same contents. Throws {@link Refusal}. */
export function deepEqual(a: GoValue, b: GoValue, budget: Budget, depth = 0): boolean {
  budget.spend(1);
  if (depth > DEEPEST) throw new Refusal('a value is nested too deeply to compare');
  if (typeName(a) !== typeName(b)) return false;
  if (!isComposite(a) || !isComposite(b)) return (a ?? null) === (b ?? null);
  return equalComposites(a, b, budget, depth);
}

type Composite = Exclude<GoValue & object, null>;

function equalComposites(a: Composite, b: Composite, budget: Budget, depth: number): boolean {
  if (a.kind === 'integer') return b.kind === 'integer' && a.value === b.value;
  if (a.kind === 'list') return b.kind === 'list' && equalLists(a, b, budget, depth);
  if (a.kind === 'map') return b.kind === 'map' && equalMaps(a, b, budget, depth);
  return b.kind === 'struct' && equalStructs(a, b, budget, depth);
}

function equalLists(a: GoList, b: GoList, budget: Budget, depth: number): boolean {
  return (
    a.isNil === b.isNil &&
    a.items.length === b.items.length &&
    a.items.every((item, index) => deepEqual(item, b.items[index], budget, depth + 1))
  );
}

function equalMaps(a: GoMap, b: GoMap, budget: Budget, depth: number): boolean {
  if (a.isNil !== b.isNil || a.entries.size !== b.entries.size) return false;
  for (const [key, [, value]] of a.entries) {
    const other = b.entries.get(key);
    if (!other || !deepEqual(value, other[1], budget, depth + 1)) return false;
  }
  return true;
}

function equalStructs(a: GoStruct, b: GoStruct, budget: Budget, depth: number): boolean {
  return (
    a.text === b.text &&
    a.fields.every(({ value }, index) => deepEqual(value, b.fields[index]?.value, budget, depth + 1))
  );
}
