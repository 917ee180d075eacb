const SPECIAL = /^(?:nan|[+-]?inf(?:inity)?)$/i;
// Which of the digits may be missing is told apart later: a pattern for that would take long over many of them.
const DECIMAL = /^[+-]?(?<whole>[0-9_]*)(?:\.(?<fraction>[0-9_]*))?(?:e[+-]?[0-9][0-9_]*)?$/i;
const STRAY_IN_DECIMAL = /(?<![0-9])_|_(?![0-9])/;
const HEXADECIMAL =
  /^(?<sign>[+-]?)0x(?<whole>[0-9a-f_]*)(?:\.(?<fraction>[0-9a-f_]*))?p(?<exponent>[+-]?[0-9][0-9_]*)$/i;
const STRAY_IN_HEXADECIMAL = /(?<![0-9a-fx])_|_(?![0-9a-f])/i;

// Of a float64: digits it holds, the largest exponent and that of its last denormal digit.
const MANTISSA_BITS = 53;
const MOST_BITS = 1024;
const LEAST_EXPONENT = -1074;
// Far outside; spares numbers of so many digits.
const FURTHEST_EXPONENT = 100_000;

/**
 * Reads a number as Go's `strconv.ParseFloat(text, 64)`: also `Inf`, `NaN`, hexadecimal floats and digits that
 * underscores separate. Undefined when it is none, or too large.
 */
export function parseGoFloat(text: string): number | undefined {
  if (SPECIAL.test(text)) return specialOf(text.toLowerCase());
  const number = decimalOf(text) ?? hexadecimalOf(text);
  return number === undefined || Math.abs(number) === Number.POSITIVE_INFINITY ? undefined : number;
}

function specialOf(text: string): number {
  if (text === 'nan') return Number.NaN;
  return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

/** Both languages round to the nearest float64. */
function decimalOf(text: string): number | undefined {
  const parts = DECIMAL.exec(text)?.groups;
  if (!parts || STRAY_IN_DECIMAL.test(text)) return undefined;
  const { whole = '', fraction = '' } = parts;
  return whole === '' && fraction === '' ? undefined : Number(text.replaceAll('_', ''));
}

function hexadecimalOf(text: string): number | undefined {
  const parts = HEXADECIMAL.exec(text)?.groups;
  if (!parts || STRAY_IN_HEXADECIMAL.test(text)) return undefined;
  const { sign, whole = '', fraction = '', exponent = '' } = strip(parts);
  const digits = `${whole}${fraction}`;
  if (digits === '') return undefined;
  const power = Math.max(-FURTHEST_EXPONENT, Math.min(FURTHEST_EXPONENT, Number(exponent)));
  const value = scaled(BigInt(`0x${digits}`), power - 4 * fraction.length);
  return sign === '-' ? -value : value;
}

function strip(parts: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(parts).map(([name, part]) => [name, (part ?? '').replaceAll('_', '')]),
  );
}

/** `mantissa * 2 ** exponent`, rounded half to even. */
function scaled(mantissa: bigint, exponent: number): number {
  if (mantissa === 0n) return 0;
  const top = mantissa.toString(2).length + exponent;
  if (top > MOST_BITS) return Number.POSITIVE_INFINITY;
  const dropped = Math.max(top - MANTISSA_BITS, LEAST_EXPONENT) - exponent;
  if (dropped <= 0) return Number(mantissa) * 2 ** exponent;
  const width = BigInt(dropped);
  const kept = mantissa >> width;
  const rest = mantissa - (kept << width);
  const half = 1n << (width - 1n);
  const isUp = rest > half || (rest === half && kept % 2n === 1n);
  return Number(isUp ? kept + 1n : kept) * 2 ** (exponent + dropped);
}
