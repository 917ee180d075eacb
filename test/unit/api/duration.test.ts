import { describe, expect, it } from 'vitest';
import { formatDuration, parseDuration } from '../../../api/duration.ts';
import { golden } from '../../support/golden.ts';

interface Row {
  readonly text: string;
  readonly nanoseconds?: string;
  readonly formatted?: string;
}

const { rows } = golden<null, Row>('api/fixtures/duration.json');

describe('durations agree with Go', () => {
  it.each(rows)('"$text"', ({ text, nanoseconds }) => {
    expect(parseDuration(text)).toBe(nanoseconds === undefined ? undefined : Number(nanoseconds) / 1e6);
  });

  // Beyond some days a number of milliseconds cannot hold every nanosecond.
  const short = rows.filter(({ nanoseconds }) => Math.abs(Number(nanoseconds)) < 1e15);

  it.each(short)('"$text" is written $formatted', ({ text, formatted }) => {
    expect(formatDuration(parseDuration(text) ?? Number.NaN)).toBe(formatted);
  });

  it('takes time in the length of the text', () => {
    expect(parseDuration('1'.repeat(1_000_000))).toBeUndefined();
    expect(parseDuration(`0.${'1'.repeat(1_000_000)}h`)).toBeCloseTo(400_000, 0);
  });
});
