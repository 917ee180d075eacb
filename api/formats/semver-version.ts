/** Versions as Masterminds/semver v3.5 reads and orders them. */
export interface Version {
  readonly major: bigint;
  readonly minor: bigint;
  readonly patch: bigint;
  /** Dot-separated identifiers without the leading hyphen; empty for a release. */
  readonly prerelease: string;
}

// The original's bounds.
const LONGEST_VERSION = 256;
const MAX_UINT64 = (1n << 64n) - 1n;

const IDENTIFIERS = '[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*';
/** What may follow the numbers of a version, as the source of a regular expression. */
export const SUFFIX = `(?:-(?<pre>${IDENTIFIERS}))?(?:\\+${IDENTIFIERS})?`;
const versionPattern = new RegExp(
  `^v?(?<major>[0-9]+)(?:\\.(?<minor>[0-9]+))?(?:\\.(?<patch>[0-9]+))?${SUFFIX}$`,
);

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

/** Puts a version together from digits; left out parts are zero. Undefined when a number is too large or a prerelease has a leading zero. */
export function versionOf(
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

function comparePrereleases(a: string, b: string): number {
  if (a === '' || b === '') return Number(a === '') - Number(b === '');
  return comparePrereleaseParts(a, b);
}

/** Compares prereleases identifier by identifier, not minding that none at all comes last. */
export function comparePrereleaseParts(a: string, b: string): number {
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
