import { describe, expect, it } from 'vitest';
import { compileRegExp, RegExpError, wholeMatcher } from '../../../../api/formats/regexp.ts';
import { golden } from '../../../support/golden.ts';

interface Row {
  readonly pattern: string;
  readonly valid: boolean;
  readonly found: string[];
  readonly whole: string[];
}

const { shared: texts, rows } = golden<string[], Row>('api/formats/fixtures/regexp.json');

describe('regular expressions agree with Go', () => {
  it.each(rows.filter(({ valid }) => valid))('$pattern', ({ pattern, found, whole }) => {
    const expression = compileRegExp(pattern);

    expect(texts.filter((text) => expression.matcher(text).find())).toEqual(found);
    expect(texts.filter(wholeMatcher(pattern))).toEqual(whole);
  });

  it.each(rows.filter(({ valid }) => !valid))('that $pattern is none', ({ pattern }) => {
    expect(() => compileRegExp(pattern)).toThrow(RegExpError);
    expect(() => wholeMatcher(pattern)).toThrow(RegExpError);
  });

  it('refuses a pattern of more than 1 KiB', () => {
    expect(() => compileRegExp('é'.repeat(513))).toThrow('longer than 1024 bytes');
  });

  it('matches everything without a pattern', () => {
    expect(wholeMatcher(undefined)('x')).toBe(true);
  });
});
