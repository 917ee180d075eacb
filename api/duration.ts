/** Go's durations, counted in nanoseconds as Go does and handed out in milliseconds. */
const UNIT_NS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1000n,
  µs: 1000n,
  μs: 1000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};

// Go keeps a duration as int64 nanoseconds: about 292 years.
const LONGEST_NS = (1n << 63n) - 1n;
// More digits than any int64 has.
const MOST_DIGITS = 19;

/**
 * Reads a Go duration (`1h30m`, `.5s`, `0`) as milliseconds, by the rules of Go's `time.ParseDuration`.
 * Undefined when it is none, or longer than Go can hold.
 */
export function parseDuration(text: string): number | undefined {
  const negative = text.startsWith('-');
  const rest = text.replace(/^[+-]/, '');
  if (rest === '0') return 0;
  if (!/^(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/.test(rest)) return undefined;
  let total = 0n;
  for (const part of rest.matchAll(/(\d*)\.?(\d*)(ns|us|µs|μs|ms|s|m|h)/g)) {
    total += nanoseconds(part);
    if (total > LONGEST_NS + (negative ? 1n : 0n)) return undefined;
  }
  return Number(negative ? -total : total) / 1e6;
}

function nanoseconds([, whole = '', fraction = '', unit = '']: RegExpExecArray): bigint {
  const digits = whole.replace(/^0+(?=\d)/, '');
  const unitNs = UNIT_NS[unit] ?? 0n;
  if (digits.length > MOST_DIGITS) return LONGEST_NS + 2n;
  return BigInt(digits || '0') * unitNs + fractionOf(fraction, unitNs);
}

function fractionOf(digits: string, unitNs: bigint): bigint {
  let kept = digits.slice(0, MOST_DIGITS);
  if (kept === '') return 0n;
  if (BigInt(kept) > 1n << 63n) kept = kept.slice(0, -1);
  // In doubles, since Go does: a third of an hour is exactly 1,200 s there.
  return BigInt(Math.trunc(Number(kept) * (Number(unitNs) / 10 ** kept.length)));
}

/** Writes milliseconds as Go's `Duration.String` does: `1h0m0s`, `1.5s`, `250ms`. */
export function formatDuration(ms: number): string {
  const ns = BigInt(Math.round(ms * 1e6));
  if (ns === 0n) return '0s';
  if (ns < 0n) return `-${formatDuration(-ms)}`;
  if (ns < 1000n) return `${ns}ns`;
  if (ns < 1_000_000n) return `${decimal(ns, 3)}µs`;
  if (ns < 1_000_000_000n) return `${decimal(ns, 6)}ms`;
  const minutes = ns / 60_000_000_000n;
  const seconds = `${decimal(ns % 60_000_000_000n, 9)}s`;
  if (minutes >= 60n) return `${minutes / 60n}h${minutes % 60n}m${seconds}`;
  return minutes > 0n ? `${minutes}m${seconds}` : seconds;
}

/** `value / 10^places` without trailing zeros. */
function decimal(value: bigint, places: number): string {
  const digits = value.toString().padStart(places + 1, '0');
  const fraction = digits.slice(-places).replace(/0+$/, '');
  return fraction === '' ? digits.slice(0, -places) : `${digits.slice(0, -places)}.${fraction}`;
}
