import type { Budget } from '../budget.ts';
import { int64, toFloat64, toInt64 } from '../convert.ts';
import { Refusal } from '../errors.ts';
import { define, type FunctionTable } from '../function.ts';
import { readInteger } from '../literals.ts';
import { printValue } from '../print.ts';
import { type GoValue, integer, list } from '../value.ts';
import { addDecimals, divideDecimals, multiplyDecimals, subtractDecimals } from './decimal.ts';

const MOST_NUMBERS = 100_000;
// Their digits may be many.
const STEPS_A_DECIMAL = 60;

/** Numbers. Whole ones are of 64 bits and wrap around. */
export const mathFunctions: FunctionTable = {
  int: define(['any'], (value) => integer(toInt64(value))),
  int64: define(['any'], (value) => int64(toInt64(value))),
  float64: define(['any'], toFloat64),
  atoi: define(['string'], (text) => integer(readDecimal(text) ?? 0n)),
  toDecimal: define(['budget', 'any'], (budget, value) => int64(readOctal(printValue(value, budget)) ?? 0n)),
  add1: define(['any'], (value) => int64(toInt64(value) + 1n)),
  add: define(['...any'], (...values) => fold(0n, values, (sum, value) => sum + value)),
  sub: define(['any', 'any'], (a, b) => int64(toInt64(a) - toInt64(b))),
  mul: define(['any', '...any'], (first, ...values) =>
    fold(toInt64(first), values, (product, value) => product * value),
  ),
  div: define(['any', 'any'], (a, b) => int64(toInt64(a) / divisor(b))),
  mod: define(['any', 'any'], (a, b) => int64(toInt64(a) % divisor(b))),
  max: define(['any', '...any'], largest),
  biggest: define(['any', '...any'], largest),
  min: define(['any', '...any'], (first, ...values) =>
    fold(toInt64(first), values, (a, b) => (b < a ? b : a)),
  ),
  maxf: define(['any', '...any'], (first, ...values) => Math.max(toFloat64(first), ...values.map(toFloat64))),
  minf: define(['any', '...any'], (first, ...values) => Math.min(toFloat64(first), ...values.map(toFloat64))),
  floor: define(['any'], (value) => Math.floor(toFloat64(value))),
  ceil: define(['any'], (value) => Math.ceil(toFloat64(value))),
  round: define(['any', 'int', '...float64'], round),
  add1f: define(['any'], (value) => addDecimals(toFloat64(value), [1])),
  addf: define(['budget', '...any'], (budget, ...values) => onDecimals(addDecimals, budget, [0, ...values])),
  subf: define(['budget', 'any', '...any'], (budget, ...values) =>
    onDecimals(subtractDecimals, budget, values),
  ),
  mulf: define(['budget', 'any', '...any'], (budget, ...values) =>
    onDecimals(multiplyDecimals, budget, values),
  ),
  divf: define(['budget', 'any', '...any'], (budget, ...values) =>
    onDecimals(divideDecimals, budget, values),
  ),
  until: define(['budget', 'int'], (budget, count) => numbers(range(0, count, count < 0 ? -1 : 1, budget))),
  untilStep: define(['budget', 'int', 'int', 'int'], (budget, start, stop, step) =>
    numbers(range(start, stop, step, budget)),
  ),
  seq: define(['budget', '...int'], sequence),
};

function fold(start: bigint, values: readonly GoValue[], step: (a: bigint, b: bigint) => bigint): GoValue {
  return int64(
    values.reduce((result: bigint, value) => BigInt.asIntN(64, step(result, toInt64(value))), start),
  );
}

function largest(first: GoValue, ...values: readonly GoValue[]): GoValue {
  return fold(toInt64(first), values, (a, b) => (b > a ? b : a));
}

function onDecimals(operation: typeof addDecimals, budget: Budget, values: readonly GoValue[]): number {
  budget.spend(values.length * STEPS_A_DECIMAL);
  const [first = 0, ...others] = values.map(toFloat64);
  return operation(first, others);
}

function divisor(value: GoValue): bigint {
  const number = toInt64(value);
  if (number === 0n) throw new Refusal('runtime error: integer divide by zero');
  return number;
}

/** Go's `strconv.Atoi`. A number that is too large is the largest there is, as the original ignores that error. */
function readDecimal(text: string): bigint | undefined {
  if (!/^[+-]?\d{1,1000}$/.test(text)) return undefined;
  const number = BigInt(text.replace('+', ''));
  const [least, most] = [-(2n ** 63n), 2n ** 63n - 1n];
  return number < least ? least : number > most ? most : number;
}

function readOctal(text: string): bigint | undefined {
  if (!/^[+-]?[0-7]{1,100}$/.test(text)) return undefined;
  const number = readInteger(text.replace(/^([+-]?)/, '$10o'));
  return number !== undefined && BigInt.asIntN(64, number) === number ? number : undefined;
}

function round(value: GoValue, places: number, ...options: readonly number[]): number {
  const power = 10 ** places;
  const digit = power * toFloat64(value);
  const isUp = digit - Math.trunc(digit) >= (options[0] ?? 0.5);
  return (isUp ? Math.ceil(digit) : Math.floor(digit)) / power;
}

function range(start: number, stop: number, step: number, budget: Budget): number[] {
  const isDown = stop < start;
  if (step === 0 || isDown === step > 0) return [];
  const count = Math.ceil((stop - start) / step);
  if (count > MOST_NUMBERS) throw new Refusal(`more than ${MOST_NUMBERS} numbers; make it fewer`);
  budget.spend(Math.max(count, 0));
  return Array.from({ length: Math.max(count, 0) }, (_, index) => start + index * step);
}

function numbers(values: readonly number[]): GoValue {
  return list(
    values.map((value) => integer(value)),
    '[]int',
  );
}

function sequence(budget: Budget, ...bounds: readonly number[]): string {
  const [first = 0, second = 0, third = 0] = bounds;
  const numbersOf = (start: number, stop: number, step?: number): string => {
    const direction = stop < start ? -1 : 1;
    const shown = range(start, stop + direction, step ?? direction, budget).join(' ');
    budget.spendText(shown.length);
    return shown;
  };
  if (bounds.length === 1) return numbersOf(1, first);
  if (bounds.length === 2) return numbersOf(first, second);
  if (bounds.length !== 3 || (third < first && second > 0)) return '';
  return numbersOf(first, third, second);
}
