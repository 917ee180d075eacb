import type { RE2JS } from 're2js';
import { compileRegExp, RegExpError } from '../../../../api/formats/regexp.ts';
import type { Budget } from '../budget.ts';
import { fromBytes, toBytes } from '../byte-text.ts';
import { Refusal } from '../errors.ts';
import { define, type FunctionTable, type GoFunction } from '../function.ts';
import { type GoValue, list, STRINGS } from '../value.ts';

// Compiling and matching cost much more than other steps.
const COMPILING = 100;
const STEPS_A_CHARACTER = 1;
const INSTRUCTIONS_A_STEP = 64;

interface Match {
  readonly start: number;
  readonly end: number;
  /** The text of a group by number or name; empty where it took no part or there is none. */
  readonly group: (name: string) => string;
}

/** Expressions of RE2. Each has a twin with `must`, which is the same here but for `regexMatch`. */
export const regexpFunctions: FunctionTable = {
  regexMatch: define(['budget', 'string', 'string'], (budget, pattern, text) => {
    try {
      return matches(budget, pattern, text);
    } catch (error) {
      if (error instanceof RegExpError) return false;
      throw error;
    }
  }),
  mustRegexMatch: define(['budget', 'string', 'string'], (budget, pattern, text) =>
    refusing(() => matches(budget, pattern, text)),
  ),
  ...withMust('regexFind', define(['budget', 'string', 'string'], find)),
  ...withMust('regexFindAll', define(['budget', 'string', 'string', 'int'], findAll)),
  ...withMust('regexSplit', define(['budget', 'string', 'string', 'int'], split)),
  ...withMust(
    'regexReplaceAll',
    define(['budget', 'string', 'string', 'string'], (budget, pattern, text, template) =>
      replaceAll(budget, [pattern, text], (match) => expand(fromBytes(template), match, budget)),
    ),
  ),
  ...withMust(
    'regexReplaceAllLiteral',
    define(['budget', 'string', 'string', 'string'], (budget, pattern, text, literal) =>
      replaceAll(budget, [pattern, text], () => fromBytes(literal)),
    ),
  ),
  regexQuoteMeta: define(['string'], (text) => text.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&')),
};

function withMust(name: string, called: GoFunction): FunctionTable {
  return { [name]: called, [`must${name.slice(0, 1).toUpperCase()}${name.slice(1)}`]: called };
}

function refusing<Result>(run: () => Result): Result {
  try {
    return run();
  } catch (error) {
    if (error instanceof RegExpError) throw new Refusal(error.message);
    throw error;
  }
}

function compile(budget: Budget, pattern: string, text: string): RE2JS {
  const size = programSize(pattern);
  budget.spend(COMPILING + size * 4 + text.length * (STEPS_A_CHARACTER + size / INSTRUCTIONS_A_STEP));
  return compileRegExp(fromBytes(pattern));
}

/** How large the compiled pattern is at most: what is repeated is there as often as the largest of its counts. */
function programSize(pattern: string): number {
  let size = pattern.length;
  for (const [, least = '', most = ''] of pattern.matchAll(/\{(\d{1,4})(?:,(\d{0,4}))?\}/g)) {
    size *= Math.max(Number(least), Number(most), 1);
  }
  return size;
}

function matches(budget: Budget, pattern: string, text: string): boolean {
  return compile(budget, pattern, text).matcher(fromBytes(text)).find();
}

function find(budget: Budget, pattern: string, text: string): string {
  const { value: match } = allMatches(budget, pattern, text).next();
  return match ? toBytes(match.group('0')) : '';
}

function findAll(budget: Budget, pattern: string, text: string, count: number): GoValue {
  const found: string[] = [];
  if (count === 0) return nilStrings();
  for (const match of allMatches(budget, pattern, text)) {
    found.push(toBytes(match.group('0')));
    if (found.length === count) break;
  }
  return found.length === 0 ? nilStrings() : list(found, STRINGS);
}

function nilStrings(): GoValue {
  return { kind: 'list', type: STRINGS, items: [], isNil: true };
}

/** All matches from left to right; an empty one right behind another does not count, as in Go. */
function* allMatches(budget: Budget, pattern: string, bytes: string): Generator<Match, undefined> {
  const text = fromBytes(bytes);
  const matcher = refusing(() => compile(budget, pattern, bytes)).matcher(text);
  let previousEnd = -1;
  while (matcher.find()) {
    budget.spend(STEPS_A_CHARACTER);
    const [start, end] = [matcher.start(), matcher.end()];
    if (start === end && end === previousEnd) continue;
    previousEnd = end;
    yield { start, end, group: (name) => groupOf(matcher, name) };
  }
}

function groupOf(matcher: ReturnType<RE2JS['matcher']>, name: string): string {
  if (/^\d+$/.test(name))
    return Number(name) <= matcher.groupCount() ? (matcher.group(Number(name)) ?? '') : '';
  try {
    return matcher.group(name) ?? '';
  } catch {
    // There is no group of this name.
    return '';
  }
}

function replaceAll(
  budget: Budget,
  [pattern, bytes]: readonly [string, string],
  by: (match: Match) => string,
): string {
  const text = fromBytes(bytes);
  let replaced = '';
  let at = 0;
  for (const match of allMatches(budget, pattern, bytes)) {
    replaced += text.slice(at, match.start) + by(match);
    budget.spendText(replaced.length);
    at = match.end;
  }
  return toBytes(replaced + text.slice(at));
}

/** Puts groups into a template: `$1`, `${1}`, `$name`, `$$`. The longest name counts: `$1a` is the group `1a`. */
function expand(template: string, match: Match, budget: Budget): string {
  const expanded = template.replace(
    /\$(?:(\$)|\{([\p{L}\p{Nd}_]+)\}|([\p{L}\p{Nd}_]+))/gu,
    (_, dollar: string | undefined, braced: string | undefined, plain: string | undefined) =>
      dollar ?? match.group(braced ?? plain ?? ''),
  );
  budget.spendText(expanded.length);
  return expanded;
}

function split(budget: Budget, pattern: string, bytes: string, count: number): GoValue {
  if (count === 0) return nilStrings();
  if (pattern.length > 0 && bytes.length === 0) return list([''], STRINGS);
  const text = fromBytes(bytes);
  const parts: string[] = [];
  let start = 0;
  let end = 0;
  for (const match of allMatches(budget, pattern, bytes)) {
    if (count > 0 && parts.length === count - 1) break;
    ({ start: end } = match);
    if (match.end !== 0) parts.push(toBytes(text.slice(start, end)));
    start = match.end;
  }
  if (end !== text.length) parts.push(toBytes(text.slice(start)));
  return list(parts, STRINGS);
}
