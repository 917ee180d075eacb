import { describe, expect, it } from 'vitest';
import { compileFilter } from '../../../../../activities/image/policy/filter.ts';
import { Reason } from '../../../../../api/reasons.ts';
import { golden } from '../../../../support/golden.ts';

interface Row {
  readonly pattern: string;
  readonly extract: string;
  readonly valid: boolean;
  readonly texts: readonly (string | null)[];
}

const { shared: tags, rows } = golden<readonly string[], Row>(
  'activities/image/policy/fixtures/image-extract.json',
);

function grouped(some: readonly Row[]): [string, Row[]][] {
  const groups = new Map<string, Row[]>();
  for (const row of some) groups.set(row.pattern, [...(groups.get(row.pattern) ?? []), row]);
  return [...groups];
}

describe('what tags are compared by agrees with Go', () => {
  it.each(grouped(rows.filter(({ valid }) => valid)))('for the pattern %j', (pattern, ofPattern) => {
    const ours = ofPattern.map(({ extract, ...row }) => {
      const filter = compileFilter({ pattern, extract });
      return { ...row, extract, texts: tags.map((tag) => filter(tag) ?? null) };
    });

    expect(ours).toEqual(ofPattern);
  });

  it.each(grouped(rows.filter(({ valid }) => !valid)))('that %j is no pattern', (pattern) => {
    expect(() => compileFilter({ pattern })).toThrow(`invalid regular expression pattern '${pattern}'`);
  });

  it('in hundreds of rows', () => {
    expect(rows.length).toBeGreaterThan(900);
  });
});

describe('a filter', () => {
  it('that is no regular expression stalls the policy with the words of Go', () => {
    expect(() => compileFilter({ pattern: '^v(' })).toThrow(
      expect.objectContaining({
        type: Reason.InvalidPolicy,
        message:
          "failed to filter tags: invalid regular expression pattern '^v(': error parsing regexp: missing closing ): `^v(`; correct spec.filterTags.pattern",
        details: [{ stalled: true }],
      }),
    );
  });

  it('without a pattern lets every tag through', () => {
    expect(compileFilter({})('latest')).toBe('latest');
  });

  it('whose pattern is longer than 1 KiB is refused', () => {
    expect(() => compileFilter({ pattern: 'x'.repeat(1025) })).toThrow('longer than 1024 bytes');
  });

  it('whose template is longer than 1 KiB is refused', () => {
    const message = 'failed to filter tags: spec.filterTags.extract is longer than 1024 bytes';

    expect(() => compileFilter({ pattern: '.', extract: 'x'.repeat(1025) })).toThrow(message);
  });

  it('does not make much of little', () => {
    const filter = compileFilter({ pattern: '.*', extract: '$0'.repeat(512) });

    expect(filter('a')).toBe('a'.repeat(512));
    expect(() => filter('ab')).toThrow("makes more than 512 characters of the tag 'ab'");
  });
});
