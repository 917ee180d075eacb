import { describe, expect, it } from 'vitest';
import {
  checkVersion,
  compareVersions,
  latestMatching,
  parseConstraint,
  parseVersion,
} from '../../../../api/formats/semver.ts';
import { golden } from '../../../support/golden.ts';

interface Row {
  readonly range: string;
  readonly valid: boolean;
  readonly matches: string[];
  readonly invalid: string[];
}

const table = golden<string[], Row>('api/formats/fixtures/semver.json');

describe('ranges agree with Masterminds/semver', () => {
  it.each(table.rows)('$range', ({ range, valid, matches, invalid }) => {
    const constraint = parseConstraint(range);
    const versions = table.shared.map((text) => ({ text, version: parseVersion(text) }));

    expect(constraint !== undefined).toBe(valid);
    expect(versions.filter(({ version }) => !version).map(({ text }) => text)).toEqual(invalid);
    const accepted = versions.filter(
      ({ version }) => version && constraint && checkVersion(version, constraint),
    );
    expect(accepted.map(({ text }) => text)).toEqual(matches);
  });
});

describe('versions', () => {
  // The order that semver.org gives, after which the original may not differ.
  const ascending = ['1.0.0-alpha', '1.0.0-alpha.1', '1.0.0-alpha.beta', '1.0.0-beta', '1.0.0-beta.2'].concat(
    ['1.0.0-beta.11', '1.0.0-rc.1', '1.0.0', '1.0.1', '1.1', '2', '10.0.0'],
  );

  it('are in the order of precedence', () => {
    const shuffled = [...ascending].sort();

    shuffled.sort((a, b) => {
      const [left, right] = [parseVersion(a), parseVersion(b)];
      return left && right ? compareVersions(left, right) : Number.NaN;
    });

    expect(shuffled).toEqual(ascending);
  });
});

describe('the latest tag in a range', () => {
  const latest = golden<string[], { range: string; sorted: string[] }>(
    'api/formats/fixtures/semver-latest.json',
  );

  it.each(latest.rows)('of $range is one that Flux sorts last', ({ range, sorted }) => {
    const constraint = parseConstraint(range);

    const tag = constraint && latestMatching(latest.shared, constraint);

    const last = sorted.at(-1);
    expect(tag === undefined).toBe(last === undefined);
    // Tags that differ in build metadata only are equal to Flux until it looks at times.
    expect(tag && parseVersion(tag)).toEqual(last && parseVersion(last));
  });

  it('is the younger one of tags that differ in build metadata only', () => {
    const times = new Map([
      ['1.0.0+b', 1],
      ['1.0.0+a', 2],
    ]);
    const constraint = parseConstraint('1.x') ?? { groups: [] };

    expect(latestMatching(times.keys(), constraint, (tag) => times.get(tag) ?? 0)).toBe('1.0.0+a');
    expect(latestMatching(times.keys(), constraint)).toBe('1.0.0+b');
  });
});
