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
  const read = readConstraint(range);
  return typeof read === 'string' ? undefined : read;
}

/** As {@link parseConstraint}; answers what is wrong with the range otherwise, in the words of the original. */
export function readConstraint(range: string): Constraint | string {
  if (Buffer.byteLength(range) > LONGEST_CONSTRAINT) {
    return `constraint string is too long (max ${LONGEST_CONSTRAINT} bytes)`;
  }
  const texts = range.replace(hyphenRange, '>= $1, <= $2 ').split('||');
  if (texts.length > MOST_GROUPS) return `too many constraint groups (max ${MOST_GROUPS})`;
  const groups: ConstraintGroup[] = [];
  for (const text of texts) {
    const comparisons = parseGroup(text);
    if (typeof comparisons === 'string') return comparisons;
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

/** The comparisons of a group, or why it has none: all of it is read before any number is found to be too large. */
function parseGroup(group: string): Comparison[] | string {
  const text = group.replace(outerSpace, '');
  const comparisons: (Comparison | undefined)[] = [];
  for (let position = 0; ; position = separatorPattern.lastIndex) {
    comparisonPattern.lastIndex = position;
    const parts = comparisonPattern.exec(text)?.groups;
    const operator = OPERATORS[parts?.['operator'] ?? ''];
    if (!parts || !operator) return improper(group);
    comparisons.push(comparisonOf(operator, parts));
    separatorPattern.lastIndex = comparisonPattern.lastIndex;
    if (comparisonPattern.lastIndex === text.length) break;
    if (!separatorPattern.test(text)) return improper(group);
  }
  const readable = comparisons.filter((comparison) => comparison !== undefined);
  return readable.length === comparisons.length ? readable : 'constraint parser error';
}

function improper(group: string): string {
  // A space that is none looks like one.
  const shown = JSON.stringify(group).replace(/[^\P{Z} ]/gu, (space) => {
    return `\\u${space.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
  return `improper constraint: ${shown}`;
}

function comparisonOf(
  operator: Operator,
  { major, minor, patch, pre }: Record<string, string | undefined>,
): Comparison | undefined {
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
