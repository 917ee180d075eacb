import { fromBytes, isSpace, lowerRune, mapRunes, toBytes, upperRune } from '../byte-text.ts';
import { define, type FunctionTable } from '../function.ts';
import { toWords } from './words.ts';

const UPPER = /^\p{Lu}$/u;
const LOWER = /^\p{Ll}$/u;
const TITLE = /^\p{Lt}$/u;
const WORD = /^[\p{L}\p{Nd}_]$/u;

/** Upper and lower case, and names in the ways of programming languages. */
export const caseFunctions: FunctionTable = {
  upper: define(['string'], (text) => mapRunes(text, upperRune)),
  lower: define(['string'], (text) => mapRunes(text, lowerRune)),
  title: define(['string'], title),
  untitle: define(['string'], untitle),
  swapcase: define(['string'], swapCase),
  initials: define(['string'], initials),
  snakecase: define(['string'], (text) => toWords(text, '_')),
  kebabcase: define(['string'], (text) => toWords(text, '-')),
  camelcase: define(['string'], pascalCase),
};

function title(bytes: string): string {
  let isStart = true;
  return mapRunes(bytes, (char) => {
    const shown = isStart ? upperRune(char) : char;
    // Beyond ASCII only spaces part words.
    isStart = !WORD.test(char) && (char < '\x80' || isSpace(char));
    return shown;
  });
}

function untitle(bytes: string): string {
  let isStart = true;
  return mapRunes(bytes, (char) => {
    const isGap = isSpace(char);
    const shown = isStart && !isGap ? lowerRune(char) : char;
    isStart = isGap;
    return shown;
  });
}

function swapCase(bytes: string): string {
  return mapRunes(bytes, (char) => {
    if (UPPER.test(char) || TITLE.test(char)) return lowerRune(char);
    return LOWER.test(char) ? upperRune(char) : char;
  });
}

/** The original looks at bytes and writes each as a character of its own. */
function initials(bytes: string): string {
  let text = '';
  let isStart = true;
  for (const byte of bytes) {
    const isGap = isSpace(byte);
    if (isStart && !isGap) text += byte;
    isStart = isGap;
  }
  return toBytes(text);
}

function pascalCase(bytes: string): string {
  const chars = Array.from(fromBytes(bytes));
  const lead = chars.findIndex((char) => !isConnector(char));
  // The original writes the last connector twice where there is nothing else.
  if (lead === -1) return bytes + toBytes(chars.at(-1) ?? '');
  let text = chars.slice(0, lead).join('');
  let current = upperRune(chars[lead] ?? '');
  let isShouting = UPPER.test(chars[lead] ?? '');
  for (const char of chars.slice(lead + 1)) {
    const previous = current;
    current = char;
    if (isConnector(previous)) {
      if (isConnector(char)) {
        text += previous;
        continue;
      }
      isShouting = UPPER.test(char);
      current = upperRune(char);
      continue;
    }
    if (isShouting && UPPER.test(char)) current = lowerRune(char);
    else isShouting = false;
    text += previous;
  }
  return toBytes(text + current);
}

function isConnector(char: string): boolean {
  return char === '-' || char === '_' || isSpace(char);
}
