import { expect, it } from 'vitest';
import { parseGoFloat } from '../../../../../activities/image/policy/go-float.ts';
import { golden } from '../../../../support/golden.ts';

interface Row {
  readonly text: string;
  readonly bits: string | null;
}

const { rows } = golden<null, Row>('activities/image/policy/fixtures/image-number.json');

function bitsOf(number: number | undefined): string | null {
  if (number === undefined) return null;
  if (Number.isNaN(number)) return 'NaN';
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(number);
  return bytes.toString('hex');
}

// Go's own NaN has a bit that JavaScript's has not.
const GO_NAN = '7ff8000000000001';

it('numbers are those of strconv.ParseFloat, to the last bit', () => {
  const ours = rows.map(({ text }) => ({ text, bits: bitsOf(parseGoFloat(text)) }));

  expect(ours).toEqual(rows.map((row) => (row.bits === GO_NAN ? { ...row, bits: 'NaN' } : row)));
  expect(rows.filter(({ bits }) => bits !== null).length).toBeGreaterThan(500);
});

it('a text of many digits that is no number is told in no time', () => {
  const long = `${'1'.repeat(200_000)}x`;

  expect([long, `0x${long}`, `1e${long}`, `1_${long}`].map(parseGoFloat)).toEqual(Array(4).fill(undefined));
});
