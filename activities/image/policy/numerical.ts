import { Reason } from '../../../api/reasons.ts';
import { failed } from '../../failures.ts';
import { parseGoFloat } from './go-float.ts';

/**
 * The text with the largest number, or with `desc` the smallest; of equal ones the last of the list. Undefined of none.
 * Throws Failure that names the first text which is no number.
 */
export function latestNumerical(texts: readonly string[], isDescending: boolean): string | undefined {
  let latest: { readonly text: string; readonly number: number } | undefined;
  for (const text of texts) {
    const number = parseGoFloat(text);
    if (number === undefined) throw notNumeric(text);
    // Not turned around: NaN is neither above nor below, and gives way to what follows.
    const isBehind = latest && (isDescending ? number > latest.number : number < latest.number);
    if (!isBehind) latest = { text, number };
  }
  return latest?.text;
}

function notNumeric(text: string): Error {
  const advice = 'let spec.filterTags.pattern match only tags with a number, and extract that';
  return failed(Reason.Failure, `failed to parse invalid numeric value '${text}'; ${advice}`);
}
