import { describe, expect, it } from 'vitest';
import { SubstituteError, substitute } from '../../../../api/formats/envsubst.ts';
import { golden } from '../../../support/golden.ts';

interface Row {
  readonly text: string;
  readonly strict: string | null;
  readonly lenient: string | null;
}

const { shared: variables, rows } = golden<Record<string, string>, Row>('api/formats/fixtures/envsubst.json');

function outcome(text: string, strict: boolean): string | null {
  try {
    return substitute(text, (name) => variables[name], { strict });
  } catch (error) {
    if (error instanceof SubstituteError) return null;
    throw error;
  }
}

// Go cuts a character in two here and leaves bytes that are no text: its YAML reader fails next.
const DIFFERENT = ['${uni:1}'];

describe('substitution agrees with fluxcd/pkg/envsubst', () => {
  it.each(rows.filter(({ text }) => !DIFFERENT.includes(text)))('$text', ({ text, strict, lenient }) => {
    expect({ strict: outcome(text, true), lenient: outcome(text, false) }).toEqual({ strict, lenient });
  });
});

describe('an error of substitution', () => {
  it.each([
    { text: 'a: 1\nb: ${nobody}\n', message: 'variable "nobody" is not set (line 2)', variable: 'nobody' },
    { text: '${a:=${nobody^^}}', message: 'variable "nobody" is not set (line 1)', variable: 'nobody' },
    { text: '\n\n${v', message: 'no closing brace where it belongs in "${v" (line 3)', variable: undefined },
    { text: '${}', message: 'no variable name', variable: undefined },
    { text: '${v/a}', message: 'no "/" after the pattern', variable: undefined },
  ])('names what is wrong with $text', ({ text, message, variable }) => {
    expect(() => substitute(text, (name) => variables[name], { strict: true })).toThrow(
      expect.objectContaining({ message: expect.stringContaining(message) as string, variable }) as Error,
    );
  });
});

describe('hostile text', () => {
  it('is substituted in linear time', () => {
    const text = '${v}$$x${v%%*a*a*b}'.repeat(20_000);

    const output = substitute(text, () => 'aaaa', { strict: true });

    expect(output.length).toBe(20_000 * 10);
  });

  it.each(['*a*a*a*a*a*a*b', '*?*?*?*?*?b'])('does not stall on the pattern %s', (pattern) => {
    const value = 'a'.repeat(100_000);

    expect(substitute(`\${v##${pattern}}`, () => value, { strict: true })).toBe(value);
  });

  it.each([
    { name: 'grows by replacing', text: '${v//a/${v}}' },
    { name: 'repeats a long value', text: '${v}'.repeat(1000) },
    { name: 'repeats it in a default', text: `\${none:=${'${v}'.repeat(1000)}}` },
    { name: 'nests without end', text: '${none:='.repeat(100_000) },
  ])('that $name is refused', ({ text }) => {
    const value = 'a'.repeat(100_000);

    expect(() => substitute(text, (name) => (name === 'v' ? value : undefined), { strict: true })).toThrow(
      SubstituteError,
    );
  });
});
