import type { RE2JS } from 're2js';
import { compileRegExp, RegExpError } from '../../../api/formats/regexp.ts';
import type { ImagePolicySpec } from '../../../api/image-policy.ts';
import { Reason } from '../../../api/reasons.ts';
import { stalled } from '../../failures.ts';
import { expandTemplate, type Groups } from './expand.ts';

type FilterTags = NonNullable<ImagePolicySpec['filterTags']>;

/** What a tag is compared by; undefined for one that does not match. */
export type TagFilter = (tag: string) => string | undefined;

/** Reads `spec.filterTags`. Throws stalled InvalidPolicy when its pattern is none. */
export function compileFilter({ pattern = '', extract = '' }: FilterTags): TagFilter {
  const expression = compile(pattern);
  if (extract === '') return (tag) => (expression.test(tag) ? tag : undefined);
  const names = expression.namedGroups();
  return (tag) => {
    const matcher = expression.matcher(tag);
    if (!matcher.find()) return undefined;
    const text: Groups['text'] = (group) =>
      group <= matcher.groupCount() ? matcher.group(group) : undefined;
    return expandTemplate(extract, { names, text });
  };
}

function compile(pattern: string): RE2JS {
  try {
    return compileRegExp(pattern);
  } catch (error) {
    if (!(error instanceof RegExpError)) throw error;
    throw stalled(
      Reason.InvalidPolicy,
      `failed to filter tags: invalid regular expression pattern '${pattern}': ${error.detail}`,
    );
  }
}
