import { setImmediate as breathe } from 'node:timers/promises';
import { compileRegExp, RegExpError } from '../../../api/formats/regexp.ts';
import type { ImageRepository } from '../../../api/image-repository.ts';
import { Reason } from '../../../api/reasons.ts';
import { failed } from '../../failures.ts';

const DEFAULT_LIST: readonly string[] = ['^.*\\.sig$'];
// Some milliseconds of matching; the process has more to do.
const TAGS_AT_ONCE = 2000;

/** The patterns of tags that are left out; an empty list means the default, as with Flux. */
export function exclusionListOf({ spec }: Pick<ImageRepository, 'spec'>): readonly string[] {
  return spec.exclusionList.length > 0 ? spec.exclusionList : DEFAULT_LIST;
}

/**
 * The tags that no pattern matches anywhere, in their order. Throws ReadOperationFailed that names a pattern which is
 * none of RE2.
 */
export async function withoutExcluded(
  tags: readonly string[],
  patterns: readonly string[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  const isExcluded = patterns.map(matcherOf);
  const kept: string[] = [];
  for (const [index, tag] of tags.entries()) {
    if (index % TAGS_AT_ONCE === 0) await breathe(undefined, { signal });
    if (!isExcluded.some((matches) => matches(tag))) kept.push(tag);
  }
  return kept;
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
      `scan failed: failed to compile regex ${pattern.slice(0, 300)}: ${error.message}; correct ${where}`,
    );
  }
}
