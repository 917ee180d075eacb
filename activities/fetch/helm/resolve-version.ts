import {
  type Constraint,
  checkVersion,
  compareVersions,
  parseConstraint,
  parseVersion,
  type Version,
} from '../../../api/formats/semver.ts';
import type { ChartVersion } from './contract.ts';

const NUMBER = '(?:0|[1-9]\\d*)';
const STRICT = new RegExp(`^v?${NUMBER}\\.${NUMBER}\\.${NUMBER}(?:[-+]|$)`);
const SHOWN = 3;

/** Why no version was chosen, as half a sentence. */
export interface NoVersion {
  readonly problem: string;
}

/** Reads a version of three parts, as Flux asks for it of what is published; `v` may stand before it. */
export function parseStrict(text: string): Version | undefined {
  return STRICT.test(text) ? parseVersion(text) : undefined;
}

/**
 * The version of a chart that Flux takes for `range` (helm's words: an exact version as it is written, otherwise a
 * range by Masterminds' rules, of which the newest match counts; empty and `*` are the newest that is no prerelease).
 * `versions` are newest first.
 */
export function chooseVersion(
  versions: Iterable<ChartVersion>,
  chart: string,
  range: string,
): ChartVersion | NoVersion {
  const constraint = parseConstraint(range === '' ? '*' : range);
  // Only what is a version itself can be met word for word.
  const isVersion = parseVersion(range) !== undefined;
  const passed: Seen[] = [];
  let best: ChartVersion | undefined;
  for (const candidate of versions) {
    if (candidate.version === range) return candidate;
    const version = parseStrict(candidate.version);
    if (version && constraint && checkVersion(version, constraint)) best ??= candidate;
    else if (version) passed.push({ text: candidate.version, version });
    if (best && !isVersion) break;
  }
  return best ?? { problem: whyNone(passed, chart, range, constraint) };
}

interface Seen {
  readonly text: string;
  readonly version: Version;
}

function whyNone(
  seen: readonly Seen[],
  chart: string,
  range: string,
  constraint: Constraint | undefined,
): string {
  if (!constraint) return `improper constraint: ${JSON.stringify(range.slice(0, 80))} is no range`;
  return `no '${chart}' chart with version matching '${range}' found${nearest(seen, range, constraint)}`;
}

/** Names what there is instead: around the version that the range speaks of, or the newest. */
function nearest(seen: readonly Seen[], range: string, constraint: Constraint): string {
  if (seen.length === 0) return '; it has no version that could match any range';
  const bound = parseVersion(/\d+(?:\.\d+){0,2}/.exec(range)?.[0] ?? '');
  const from = bound ? seen.findIndex(({ version }) => compareVersions(version, bound) <= 0) : 0;
  const middle = from < 0 ? seen.length : from;
  const start = Math.max(0, Math.min(middle - 1, seen.length - SHOWN));
  const names = seen.slice(start, start + SHOWN).map(({ text }) => text);
  const ofMany = seen.length > SHOWN ? ` of ${seen.length}` : '';
  return `; the nearest there are${ofMany}: ${names.join(', ')}${prereleaseHint(seen, constraint)}`;
}

function prereleaseHint(seen: readonly Seen[], constraint: Constraint): string {
  const admitting = { groups: constraint.groups.map((group) => ({ ...group, allowsPrerelease: true })) };
  const isOneLeftOut = seen.some(
    ({ version }) => version.prerelease !== '' && checkVersion(version, admitting),
  );
  return isOneLeftOut ? '; prereleases count only where the range names one, as >=1.0.0-0 does' : '';
}
