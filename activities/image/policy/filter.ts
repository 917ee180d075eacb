import type { RE2JS } from 're2js';
import { compileRegExp, RegExpError } from '../../../api/formats/regexp.ts';
import { namedGroupsOf } from '../../../api/formats/regexp-groups.ts';
import type { ImagePolicySpec } from '../../../api/image-policy.ts';
import { Reason } from '../../../api/reasons.ts';
import { failed, stalled } from '../../failures.ts';
import { expandTemplate, type Groups } from './expand.ts';

type FilterTags = NonNullable<ImagePolicySpec['filterTags']>;

// A template comes from a spec, and its result is kept for each of 100,000 tags.
const LONGEST_TEMPLATE = 1024;
const LONGEST_TEXT = 512;

/** What a tag is compared by; undefined for one that does not match. */
export type TagFilter = (tag: string) => string | undefined;

/**
 * Reads `spec.filterTags`. Throws stalled InvalidPolicy when its pattern is none, or its template longer than 1 KiB; the
 * filter throws Failure for a tag of which the template makes more than 512 characters.
 */
export function compileFilter({ pattern = '', extract = '' }: FilterTags): TagFilter {
  const expression = compile(pattern);
  if (extract === '') return (tag) => (expression.test(tag) ? tag : undefined);
  if (Buffer.byteLength(extract) > LONGEST_TEMPLATE) {
    const message = `failed to filter tags: spec.filterTags.extract is longer than ${LONGEST_TEMPLATE} bytes`;
    throw stalled(Reason.InvalidPolicy, message);
  }
  const names = namedGroupsOf(pattern);
  return (tag) => {
    const matcher = expression.matcher(tag);
    if (!matcher.find()) return undefined;
    const text: Groups['text'] = (group) =>
      group <= matcher.groupCount() ? matcher.group(group) : undefined;
    const expanded = expandTemplate(extract, { names, text });
    if (expanded.length <= LONGEST_TEXT) return expanded;
    const problem = `spec.filterTags.extract makes more than ${LONGEST_TEXT} characters of the tag '${tag}'`;
    throw failed(Reason.Failure, `${problem}; name fewer groups`);
  };
}

function compile(pattern: string): RE2JS {
  try {
    return compileRegExp(pattern);
  } catch (error) {
    if (!(error instanceof RegExpError)) throw error;
    throw stalled(
      Reason.InvalidPolicy,
      `failed to filter tags: invalid regular expression pattern '${pattern}': ${error.detail}; correct spec.filterTags.pattern`,
    );
  }
}
