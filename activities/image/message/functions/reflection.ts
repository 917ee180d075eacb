import { deepEqual } from '../equal.ts';
import { define, type FunctionTable } from '../function.ts';
import { kindName, typeName } from '../value.ts';

/** What a value is, in Go's words. */
export const reflectionFunctions: FunctionTable = {
  typeOf: define(['any'], typeName),
  typeIs: define(['string', 'any'], (type, value) => typeName(value) === type),
  typeIsLike: define(
    ['string', 'any'],
    (type, value) => typeName(value) === type || typeName(value) === `*${type}`,
  ),
  kindOf: define(['any'], kindName),
  kindIs: define(['string', 'any'], (kind, value) => kindName(value) === kind),
  deepEqual: define(['budget', 'any', 'any'], (budget, a, b) => deepEqual(a, b, budget)),
};
