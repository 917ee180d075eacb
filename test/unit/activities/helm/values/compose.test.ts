import { describe, expect, it } from 'vitest';
import { composeValues } from '../../../../../activities/helm/values/compose.ts';
import { golden } from '../../../../support/golden.ts';
import { inputOf, type ValuesRow } from '../../../../support/values-row.ts';

const { rows } = golden<string, ValuesRow>('activities/helm/values/fixtures/values.json');

const READER = 'the YAML reader of api/formats, whose table has it as well';
const REFUSED_THERE = 'there all of spec.values is dropped without a word: its reader refuses the character';

/** Documents where we differ: what we make of them, and why. */
const DIFFERENT_DOCUMENTS = new Map<string, readonly [ours: string, why: string]>([
  ...[
    '!foo 5',
    '!!binary aGk=',
    '!!timestamp 2020-01-01',
    '!a',
    '!!set {b}\n',
    '!!omap [b: 1]\n',
    '!x {b: 1}\n',
  ].map((value) => [`a: ${value}`, ['refused', READER]] as const),
  ['!!merge <<: {a: 1}\n', ['refused', READER]],
  [' a: 1\nb: 2\n', ['refused', READER]],
  ['a: [\n1,\n2\n]\n', ['refused', READER]],
  ['a: "multi\n\nline"\n', ['refused', READER]],
  ['a: "x \\\n\\  y"\n', ['refused', READER]],
  ['a: 1\rb: 2\r', ['refused', READER]],
  ['a: &a b\n*a: c\n', ['refused', READER]],
  ['%YAML 1.2\n---\na: 1\n', ['a: 1\n', READER]],
  ['a: &b-c_d.e 1\nf: *b-c_d.e\n', ['a: 1\nf: 1\n', READER]],
]);

/** Characters in spec.values, as they are and not escaped, that make a difference. */
const DIFFERENT_CHARACTERS = new Map([
  ['\x7f', REFUSED_THERE],
  ['\x80', REFUSED_THERE],
  ['\ufffe', REFUSED_THERE],
  ['\uffff', REFUSED_THERE],
  ['a\u0085b', 'there it is a line break, which becomes a space or a key that cannot be read'],
]);

function isDifferent({ yaml, values = '', set }: ValuesRow): boolean {
  return (
    (yaml?.length === 1 && set === undefined && DIFFERENT_DOCUMENTS.has(yaml[0] ?? '')) ||
    [...DIFFERENT_CHARACTERS.keys()].some((text) => values.includes(text))
  );
}

describe('values agree with fluxcd/pkg/chartutil', () => {
  const comparable = rows.filter((row) => !isDifferent(row));

  it.each(comparable.filter(({ digest }) => digest))('%j', async (row) => {
    const { encoded, digest } = await composeValues(inputOf(row));

    // Long texts are in the table by their digest only.
    expect(encoded).toBe(row.encoded ?? encoded);
    expect(digest).toBe(row.digest);
  });

  it.each(comparable.filter(({ refused }) => refused))('%j', async (row) => {
    await expect(composeValues(inputOf(row))).rejects.toMatchObject({
      type: 'ValuesError',
      nonRetryable: true,
    });
  });

  it.each([...DIFFERENT_DOCUMENTS])('but not for %j', async (yaml, [ours]) => {
    const composing = composeValues(inputOf({ yaml: [yaml] }));

    expect(rows.some((row) => row.yaml?.[0] === yaml)).toBe(true);
    expect(
      await composing.then(
        ({ encoded }) => encoded,
        () => 'refused',
      ),
    ).toBe(ours);
  });

  it.each([...DIFFERENT_CHARACTERS])('but not for %j in spec.values', async (text) => {
    const values = JSON.stringify({ [text]: text });

    const { json } = await composeValues(inputOf({ values }));

    expect(rows.some((row) => row.values?.includes(text))).toBe(true);
    expect(JSON.parse(json)).toEqual(JSON.parse(values));
  });
});
