import { fromBytes } from '../byte-text.ts';
import { deepCopy } from '../copy.ts';
import { Refusal } from '../errors.ts';
import { define, type FunctionTable } from '../function.ts';
import { type GoValue, isTrue } from '../value.ts';

/** What stands in for a value that is empty, which is the zero value of its type. */
export const defaultFunctions: FunctionTable = {
  default: define(['any', '...any'], (fallback, ...given) => (isTrue(given[0]) ? given[0] : fallback)),
  empty: define(['any'], (value) => !isTrue(value)),
  coalesce: define(['...any'], (...values) => values.find(isTrue) ?? null),
  all: define(['...any'], (...values) => values.every(isTrue)),
  any: define(['...any'], (...values) => values.some(isTrue)),
  ternary: define(['any', 'any', 'bool'], (yes, no, condition) => (condition ? yes : no)),
  fail: define(['string'], fail),
  deepCopy: define(['budget', 'any'], (budget, value) => deepCopy(value, budget)),
  mustDeepCopy: define(['budget', 'any'], (budget, value) => deepCopy(value, budget)),
};

function fail(message: string): GoValue {
  throw new Refusal(fromBytes(message));
}
