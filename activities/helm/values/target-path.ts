import { type GoMap, type GoValue, parseInt64 } from './go-value.ts';
import type { ItemBudget } from './place-at.ts';
import { SetLine } from './set-line.ts';

export interface TargetValue {
  readonly path: string;
  readonly value: string;
  /** Whether the value is text, whatever it looks like. */
  readonly isLiteral: boolean;
}

/**
 * Puts a value at a path, as fluxcd/pkg/chartutil does with helm's reader of `--set`: numbers, true, false and null get
 * their type unless the value is in quotes, a comma starts another path. Writes into the mapping and into what it
 * holds. Returns all that it set. Throws UnusableValue.
 */
export function setAtPath(
  target: GoMap,
  { path, value, isLiteral }: TargetValue,
  budget: ItemBudget,
): GoValue[] {
  const read: GoValue[] = [];
  const isQuoted = /^(?:'(?:.*')?|"(?:.*")?)$/s.test(value);
  const type = isLiteral || isQuoted ? asText : typed;
  new SetLine(
    `${path}=${isLiteral ? escaped(value) : isQuoted ? unquoted(value) : value}`,
    (text) => {
      const typedValue = type(text);
      read.push(typedValue);
      return typedValue;
    },
    budget,
  ).readInto(target);
  return read;
}

function escaped(value: string): string {
  return value.replace(/[\\,[\]{}]/g, '\\$&');
}

/** Without quotes of both kinds at both ends. By hand: a pattern takes minutes where there are many of them inside. */
function unquoted(value: string): string {
  let start = 0;
  let end = value.length;
  while (start < end && isQuote(value[start])) start++;
  while (end > start && isQuote(value[end - 1])) end--;
  return value.slice(start, end);
}

function isQuote(char: string | undefined): boolean {
  return char === '"' || char === "'";
}

function asText(text: string): GoValue {
  return text;
}

const WORDS: readonly (readonly [RegExp, GoValue])[] = [
  [/^true$/iu, true],
  [/^false$/iu, false],
  [/^null$/iu, null],
];

function typed(text: string): GoValue {
  const word = WORDS.find(([pattern]) => pattern.test(text));
  if (word) return word[1];
  // A leading zero makes it text: it may be the mode of a file or a number of a phone.
  if (text.startsWith('0') && text !== '0') return text;
  return parseInt64(text) ?? text;
}
