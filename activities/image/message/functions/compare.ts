import type { Budget } from '../budget.ts';
import { deepEqual } from '../equal.ts';
import { Refusal } from '../errors.ts';
import { define, type FunctionTable } from '../function.ts';
import { type GoValue, isComposite, isInteger, kindName, typeName } from '../value.ts';

type Basic = 'bool' | 'int' | 'uint' | 'float' | 'string';

/** `eq`, `lt` and the like. Integers compare with each other, and nothing else does with another type. */
export const comparisons: FunctionTable = {
  eq: define(['budget', 'any', '...any'], (budget, first, ...others) => equalsAny(first, others, budget)),
  ne: define(['budget', 'any', 'any'], (budget, a, b) => !equalsAny(a, [b], budget)),
  lt: define(['any', 'any'], isLess),
  le: define(['budget', 'any', 'any'], isLessOrEqual),
  gt: define(['budget', 'any', 'any'], (budget, a, b) => !isLessOrEqual(budget, a, b)),
  ge: define(['any', 'any'], (a, b) => !isLess(a, b)),
};

function basicKind(value: GoValue): Basic | undefined {
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return 'float';
  if (typeof value === 'string') return 'string';
  if (!isInteger(value)) return undefined;
  return value.type.startsWith('u') ? 'uint' : 'int';
}

function equalsAny(first: GoValue, others: readonly GoValue[], budget: Budget): boolean {
  if (others.length === 0) throw new Refusal('missing argument for comparison');
  return others.some((other) => equals(first, other, budget));
}

function equals(a: GoValue, b: GoValue, budget: Budget): boolean {
  const [kindA, kindB] = [basicKind(a), basicKind(b)];
  if (isInteger(a) && isInteger(b)) return a.value === b.value;
  if (kindA !== kindB) {
    if ((a ?? null) === null || (b ?? null) === null) return false;
    throw incompatible(a, b);
  }
  return kindA ? a === b : equalComposites(a, b, budget);
}

function equalComposites(a: GoValue, b: GoValue, budget: Budget): boolean {
  const [isNilA, isNilB] = [isNil(a), isNil(b)];
  if (isComposite(a) && isComposite(b) && kindName(a) !== kindName(b)) throw incompatible(a, b);
  if (isNilA || isNilB) return isNilA === isNilB;
  if (!isComparable(b)) throw new Refusal(`non-comparable type: ${typeName(b)}`);
  // Pointers are equal where they point to the same.
  return typeName(a).startsWith('*') ? a === b : deepEqual(a, b, budget);
}

/** Lists and maps do not compare, and neither does what has one inside. */
function isComparable(value: GoValue): boolean {
  if (!isComposite(value) || value.kind === 'integer') return true;
  return value.kind === 'struct' && value.fields.every((field) => isComparable(field.value));
}

function isNil(value: GoValue): boolean {
  if (!isComposite(value)) return value === undefined || value === null;
  return (value.kind === 'list' || value.kind === 'map') && value.isNil;
}

function isLess(a: GoValue, b: GoValue): boolean {
  const kind = basicKind(a);
  const other = basicKind(b);
  if (!kind || !other) throw new Refusal('invalid type for comparison');
  if (isInteger(a) && isInteger(b)) return a.value < b.value;
  if (kind !== other) throw incompatible(a, b);
  if (typeof a === 'number' && typeof b === 'number') return a < b;
  if (typeof a === 'string' && typeof b === 'string') return a < b;
  throw new Refusal('invalid type for comparison');
}

function isLessOrEqual(budget: Budget, a: GoValue, b: GoValue): boolean {
  return isLess(a, b) || equals(a, b, budget);
}

function incompatible(a: GoValue, b: GoValue): Refusal {
  return new Refusal(`incompatible types for comparison: ${typeName(a)} and ${typeName(b)}`);
}
