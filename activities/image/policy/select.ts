import type { ImagePolicySpec } from '../../../api/image-policy.ts';
import { Reason } from '../../../api/reasons.ts';
import { failed, stalled } from '../../failures.ts';
import { visitInTurns } from '../repository/in-turns.ts';
import { latestAlphabetical } from './alphabetical.ts';
import { compileFilter, type TagFilter } from './filter.ts';
import { latestNumerical } from './numerical.ts';
import { compileRange, latestSemver } from './semver.ts';

/** How a policy chooses among tags. */
export type Choice = Pick<ImagePolicySpec, 'policy' | 'filterTags'>;

// Flux's words, behind which we say what to do.
const NO_CHOICE = 'invalid policy: given ImagePolicyChoice object is invalid';
const NO_TAGS = 'version list argument cannot be empty';
const NO_LATEST = 'unable to determine latest version from provided list';
const NO_VERSION = 'no tag is a version in spec.policy.semver.range: correct it, or push one that is';

type Latest = (texts: readonly string[]) => string | undefined;

/** Bounds of one selection. */
export interface SelectOptions {
  readonly signal: AbortSignal;
  /** Milliseconds in which all tags have to be matched. */
  readonly budgetMs?: number;
}

/** What matching may take at most, in milliseconds. */
export const BUDGET_MS = 10_000;

/**
 * The tag that a policy chooses, as the reflector does. Where it leaves a choice open, because it goes through filtered
 * tags in no order, ours is the one that it makes for tags which are not filtered. Throws stalled InvalidPolicy for a
 * policy that can choose nothing, and Failure when none of the tags can be chosen.
 */
export async function selectTag(
  { policy, filterTags }: Choice,
  tags: readonly string[],
  options: SelectOptions,
): Promise<string> {
  const latest = compilePolicy(policy);
  const filter = filterTags && compileFilter(filterTags);
  // The reflector keeps tags downwards; of two that are compared by the same text its last one stays.
  const kept = filter && (await filtered(downwards(tags), filter, options));
  const candidates = downwards(kept?.keys() ?? tags);
  if (candidates.length === 0) throw nothingLeft(filter !== undefined);
  const chosen = latest(candidates);
  const tag = kept && chosen !== undefined ? kept.get(chosen) : chosen;
  if (tag === undefined) throw failed(Reason.Failure, `${NO_LATEST}; ${NO_VERSION}`);
  return tag;
}

/** Throws stalled InvalidPolicy for what {@link selectTag} refuses whatever the tags are. */
export function assertChoice({ policy, filterTags }: Choice): void {
  compilePolicy(policy);
  if (filterTags) compileFilter(filterTags);
}

function compilePolicy({ semver, alphabetical, numerical }: Choice['policy']): Latest {
  if (semver) {
    const range = compileRange(semver.range);
    return (texts) => latestSemver(texts, range);
  }
  if (alphabetical) {
    const descending = isDescending(alphabetical.order);
    return (texts) => latestAlphabetical(texts, descending);
  }
  if (numerical) {
    const descending = isDescending(numerical.order);
    return (texts) => latestNumerical(texts, descending);
  }
  throw stalled(
    Reason.InvalidPolicy,
    `${NO_CHOICE}; set one of semver, alphabetical and numerical in spec.policy`,
  );
}

function isDescending(order: string | undefined): boolean {
  const upper = (order || 'asc').toUpperCase();
  if (upper === 'ASC' || upper === 'DESC') return upper === 'DESC';
  const message = `invalid policy: invalid order argument provided: '${upper}', must be one of: ASC, DESC`;
  throw stalled(Reason.InvalidPolicy, message);
}

/** The matching tags by what they are compared by. */
async function filtered(
  tags: readonly string[],
  filter: TagFilter,
  { signal, budgetMs = BUDGET_MS }: SelectOptions,
): Promise<Map<string, string>> {
  const kept = new Map<string, string>();
  const keep = (tag: string) => {
    const text = filter(tag);
    if (text !== undefined) kept.set(text, tag);
  };
  await visitInTurns(tags, keep, { signal, budgetMs, tooSlow: () => tooSlow(budgetMs, tags.length) });
  return kept;
}

function nothingLeft(isFiltered: boolean): Error {
  const advice = '; no tag matches spec.filterTags.pattern: correct it, or push one that does';
  return failed(Reason.Failure, `${NO_TAGS}${isFiltered ? advice : ''}`);
}

function tooSlow(budgetMs: number, count: number): Error {
  return failed(
    Reason.Failure,
    `matching ${count} tags with spec.filterTags.pattern takes longer than ${budgetMs / 1000} s; simplify the pattern, or scan fewer tags by spec.exclusionList of the ImageRepository`,
  );
}

function downwards(texts: Iterable<string>): string[] {
  return [...texts].sort().reverse();
}
