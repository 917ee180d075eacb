import type { Budget } from './budget.ts';
import { runeToBytes } from './byte-text.ts';
import { Refusal } from './errors.ts';
import { formatFloat } from './float-format.ts';
import { type Flags, pad } from './print-flags.ts';
import { isPrintable, quoteRune } from './quote.ts';
import type { GoInteger } from './value.ts';

const LARGEST_RUNE = 0x10ffff;
const REPLACEMENT = 0xfffd;
const BASES: Readonly<Record<string, number>> = { v: 10, d: 10, b: 2, o: 8, O: 8, x: 16, X: 16 };
const PREFIXES: Readonly<Record<number, string>> = { 2: '0b', 16: '0x' };

/** An integer by its verb; undefined for a verb that is not for integers. */
export function formatInteger(
  number: GoInteger,
  verb: string,
  flags: Flags,
  budget: Budget,
): string | undefined {
  const { value, type } = number;
  if ('cqU'.includes(verb)) return formatRune(value, verb, flags, budget);
  if (verb === 'v' && flags.sharpV && type.startsWith('u')) {
    return formatInteger(number, 'x', { ...flags, sharp: true }, budget);
  }
  const base = Object.hasOwn(BASES, verb) ? BASES[verb] : undefined;
  if (!base) return undefined;
  if (flags.precision === 0 && value === 0n) return pad('', flags, budget, false);
  const sign = signOf(value < 0n, flags);
  budget.spendText(Math.max(flags.precision ?? 0, flags.width ?? 0));
  const digits = (value < 0n ? -value : value).toString(base).padStart(leastDigits(sign, flags), '0');
  return pad(inCaseOf(verb, sign + prefixOf(base, verb, digits, flags) + digits), flags, budget, false);
}

/** Letters of numbers are as large as that of the verb. */
function inCaseOf(verb: string, number: string): string {
  return 'XEG'.includes(verb) ? number.toUpperCase().replace('INF', 'Inf').replace('NAN', 'NaN') : number;
}

function formatRune(value: bigint, verb: string, flags: Flags, budget: Budget): string {
  if (verb === 'U') return pad(unicodeName(BigInt.asUintN(64, value), flags), flags, budget, false);
  const rune = value < 0n || value > LARGEST_RUNE ? REPLACEMENT : Number(value);
  const text = verb === 'c' ? runeToBytes(rune) : `'${quoteRune(rune, "'", flags.plus)}'`;
  return pad(text, flags, budget);
}

function signOf(isNegative: boolean, flags: Flags): string {
  if (isNegative) return '-';
  return flags.plus ? '+' : flags.space ? ' ' : '';
}

function leastDigits(sign: string, flags: Flags): number {
  if (flags.precision !== undefined) return flags.precision;
  return flags.zero && !flags.minus ? (flags.width ?? 0) - sign.length : 0;
}

function prefixOf(base: number, verb: string, digits: string, flags: Flags): string {
  const octal = base === 8 && flags.sharp && !digits.startsWith('0') ? '0' : '';
  return (verb === 'O' ? '0o' : '') + (flags.sharp ? (PREFIXES[base] ?? octal) : '');
}

function unicodeName(value: bigint, flags: Flags): string {
  const digits = value.toString(16).toUpperCase();
  const shown = flags.sharp && value <= LARGEST_RUNE && isPrintable(Number(value));
  const suffix = shown ? ` '${runeToBytes(Number(value))}'` : '';
  return `U+${digits.padStart(Math.max(flags.precision ?? 4, 4), '0')}${suffix}`;
}

/** A float by its verb; undefined for a verb that is not for floats. Throws `Refusal` for binary and hexadecimal. */
export function formatFloatVerb(
  value: number,
  verb: string,
  flags: Flags,
  budget: Budget,
): string | undefined {
  if ('bxX'.includes(verb)) throw new Refusal(`printf writes no floats by %${verb}; use %g or %f`);
  if (!'veEfFgG'.includes(verb)) return undefined;
  const kind = verb === 'v' ? 'g' : verb.toLowerCase();
  if (kind !== 'e' && kind !== 'f' && kind !== 'g') return undefined;
  if (flags.sharp) throw new Refusal(`printf writes no floats by %#${verb}; leave out the "#"`);
  budget.spendText(flags.precision ?? 0);
  const number = formatFloat(value, kind, flags.precision ?? (kind === 'g' ? -1 : 6));
  return padFloat(inCaseOf(verb, number), flags, budget);
}

function padFloat(number: string, flags: Flags, budget: Budget): string {
  const isFinite = !/[IN]/.test(number);
  const unsigned = number.replace(/^[+-]/, '');
  const sign = signOf(number.startsWith('-'), flags);
  const shownSign = unsigned === 'Inf' && !sign ? '+' : sign;
  if (!isFinite || !flags.zero || flags.minus) return pad(shownSign + unsigned, flags, budget, isFinite);
  const width = flags.width === undefined ? undefined : Math.max(flags.width - shownSign.length, 0);
  return shownSign + pad(unsigned, { ...flags, width }, budget);
}
