import { Refusal } from './errors.ts';
import type { Parameter } from './function.ts';
import type { Operand } from './nodes.ts';
import { DICT, type GoMap, type GoValue, integer, isInteger, isMap, isStruct, typeName } from './value.ts';

export const SEMVER = '*semver.Version';

const TYPE_NAMES: Readonly<Record<Parameter, string>> = {
  any: 'interface {}',
  string: 'string',
  int: 'int',
  float64: 'float64',
  bool: 'bool',
  dict: DICT,
  version: SEMVER,
};
const NIL_DICT: GoMap = { kind: 'map', type: DICT, entries: new Map(), isNil: true };

/** A value as a parameter wants it. Go converts nothing: an int64 is no int. Throws {@link Refusal}. */
export function toParameter(value: GoValue, parameter: Parameter): unknown {
  if (parameter === 'any') return value ?? null;
  if (value === undefined && parameter === 'dict') return NIL_DICT;
  if (value === undefined) throw new Refusal(`invalid value; expected ${TYPE_NAMES[parameter]}`);
  if (!fits(value, parameter)) {
    const actual = value === null ? 'interface {}' : typeName(value);
    throw new Refusal(`wrong type for value; expected ${TYPE_NAMES[parameter]}; got ${actual}`);
  }
  return isInteger(value) ? Number(value.value) : value;
}

function fits(value: GoValue, parameter: Exclude<Parameter, 'any'>): boolean {
  switch (parameter) {
    case 'string':
      return typeof value === 'string';
    case 'bool':
      return typeof value === 'boolean';
    case 'float64':
      return typeof value === 'number';
    case 'int':
      return isInteger(value) && value.type === 'int';
    case 'dict':
      return isMap(value) && value.type === DICT;
    case 'version':
      return isStruct(value) && value.type === SEMVER;
  }
}

/** A literal as a parameter wants it; undefined for what is no literal. Numbers are of any type until here. */
export function literalAs(operand: Operand, parameter: Parameter): { readonly value: unknown } | undefined {
  if (operand.kind === 'nil') {
    if (parameter === 'any') return { value: null };
    if (parameter === 'dict') return { value: NIL_DICT };
    throw new Refusal(`cannot assign nil to ${TYPE_NAMES[parameter]}`);
  }
  if (operand.kind === 'number') return { value: numberAs(operand, parameter) };
  if (operand.kind === 'string') return { value: exactly(operand.text, parameter) };
  return operand.kind === 'bool' ? { value: exactly(operand.value, parameter) } : undefined;
}

function numberAs(operand: Extract<Operand, { kind: 'number' }>, parameter: Parameter): unknown {
  const { integer: whole, float } = operand.number;
  if (parameter === 'any') return numberOf(operand);
  if (parameter === 'float64') return float;
  if (parameter === 'int' && whole !== undefined && whole < 2n ** 63n) return Number(whole);
  throw new Refusal(`expected ${parameter === 'int' ? 'integer' : TYPE_NAMES[parameter]}; found a number`);
}

/** A number of a place that wants nothing: an int where it can be one and is not written as a float. */
export function numberOf({ number }: Extract<Operand, { kind: 'number' }>): GoValue {
  if (number.isFloat) return number.float;
  if (number.integer === undefined || number.integer >= 2n ** 63n)
    throw new Refusal('the number overflows int');
  return integer(number.integer);
}

function exactly(value: string | boolean, parameter: Parameter): GoValue {
  if (
    parameter === 'any' ||
    typeof value === parameter ||
    (parameter === 'bool' && typeof value === 'boolean')
  )
    return value;
  throw new Refusal(`expected ${TYPE_NAMES[parameter]}; found a ${typeof value}`);
}
