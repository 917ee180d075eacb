import { Refusal } from '../errors.ts';

/** An exact decimal number: the coefficient times ten to the power. */
interface Decimal {
  readonly coefficient: bigint;
  readonly power: number;
}

const DIVISION_PLACES = 16;

type Operation = (a: Decimal, b: Decimal) => Decimal;

/** Decimal arithmetic as `shopspring/decimal` does it: 0.1 and 0.2 are 0.3. */
export const addDecimals = fold(add);
export const subtractDecimals = fold((a, b) => add(a, { ...b, coefficient: -b.coefficient }));
export const multiplyDecimals = fold((a, b) => ({
  coefficient: a.coefficient * b.coefficient,
  power: a.power + b.power,
}));
export const divideDecimals = fold(divide);

function fold(operation: Operation): (first: number, others: readonly number[]) => number {
  return (first, others) => {
    const result = others.reduce((value, other) => operation(value, toDecimal(other)), toDecimal(first));
    return Number(`${result.coefficient}e${result.power}`);
  };
}

function toDecimal(value: number): Decimal {
  if (!Number.isFinite(value)) throw new Refusal(`Cannot create a Decimal from ${value}`);
  const [mantissa = '0', exponent = '0'] = value.toExponential().split('e');
  const fraction = mantissa.split('.')[1] ?? '';
  return { coefficient: BigInt(mantissa.replace('.', '')), power: Number(exponent) - fraction.length };
}

function add(a: Decimal, b: Decimal): Decimal {
  const power = Math.min(a.power, b.power);
  return { coefficient: atPower(a, power) + atPower(b, power), power };
}

function atPower({ coefficient, power }: Decimal, wanted: number): bigint {
  return coefficient * 10n ** BigInt(power - wanted);
}

/** Rounds half away from zero. */
function divide(a: Decimal, b: Decimal): Decimal {
  if (b.coefficient === 0n) throw new Refusal('decimal division by 0');
  const shift = a.power - b.power + DIVISION_PLACES;
  const dividend = a.coefficient * 10n ** BigInt(Math.max(shift, 0));
  const divisor = b.coefficient * 10n ** BigInt(Math.max(-shift, 0));
  const quotient = dividend / divisor;
  const twice = (dividend % divisor) * 2n;
  const isAway = magnitude(twice) >= magnitude(divisor);
  const sign = dividend < 0n === divisor < 0n ? 1n : -1n;
  return { coefficient: isAway ? quotient + sign : quotient, power: -DIVISION_PLACES };
}

function magnitude(value: bigint): bigint {
  return value < 0n ? -value : value;
}
