import { comparePrereleaseParts, compareVersions, type Version } from './semver-version.ts';

/** One condition of a range, such as `>=1.2`. */
export interface Comparison {
  readonly operator: Operator;
  readonly version: Version;
  /** The first part that is a wildcard or left out: `1.x` and `1` are wild from the minor part on. */
  readonly wildFrom: 'major' | 'minor' | 'patch' | undefined;
}

export type Operator = '=' | '!=' | '>' | '<' | '>=' | '<=' | '~' | '^';

/** Whether a version meets the condition; that prereleases may count at all is for the range to say. */
export function satisfies(version: Version, comparison: Comparison): boolean {
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
