import { type Comparison, type Operator, satisfies } from './semver-comparison.ts';
import { compareVersions, parseVersion, SUFFIX, type Version, versionOf } from './semver-version.ts';

export { compareVersions, parseVersion, type Version } from './semver-version.ts';

/**
 * A range of versions as Flux reads it, which is Masterminds/semver v3.5 for Go and differs from npm's rules:
 * commas, `!=`, `=>`, leading zeros and prereleases (see the table generated from the original).
 */
export interface Constraint {
  /** Alternatives (`||`): one of them has to hold. */
  readonly groups: readonly ConstraintGroup[];
}

interface ConstraintGroup {
  readonly comparisons: readonly Comparison[];
  /** A prerelease matches only where the group itself names one. */
  readonly allowsPrerelease: boolean;
}

const OPERATORS: Readonly<Record<string, Operator>> = {
  '': '=',
  '=': '=',
  '!=': '!=',
  '>': '>',
  '<': '<',
  '>=': '>=',
  '=>': '>=',
  '<=': '<=',
  '=<': '<=',
  '~': '~',
  '~>': '~',
  '^': '^',
};

// The original's bounds.
const LONGEST_CONSTRAINT = 512;
const MOST_GROUPS = 32;

// Go's \s; JavaScript's has more.
const SPACE = '[\\t\\n\\f\\r ]';
const WILD_PART = '[0-9xX*|]+';
const WILD_VERSION = `v?(?<major>${WILD_PART})(?:\\.(?<minor>${WILD_PART}))?(?:\\.(?<patch>${WILD_PART}))?${SUFFIX}`;

const comparisonPattern = new RegExp(`(?<operator>[=!<>~^]*)${SPACE}*${WILD_VERSION}`, 'y');
const separatorPattern = new RegExp(`${SPACE}*,${SPACE}*|${SPACE}+`, 'y');
const outerSpace = new RegExp(`^${SPACE}+|${SPACE}+$`, 'g');
const unnamed = WILD_VERSION.replace(/\?<\w+>/g, '?:');
const hyphenRange = new RegExp(`${SPACE}*(${unnamed})${SPACE}+-${SPACE}+(${unnamed})${SPACE}*`, 'g');

/** Reads a range such as `>=1.0.0, <2.0.0 || ^3.x`. Undefined when it is none. */
export function parseConstraint(range: string): Constraint | undefined {
  if (Buffer.byteLength(range) > LONGEST_CONSTRAINT) return undefined;
  const texts = range.replace(hyphenRange, '>= $1, <= $2 ').split('||');
  if (texts.length > MOST_GROUPS) return undefined;
  const groups: ConstraintGroup[] = [];
  for (const text of texts) {
    const comparisons = parseGroup(text.replace(outerSpace, ''));
    if (!comparisons) return undefined;
    groups.push({
      comparisons,
      allowsPrerelease: comparisons.some(({ version }) => version.prerelease !== ''),
    });
  }
  return { groups };
}

/** Whether the version lies in the range. */
export function checkVersion(version: Version, constraint: Constraint): boolean {
  return constraint.groups.some(
    ({ comparisons, allowsPrerelease }) =>
      (version.prerelease === '' || allowsPrerelease) &&
      comparisons.every((comparison) => satisfies(version, comparison)),
  );
}

/**
 * The tag with the highest version in the range, undefined when none is. Only tags of three dot-separated
 * parts count, as Flux picks git tags. Versions that differ only in build metadata are ordered by `timeOf`
 * (the time of the tagged commit), then by the tag's text.
 */
export function latestMatching(
  tags: Iterable<string>,
  constraint: Constraint,
  timeOf: (tag: string) => number = () => 0,
): string | undefined {
  let latest: { tag: string; version: Version } | undefined;
  for (const tag of tags) {
    const version = tag.split('.').length >= 3 ? parseVersion(tag) : undefined;
    if (!version || !checkVersion(version, constraint)) continue;
    const order = latest
      ? compareVersions(version, latest.version) ||
        timeOf(tag) - timeOf(latest.tag) ||
        (tag > latest.tag ? 1 : -1)
      : 1;
    if (order > 0) latest = { tag, version };
  }
  return latest?.tag;
}

function parseGroup(text: string): Comparison[] | undefined {
  const comparisons: Comparison[] = [];
  let position = 0;
  while (true) {
    comparisonPattern.lastIndex = position;
    const parts = comparisonPattern.exec(text)?.groups;
    const comparison = parts && comparisonOf(parts);
    if (!comparison) return undefined;
    comparisons.push(comparison);
    if (comparisonPattern.lastIndex === text.length) return comparisons;
    separatorPattern.lastIndex = comparisonPattern.lastIndex;
    if (!separatorPattern.test(text)) return undefined;
    position = separatorPattern.lastIndex;
  }
}

function comparisonOf(parts: Record<string, string | undefined>): Comparison | undefined {
  const operator = OPERATORS[parts['operator'] ?? ''];
  if (!operator) return undefined;
  const { major, minor, patch, pre } = parts;
  const wildFrom = isWild(major) ? 'major' : isWild(minor) ? 'minor' : isWild(patch) ? 'patch' : undefined;
  // What follows a wildcard is not looked at, but a prerelease is: `2.x-0` admits prereleases.
  const version = versionOf(
    wildFrom === 'major' ? '0' : major,
    wildFrom === 'major' || wildFrom === 'minor' ? '0' : minor,
    wildFrom ? '0' : patch,
    pre,
  );
  return version && { operator, version, wildFrom };
}

function isWild(part: string | undefined): boolean {
  return part === undefined || part === 'x' || part === 'X' || part === '*';
}
