/**
 * Versions and version ranges as Flux reads them, which is Masterminds/semver v3.5 for Go and differs from
 * npm's rules: commas, `!=`, `=>`, leading zeros and prereleases (see the table generated from the original).
 */

export interface Version {
  readonly major: bigint;
  readonly minor: bigint;
  readonly patch: bigint;
  /** Dot-separated identifiers without the leading hyphen; empty for a release. */
  readonly prerelease: string;
}

export interface Constraint {
  /** Alternatives (`||`): one of them has to hold. */
  readonly groups: readonly ConstraintGroup[];
}

interface ConstraintGroup {
  readonly comparisons: readonly Comparison[];
  /** A prerelease matches only where the group itself names one. */
  readonly allowsPrerelease: boolean;
}

interface Comparison {
  readonly operator: Operator;
  readonly version: Version;
  /** The first part that is a wildcard or left out: `1.x` and `1` are wild from the minor part on. */
  readonly wildFrom: 'major' | 'minor' | 'patch' | undefined;
}

type Operator = '=' | '!=' | '>' | '<' | '>=' | '<=' | '~' | '^';

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
const LONGEST_VERSION = 256;
const LONGEST_CONSTRAINT = 512;
const MOST_GROUPS = 32;
const MAX_UINT64 = (1n << 64n) - 1n;

// Go's \s; JavaScript's has more.
const SPACE = '[\\t\\n\\f\\r ]';
const IDENTIFIERS = '[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*';
const SUFFIX = `(?:-(?<pre>${IDENTIFIERS}))?(?:\\+${IDENTIFIERS})?`;
const WILD_PART = '[0-9xX*|]+';
const WILD_VERSION = `v?(?<major>${WILD_PART})(?:\\.(?<minor>${WILD_PART}))?(?:\\.(?<patch>${WILD_PART}))?${SUFFIX}`;

const versionPattern = new RegExp(
  `^v?(?<major>[0-9]+)(?:\\.(?<minor>[0-9]+))?(?:\\.(?<patch>[0-9]+))?${SUFFIX}$`,
);
const comparisonPattern = new RegExp(`(?<operator>[=!<>~^]*)${SPACE}*${WILD_VERSION}`, 'y');
const separatorPattern = new RegExp(`${SPACE}*,${SPACE}*|${SPACE}+`, 'y');
const outerSpace = new RegExp(`^${SPACE}+|${SPACE}+$`, 'g');
const unnamed = WILD_VERSION.replace(/\?<\w+>/g, '?:');
const hyphenRange = new RegExp(`${SPACE}*(${unnamed})${SPACE}+-${SPACE}+(${unnamed})${SPACE}*`, 'g');

/** Reads a version with an optional leading `v`; `1.2` is `1.2.0`, leading zeros are dropped. Undefined when it is none. */
export function parseVersion(text: string): Version | undefined {
  const parts = text.length <= LONGEST_VERSION ? versionPattern.exec(text)?.groups : undefined;
  return parts && versionOf(parts['major'], parts['minor'], parts['patch'], parts['pre']);
}

/** Negative, zero or positive, in the order of semver: build metadata does not count. */
export function compareVersions(a: Version, b: Version): number {
  return (
    compareIntegers(a.major, b.major) ||
    compareIntegers(a.minor, b.minor) ||
    compareIntegers(a.patch, b.patch) ||
    comparePrereleases(a.prerelease, b.prerelease)
  );
}

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

function versionOf(
  major: string | undefined,
  minor: string | undefined,
  patch: string | undefined,
  prerelease: string | undefined,
): Version | undefined {
  const [first, second, third] = [major, minor, patch].map((part) => segment(part ?? '0'));
  if (first === undefined || second === undefined || third === undefined) return undefined;
  if (prerelease?.split('.').some((part) => /^0[0-9]+$/.test(part))) return undefined;
  return { major: first, minor: second, patch: third, prerelease: prerelease ?? '' };
}

function segment(digits: string): bigint | undefined {
  if (!/^[0-9]+$/.test(digits)) return undefined;
  const value = BigInt(digits);
  return value <= MAX_UINT64 ? value : undefined;
}

function satisfies(version: Version, comparison: Comparison): boolean {
  const order = compareVersions(version, comparison.version);
  switch (comparison.operator) {
    case '<':
      return order < 0;
    case '>=':
      return order >= 0;
    case '>':
      return isGreater(version, comparison, order);
    case '<=':
      return isLessOrEqual(version, comparison, order);
    case '=':
      return comparison.wildFrom ? isInTilde(version, comparison, order) : order === 0;
    case '!=':
      return isUnequal(version, comparison, order);
    case '~':
      return isInTilde(version, comparison, order);
    case '^':
      return isInCaret(version, comparison, order);
  }
}

/** `>11` starts at 12.0.0 and `>11.1` at 11.2.0. */
function isGreater(version: Version, { version: bound, wildFrom }: Comparison, order: number): boolean {
  if (!wildFrom || version.major !== bound.major) return order > 0;
  if (wildFrom === 'minor') return false;
  return wildFrom === 'patch' ? version.minor > bound.minor : order > 0;
}

/** `<=11` includes 11.9.9. `<=*` is bound by the zeros it stands for, as in the original. */
function isLessOrEqual(version: Version, { version: bound, wildFrom }: Comparison, order: number): boolean {
  if (!wildFrom) return order <= 0;
  if (version.major !== bound.major) return version.major < bound.major;
  return wildFrom === 'minor' || version.minor <= bound.minor;
}

function isUnequal(version: Version, { version: bound, wildFrom }: Comparison, order: number): boolean {
  if (wildFrom !== 'minor' && wildFrom !== 'patch') return order !== 0;
  if (version.major !== bound.major) return true;
  if (wildFrom === 'minor') return false;
  if (version.minor !== bound.minor) return true;
  return comparePrereleaseParts(version.prerelease, bound.prerelease) !== 0;
}

/** `~1.2.3` is below 1.3.0, `~1` below 2.0.0; `~0.0.0` and `*` have no upper end. */
function isInTilde(version: Version, { version: bound, wildFrom }: Comparison, order: number): boolean {
  if (order < 0) return false;
  const isZero = bound.major === 0n && bound.minor === 0n && bound.patch === 0n;
  if (isZero && wildFrom !== 'minor' && wildFrom !== 'patch') return true;
  return version.major === bound.major && (wildFrom === 'minor' || version.minor === bound.minor);
}

/** `^1.2.3` is below 2.0.0, `^0.2.3` below 0.3.0, `^0.0.3` only itself. */
function isInCaret(version: Version, { version: bound, wildFrom }: Comparison, order: number): boolean {
  if (order < 0 || version.major !== bound.major) return false;
  if (bound.major > 0n || wildFrom === 'minor') return true;
  if (version.minor !== bound.minor) return false;
  return bound.minor > 0n || wildFrom === 'patch' || version.patch === bound.patch;
}

function comparePrereleases(a: string, b: string): number {
  if (a === '' || b === '') return Number(a === '') - Number(b === '');
  return comparePrereleaseParts(a, b);
}

function comparePrereleaseParts(a: string, b: string): number {
  const [left, right] = [a.split('.'), b.split('.')];
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const order = compareIdentifiers(left[index] ?? '', right[index] ?? '');
    if (order !== 0) return order;
  }
  return 0;
}

/** Numbers come before words, a missing identifier before both. */
function compareIdentifiers(a: string, b: string): number {
  if (a === b) return 0;
  if (a === '' || b === '') return a === '' ? -1 : 1;
  const [left, right] = [segment(a), segment(b)];
  if (left !== undefined && right !== undefined) return compareIntegers(left, right);
  if (left === undefined && right === undefined) return a > b ? 1 : -1;
  return left === undefined ? 1 : -1;
}

function compareIntegers(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
