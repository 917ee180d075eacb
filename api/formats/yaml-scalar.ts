/** What a scalar of YAML stands for. Integers are bigint, so that 1 and 1.0 differ as keys. */
export type ScalarValue = string | number | bigint | boolean | null;

const WORDS: ReadonlyMap<string, ScalarValue> = new Map([
  ...words(true, 'y', 'yes', 'true', 'on'),
  ...words(false, 'n', 'no', 'false', 'off'),
  ...words(null, '', '~', 'null'),
  ['.nan', Number.NaN],
  ...words(Number.POSITIVE_INFINITY, '.inf', '+.inf'),
  ...words(Number.NEGATIVE_INFINITY, '-.inf'),
  ['.NaN', Number.NaN],
  ['.NAN', Number.NaN],
]);

const FLOAT = /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/;

/**
 * Resolves a scalar without quotes and tag as go.yaml.in/yaml/v2, which Kubernetes reads manifests with:
 * YAML 1.1's booleans, octals by `0`, `0o`, no sexagesimals and no timestamps.
 */
export function resolvePlainScalar(text: string): ScalarValue {
  const word = WORDS.get(text);
  if (word !== undefined) return word;
  if (!/^[-+.0-9]/.test(text)) return text;
  const plain = text.replace(text.startsWith('.') ? /(?<=\d)_(?=\d)/g : /_/g, '');
  return parseInteger(plain) ?? parseFloat64(plain) ?? text;
}

/** Whether a reader of any YAML version takes the text, unquoted, for this very string. */
export function isSafePlainString(text: string): boolean {
  return /^[A-Za-z][A-Za-z0-9./_-]*$/.test(text) && typeof resolvePlainScalar(text) === 'string';
}

/** A key of a mapping as JSON writes it; undefined for what JSON cannot have as a key. */
export function keyText(value: ScalarValue): string | undefined {
  switch (typeof value) {
    case 'string':
      return value;
    case 'bigint':
      return BigInt.asIntN(64, value) === value ? String(value) : undefined;
    case 'number':
      return shortFloat(value);
    case 'boolean':
      return String(value);
    default:
      return undefined;
  }
}

/** Lower case, capitalised and upper case: no other mixture counts. */
function words(value: ScalarValue, ...texts: readonly string[]): [string, ScalarValue][] {
  return texts
    .flatMap((text) => [text, text.replace(/[a-z]/, (first) => first.toUpperCase()), text.toUpperCase()])
    .map((text) => [text, value]);
}

/** Go's `strconv.ParseInt` with base 0, within int64 or uint64. */
function parseInteger(text: string): bigint | undefined {
  const parts = /^([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[oO]?([0-7]+)|0[bB]([01]+)|(0|[1-9][0-9]*))$/.exec(text);
  // A binary number may carry its sign behind the prefix: the original parses what follows `0b`.
  const oddBinary = /^0b([-+])([01]+)$/.exec(text);
  if (oddBinary) return withSign(oddBinary[1], `0b${oddBinary[2]}`);
  if (!parts || text.length > 80) return undefined;
  const [, sign, hex, octal, binary, decimal] = parts;
  return withSign(sign, hex ? `0x${hex}` : octal ? `0o${octal}` : binary ? `0b${binary}` : (decimal ?? '0'));
}

function withSign(sign: string | undefined, digits: string): bigint | undefined {
  const value = sign === '-' ? -BigInt(digits) : BigInt(digits);
  const isInt64 = BigInt.asIntN(64, value) === value;
  return isInt64 || (sign === '' && BigInt.asUintN(64, value) === value) ? value : undefined;
}

function parseFloat64(text: string): number | undefined {
  const value = FLOAT.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(value) ? value : undefined;
}

/** Go's shortest form of a float32 (`%g`), which sigs.k8s.io/yaml writes float keys in. */
function shortFloat(value: number): string {
  if (Number.isNaN(value)) return '.nan';
  const single = Math.fround(value);
  if (!Number.isFinite(single)) return value < 0 ? '-.inf' : '.inf';
  let digits = 1;
  while (digits < 9 && Math.fround(Number(single.toPrecision(digits))) !== single) digits++;
  const [mantissa = '', exponent = '0'] = single.toExponential(digits - 1).split('e');
  const power = Number(exponent);
  if (power >= -4 && power < 6) return String(Number(single.toPrecision(digits)));
  const padded = String(Math.abs(power)).padStart(2, '0');
  return `${mantissa}e${power < 0 ? '-' : '+'}${padded}`;
}
