import { RE2JS } from 're2js';
import { withoutGroupNames } from './regexp-groups.ts';

/** A pattern is refused when it is longer: it comes from a spec, and compiling costs memory. */
const LONGEST_PATTERN = 1024;

/** A pattern that Go's `regexp` would not compile either, or that is too long; the message is one line. */
export class RegExpError extends Error {
  override readonly name = 'RegExpError';
  /** What is wrong with the pattern, without the pattern itself. */
  readonly detail: string;

  constructor(message: string, detail: string = message) {
    super(message);
    this.detail = detail;
  }
}

/**
 * Compiles Go's regular expressions (RE2 syntax, linear time). User text never reaches JavaScript's own
 * engine. Which groups have a name is for `namedGroupsOf` to tell: several may have the same one. Throws
 * {@link RegExpError}; patterns are at most 1 KiB.
 */
export function compileRegExp(pattern: string): RE2JS {
  if (Buffer.byteLength(pattern) > LONGEST_PATTERN) {
    throw new RegExpError(`regular expression is longer than ${LONGEST_PATTERN} bytes`);
  }
  try {
    return compile(pattern);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new RegExpError(`invalid regular expression ${JSON.stringify(pattern)}: ${reason}`, reason);
  }
}

// Go does not mind them, re2js does.
const SAME_NAMES = /duplicate capture group name/;

function compile(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    if (!(error instanceof Error) || !SAME_NAMES.test(error.message)) throw error;
    return RE2JS.compile(withoutGroupNames(pattern));
  }
}

/**
 * A test whether a whole text matches, as the fields of a Selector mean it: an absent or empty pattern
 * matches everything (kustomize's `SelectorRegex`). Throws {@link RegExpError}.
 */
export function wholeMatcher(pattern: string | undefined): (text: string) => boolean {
  if (!pattern) return () => true;
  // Compiled alone first: `a)(b` would become a valid pattern inside the group.
  compileRegExp(pattern);
  const anchored = compile(`^(?:${pattern})$`);
  return (text) => anchored.matcher(text).find();
}
