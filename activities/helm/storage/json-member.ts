import { RecordError } from './record-error.ts';

// The space before a token, and the token: a sign, a number or word, or the start of a string.
const TOKEN = /\s*([-+.\w]+|[{}[\],:"])/y;

/**
 * A JSON text in which one member of an object has another string, and every other byte is as it was. The member is
 * made when it is missing. Throws {@link RecordError} when there is no such object, or `text` is no JSON object.
 */
export function withMember(text: string, path: readonly [string, string], value: string): string {
  const [outer, inner] = path;
  const parent = memberOf(text, memberStart(text, 0, outer));
  const found = memberStart(text, parent.start, inner);
  const json = JSON.stringify(value);
  if (found !== undefined) {
    const { start, end } = memberOf(text, found);
    return text.slice(0, start) + json + text.slice(end);
  }
  const first = parent.start + 1;
  const comma = tokenAt(text, first).text === '}' ? '' : ',';
  return `${text.slice(0, first)}${JSON.stringify(inner)}:${json}${comma}${text.slice(first)}`;
}

interface Span {
  readonly start: number;
  readonly end: number;
}

function memberOf(text: string, start: number | undefined): Span {
  if (start === undefined) throw new RecordError('it lacks a field');
  return valueAt(text, start);
}

/** Where the value of a member of the object at `from` begins; the last one counts, as for every parser. */
function memberStart(text: string, from: number, name: string): number | undefined {
  let found: number | undefined;
  let at = expect(text, from, '{');
  while (tokenAt(text, at).text !== '}') {
    const key = tokenAt(text, at);
    const value = expect(text, key.end, ':');
    if (JSON.parse(key.text) === name) found = value;
    const { end } = valueAt(text, value);
    at = tokenAt(text, end).text === ',' ? expect(text, end, ',') : end;
  }
  return found;
}

/** The value that begins at or after `from`. */
function valueAt(text: string, from: number): Span {
  const first = tokenAt(text, from);
  let token = first;
  let depth = opens(token.text);
  while (depth > 0) {
    token = tokenAt(text, token.end);
    depth += opens(token.text);
  }
  return { start: first.end - first.text.length, end: token.end };
}

function opens(token: string): number {
  if (token === '{' || token === '[') return 1;
  return token === '}' || token === ']' ? -1 : 0;
}

function expect(text: string, from: number, sign: string): number {
  const token = tokenAt(text, from);
  if (token.text !== sign) throw new RecordError('it is no JSON object');
  return token.end;
}

function tokenAt(text: string, from: number): { readonly text: string; readonly end: number } {
  TOKEN.lastIndex = from;
  const token = TOKEN.exec(text)?.[1];
  if (token === undefined) throw new RecordError('it is no JSON object');
  const { lastIndex: end } = TOKEN;
  if (token !== '"') return { text: token, end };
  const past = stringEnd(text, end);
  return { text: text.slice(end - 1, past), end: past };
}

/** Where the string ends whose first character is at `from`. Not by a pattern: strings have megabytes. */
function stringEnd(text: string, from: number): number {
  for (let quote = text.indexOf('"', from); quote >= 0; quote = text.indexOf('"', quote + 1)) {
    let slashes = 0;
    while (text[quote - 1 - slashes] === '\\') slashes++;
    if (slashes % 2 === 0) return quote + 1;
  }
  throw new RecordError('it is no JSON object');
}
