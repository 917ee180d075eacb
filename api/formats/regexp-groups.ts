/** A capturing group that has a name, where it stands in the pattern. */
interface NamedGroup {
  readonly name: string;
  readonly number: number;
  readonly start: number;
  readonly end: number;
}

const NAMED = /\(\?P?<([^>]*)>/y;
const CLASS_OF_POSIX = /\[:\^?\w*:\]/y;
const BEGIN_OF_CLASS = /\[\^?\]?/y;

/**
 * The numbers of the capturing groups that bear a name, in their order. Go lets several have the same one, of which the
 * first that took part in a match counts: `^v(?P<n>.*)|^rel-(?P<n>.*)`. For patterns that compile.
 */
export function namedGroupsOf(pattern: string): ReadonlyMap<string, readonly number[]> {
  const numbers = new Map<string, number[]>();
  for (const { name, number } of groupsOf(pattern)) numbers.set(name, [...(numbers.get(name) ?? []), number]);
  return numbers;
}

/** The pattern with groups that have numbers only. */
export function withoutGroupNames(pattern: string): string {
  return groupsOf(pattern).reduceRight(
    (text, { start, end }) => `${text.slice(0, start)}(${text.slice(end)}`,
    pattern,
  );
}

function groupsOf(pattern: string): readonly NamedGroup[] {
  const groups: NamedGroup[] = [];
  let number = 0;
  for (let at = 0; at < pattern.length; ) {
    const start = at;
    if (pattern[at] === '(') {
      const [whole, name] = matchAt(NAMED, pattern, at) ?? [];
      if (name !== undefined || pattern[at + 1] !== '?') number += 1;
      at += whole?.length ?? 1;
      if (name !== undefined) groups.push({ name, number, start, end: at });
    } else {
      at = behindAtom(pattern, at);
    }
  }
  return groups;
}

/** Where the next thing begins, behind a letter, an escape, a quotation or a class. */
function behindAtom(pattern: string, at: number): number {
  if (pattern.startsWith('\\Q', at)) {
    const end = pattern.indexOf('\\E', at);
    return end < 0 ? pattern.length : end + 2;
  }
  if (pattern[at] === '\\') return at + 2;
  return pattern[at] === '[' ? behindClass(pattern, at) : at + 1;
}

function behindClass(pattern: string, start: number): number {
  // A bracket that closes is a member when it comes first.
  let at = start + (matchAt(BEGIN_OF_CLASS, pattern, start)?.[0].length ?? 1);
  while (at < pattern.length && pattern[at] !== ']') {
    const posix = matchAt(CLASS_OF_POSIX, pattern, at)?.[0];
    at += posix?.length ?? (pattern[at] === '\\' ? 2 : 1);
  }
  return at + 1;
}

function matchAt(sticky: RegExp, text: string, at: number): RegExpExecArray | null {
  sticky.lastIndex = at;
  return sticky.exec(text);
}
