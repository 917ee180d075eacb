import { compileRegExp, RegExpError } from '../../../api/formats/regexp.ts';
import type { ImageRepository } from '../../../api/image-repository.ts';
import { Reason } from '../../../api/reasons.ts';
import { failed } from '../../failures.ts';
import { visitInTurns } from './in-turns.ts';

const DEFAULT_LIST: readonly string[] = ['^.*\\.sig$'];
/** What matching may take at most, in milliseconds: 25 patterns over 100,000 tags take half of it. */
export const EXCLUSION_BUDGET_MS = 30_000;

/** The patterns of tags that are left out; an empty list means the default, as with Flux. */
export function exclusionListOf({ spec }: Pick<ImageRepository, 'spec'>): readonly string[] {
  return spec.exclusionList.length > 0 ? spec.exclusionList : DEFAULT_LIST;
}

/**
 * The tags that no pattern matches anywhere, in their order. Throws ReadOperationFailed that names a pattern which is
 * none of RE2, and where matching takes longer than `budgetMs` milliseconds.
 */
export async function withoutExcluded(
  tags: readonly string[],
  patterns: readonly string[],
  { signal, budgetMs = EXCLUSION_BUDGET_MS }: { readonly signal: AbortSignal; readonly budgetMs?: number },
): Promise<readonly string[]> {
  const isExcluded = patterns.map(matcherOf);
  const kept: string[] = [];
  const keep = (tag: string) => {
    if (!isExcluded.some((matches) => matches(tag))) kept.push(tag);
  };
  await visitInTurns(tags, keep, { signal, budgetMs, tooSlow: () => tooSlow(budgetMs, tags.length) });
  return kept;
}

function tooSlow(budgetMs: number, count: number): Error {
  const problem = `matching ${count} tags with spec.exclusionList takes longer than ${budgetMs / 1000} s`;
  return failed(Reason.ReadOperationFailed, `scan failed: ${problem}; simplify the patterns`);
}

function matcherOf(pattern: string, index: number): (tag: string) => boolean {
  // What nearly every object has, and costs nothing this way.
  if (pattern === DEFAULT_LIST[0]) return (tag) => tag.endsWith('.sig');
  try {
    const compiled = compileRegExp(pattern);
    return (tag) => compiled.matcher(tag).find();
  } catch (error) {
    if (!(error instanceof RegExpError)) throw error;
    const where = `spec.exclusionList[${index}]`;
    throw failed(
      Reason.ReadOperationFailed,
      `scan failed: failed to compile regex ${pattern.slice(0, 300)}: ${error.detail}; correct ${where}`,
    );
  }
}
