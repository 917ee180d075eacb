// Enough for every double; more would only cost.
const MOST_DIGITS = 1100;

/**
 * A float as Go's `strconv.FormatFloat` writes it: `e`, `f` or `g` with so many digits, or the fewest that tell the
 * number apart for precision -1.
 */
export function formatFloat(value: number, verb: 'e' | 'f' | 'g', precision: number): string {
  if (Number.isNaN(value)) return 'NaN';
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const magnitude = Math.abs(value);
  if (magnitude === Infinity) return sign ? '-Inf' : '+Inf';
  if (verb === 'f') return sign + (precision < 0 ? shortestFixed(magnitude) : fixed(magnitude, precision));
  if (verb === 'e')
    return sign + scientific(precision < 0 ? shortestDigits(magnitude) : digitsOf(magnitude, precision + 1));
  return sign + general(magnitude, precision);
}

interface Digits {
  readonly digits: string;
  /** Of the first digit. */
  readonly exponent: number;
}

function general(magnitude: number, precision: number): string {
  const significant = precision === 0 ? 1 : precision;
  const rounded = precision < 0 ? shortestDigits(magnitude) : digitsOf(magnitude, significant);
  const digits = rounded.digits.replace(/0+$/, '') || '0';
  const { exponent } = rounded;
  const isWhole = digits.length >= exponent + 1;
  const limit = precision < 0 ? 6 : significant > digits.length && isWhole ? digits.length : significant;
  if (exponent < -4 || exponent >= limit) return scientific({ digits, exponent });
  if (exponent < 0) return `0.${'0'.repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0');
  const fraction = digits.slice(exponent + 1);
  return fraction ? `${whole}.${fraction}` : whole;
}

function scientific({ digits, exponent }: Digits): string {
  const power = String(Math.abs(exponent)).padStart(2, '0');
  const fraction = digits.length > 1 ? `.${digits.slice(1)}` : '';
  return `${digits.slice(0, 1)}${fraction}e${exponent < 0 ? '-' : '+'}${power}`;
}

function shortestDigits(magnitude: number): Digits {
  const [mantissa = '0', exponent = '0'] = magnitude.toExponential().split('e');
  return { digits: mantissa.replace('.', ''), exponent: Number(exponent) };
}

function digitsOf(magnitude: number, count: number): Digits {
  if (magnitude === 0) return { digits: '0'.repeat(count), exponent: 0 };
  const { exponent } = shortestDigits(magnitude);
  const digits = scaled(magnitude, count - 1 - exponent).toString();
  // Rounding up may have added a digit: 9.99 becomes 10.0.
  return digits.length > count
    ? { digits: digits.slice(0, count), exponent: exponent + 1 }
    : { digits, exponent };
}

function shortestFixed(magnitude: number): string {
  const { digits, exponent } = shortestDigits(magnitude);
  return fixed(magnitude, Math.max(digits.length - 1 - exponent, 0));
}

function fixed(magnitude: number, precision: number): string {
  const places = Math.min(precision, MOST_DIGITS);
  const digits = scaled(magnitude, places)
    .toString()
    .padStart(places + 1, '0');
  const fraction = digits.slice(digits.length - places);
  return places === 0 ? digits : `${digits.slice(0, -places)}.${fraction.padEnd(precision, '0')}`;
}

/** The number times a power of ten, rounded half to even; exact, unlike `toFixed`. */
function scaled(magnitude: number, power: number): bigint {
  const bits = new BigUint64Array(Float64Array.of(magnitude).buffer)[0] ?? 0n;
  const biased = Number(bits >> 52n);
  const fraction = bits & 0xfffffffffffffn;
  const mantissa = biased === 0 ? fraction : fraction | 0x10000000000000n;
  const shift = Math.max(biased, 1) - 1075;
  const numerator = mantissa * 2n ** BigInt(Math.max(shift, 0)) * 10n ** BigInt(Math.max(power, 0));
  const denominator = 2n ** BigInt(Math.max(-shift, 0)) * 10n ** BigInt(Math.max(-power, 0));
  const quotient = numerator / denominator;
  const twice = (numerator % denominator) * 2n;
  const isUp = twice > denominator || (twice === denominator && quotient % 2n === 1n);
  return isUp ? quotient + 1n : quotient;
}
