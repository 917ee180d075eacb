/** One position of a pattern: any run of characters, or one character that passes a test. */
type Token = 'star' | ((char: string) => boolean);

/** A compiled pattern. Matching takes time in the length of the text times that of the pattern, at worst. */
export interface Glob {
  /** Whether the whole text matches. */
  matches(text: string): boolean;
  /** The lengths (in characters, from 1) of the beginnings of the text that match, ascending. */
  matchingPrefixes(text: readonly string[]): number[];
}

/**
 * Compiles the patterns of Go's `path.Match` over text without separators: `*`, `?`, `[a-z]`, `[^a]` and
 * backslash escapes. Undefined when Go calls the pattern malformed; such a pattern matches nothing there.
 */
export function compileGlob(pattern: string): Glob | undefined {
  const tokens = parseTokens(Array.from(pattern));
  if (!tokens) return undefined;
  return {
    matches: (text) => wholeTextMatches(tokens, Array.from(text)),
    matchingPrefixes: (text) => matchingPrefixes(tokens, text),
  };
}

function parseTokens(chars: readonly string[]): Token[] | undefined {
  const tokens: Token[] = [];
  let position = 0;
  while (position < chars.length) {
    const char = chars[position++];
    if (char === '*') {
      if (tokens.at(-1) !== 'star') tokens.push('star');
    } else if (char === '?') {
      tokens.push(() => true);
    } else if (char === '[') {
      const parsed = parseClass(chars, position);
      if (!parsed) return undefined;
      tokens.push(parsed.token);
      position = parsed.end;
    } else {
      const literal = char === '\\' ? chars[position++] : char;
      if (literal === undefined) return undefined;
      tokens.push((other) => other === literal);
    }
  }
  return tokens;
}

/** Parses what follows `[`. A class holds at least one range, and `-` and `]` only when escaped. */
function parseClass(
  chars: readonly string[],
  start: number,
): { readonly token: Token; readonly end: number } | undefined {
  const isNegated = chars[start] === '^';
  const ranges: { readonly low: number; readonly high: number }[] = [];
  let position = isNegated ? start + 1 : start;
  while (chars[position] !== ']' || ranges.length === 0) {
    const low = parseBound(chars, position);
    if (!low) return undefined;
    const high = chars[low.end] === '-' ? parseBound(chars, low.end + 1) : low;
    if (!high) return undefined;
    ranges.push({ low: low.code, high: high.code });
    position = high.end;
  }
  return {
    token: (char) => {
      const code = char.codePointAt(0) ?? 0;
      return ranges.some(({ low, high }) => low <= code && code <= high) !== isNegated;
    },
    end: position + 1,
  };
}

function parseBound(
  chars: readonly string[],
  position: number,
): { readonly code: number; readonly end: number } | undefined {
  if (chars[position] === '-' || chars[position] === ']') return undefined;
  const at = chars[position] === '\\' ? position + 1 : position;
  const code = chars[at]?.codePointAt(0);
  return code === undefined || at + 1 >= chars.length ? undefined : { code, end: at + 1 };
}

/** Remembers only the last star: what an earlier one could still take, the last one can. */
function wholeTextMatches(tokens: readonly Token[], chars: readonly string[]): boolean {
  let [token, position, starToken, starPosition] = [0, 0, -1, 0];
  while (position < chars.length) {
    const current = tokens[token];
    if (current === 'star') {
      starToken = token++;
      starPosition = position;
    } else if (current?.(chars[position] ?? '')) {
      token++;
      position++;
    } else if (starToken >= 0) {
      token = starToken + 1;
      position = ++starPosition;
    } else {
      return false;
    }
  }
  return tokens.slice(token).every((rest) => rest === 'star');
}

/** Walks all ways to match side by side, so that one pass finds every matching beginning. */
function matchingPrefixes(tokens: readonly Token[], chars: readonly string[]): number[] {
  const lengths: number[] = [];
  let states = withoutStars(tokens, new Set([0]));
  for (const [index, char] of chars.entries()) {
    const next = new Set<number>();
    for (const state of states) {
      const token = tokens[state];
      if (token === 'star') next.add(state);
      else if (token?.(char)) next.add(state + 1);
    }
    if (next.size === 0) break;
    states = withoutStars(tokens, next);
    if (states.has(tokens.length)) lengths.push(index + 1);
  }
  return lengths;
}

/** Adds the states behind stars that match nothing. */
function withoutStars(tokens: readonly Token[], states: Set<number>): Set<number> {
  // A set visits what is added while it is walked.
  for (const state of states) if (tokens[state] === 'star') states.add(state + 1);
  return states;
}
