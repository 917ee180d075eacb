/** The groups of a match: by number, the whole of it first, and the numbers of those that bear a name. */
export interface Groups {
  /** The text of a group; null when it took no part, undefined when there is none of this number. */
  readonly text: (group: number) => string | null | undefined;
  readonly names: ReadonlyMap<string, readonly number[]>;
}

/** What stands for a group, such as `$1` or `${name}`, without the dollar. */
interface Placeholder {
  readonly name: string;
  /** Undefined when the name is no number. */
  readonly number: number | undefined;
  readonly length: number;
}

const PLACEHOLDER = /^(?:\{([\p{L}\p{Nd}_]+)\}|([\p{L}\p{Nd}_]+))/u;
// Other digits make a name, as do leading zeros and very large numbers.
const NUMBER = /^(?:0|[1-9][0-9]{0,8})$/;

/**
 * Puts the groups of a match into a template by the rules of Go's `Regexp.Expand`: a name reaches as far as it can,
 * `$$` is a dollar, a group that is missing is nothing, and a dollar before anything else stands for itself.
 */
export function expandTemplate(template: string, groups: Groups): string {
  let result = '';
  let rest = template;
  for (let dollar = rest.indexOf('$'); dollar >= 0; dollar = rest.indexOf('$')) {
    result += rest.slice(0, dollar);
    rest = rest.slice(dollar + 1);
    if (rest.startsWith('$')) {
      result += '$';
      rest = rest.slice(1);
      continue;
    }
    const placeholder = placeholderOf(rest);
    result += placeholder === undefined ? '$' : textOf(placeholder, groups);
    rest = rest.slice(placeholder?.length ?? 0);
  }
  return result + rest;
}

function placeholderOf(text: string): Placeholder | undefined {
  const [all, braced, plain] = PLACEHOLDER.exec(text) ?? [];
  const name = braced ?? plain;
  if (all === undefined || name === undefined) return undefined;
  return { name, number: NUMBER.test(name) ? Number(name) : undefined, length: all.length };
}

function textOf({ name, number }: Placeholder, { text, names }: Groups): string {
  if (number !== undefined) return text(number) ?? '';
  const group = names.get(name)?.find((each) => typeof text(each) === 'string');
  return (group === undefined ? undefined : text(group)) ?? '';
}
