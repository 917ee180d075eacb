import { applyExpansion, LONGEST_RESULT } from './envsubst-functions.ts';

/** Text that cannot be substituted. The message names the variable or the fault, and the line; never a value. */
export class SubstituteError extends Error {
  override readonly name = 'SubstituteError';
  /** The variable that is not set; absent when the syntax is bad. */
  readonly variable: string | undefined;

  constructor(message: string, variable?: string) {
    super(message);
    this.variable = variable;
  }
}

export interface SubstituteOptions {
  /** A variable that is not set and has no default is an error instead of an empty text. */
  readonly strict: boolean;
}

const DEFAULTS: ReadonlySet<string> = new Set(['=', ':=', ':-', ':?', ':+']);
// An expansion inside a default inside a default …: nobody nests deeper, and each level is a call.
const DEEPEST = 100;

/**
 * Replaces `${var}` and its bash-like forms as Flux's post-build substitution does (the language of
 * drone/envsubst as fluxcd/pkg/envsubst reads it). `$var` stays, `$$` becomes `$`. Throws
 * {@link SubstituteError}; takes time in the length of the text.
 */
export function substitute(
  text: string,
  lookup: (name: string) => string | undefined,
  { strict }: SubstituteOptions,
): string {
  const scanner: Scanner = { text, position: 0, depth: 0, produced: 0, lookup, strict };
  let output = '';
  while (scanner.position < text.length) {
    const dollar = text.indexOf('$', scanner.position);
    if (dollar < 0) return output + text.slice(scanner.position);
    output += text.slice(scanner.position, dollar);
    scanner.position = dollar + 1;
    if (text[dollar + 1] === '{') {
      output += expansion(scanner);
    } else {
      output += '$';
      if (text[dollar + 1] === '$') scanner.position++;
    }
  }
  return output;
}

interface Scanner {
  readonly text: string;
  position: number;
  depth: number;
  /** What all expansions together made, in UTF-16 units. */
  produced: number;
  readonly lookup: (name: string) => string | undefined;
  readonly strict: boolean;
}

/** Reads one expansion; the scanner stands at its `{`. */
function expansion(scanner: Scanner): string {
  if (++scanner.depth > DEEPEST) throw badSyntax(scanner, `nested deeper than ${DEEPEST} levels`);
  scanner.position++;
  const measuresLength = peek(scanner) === '#';
  if (measuresLength) scanner.position++;
  const name = take(scanner, /[\p{L}\p{Nd}_]*/uy);
  if (name === '') throw badSyntax(scanner, 'no variable name after "${"');
  const operator = measuresLength ? '#' : readOperator(scanner, name);
  const args = measuresLength ? [] : readArguments(scanner, operator, name);
  if (peek(scanner) !== '}') throw badSyntax(scanner, `no closing brace where it belongs in "\${${name}"`);
  scanner.position++;
  scanner.depth--;
  return evaluate(scanner, name, operator, args);
}

function evaluate(scanner: Scanner, name: string, operator: string, args: readonly string[]): string {
  const value = scanner.lookup(name);
  if (value === undefined && scanner.strict && !DEFAULTS.has(operator)) {
    throw new SubstituteError(`variable ${JSON.stringify(name)} is not set (${where(scanner)})`, name);
  }
  const result = applyExpansion(value ?? '', operator, args);
  scanner.produced += result?.length ?? 0;
  if (result === undefined || scanner.produced > LONGEST_RESULT) {
    throw badSyntax(scanner, `"\${${name}" asks for a part that is not there, or for too much text`);
  }
  return result;
}

/** The operator after a name; empty for a plain `${var}`. Unlike bash, `-`, `+` and `?` need a colon. */
function readOperator(scanner: Scanner, name: string): string {
  const operator = take(scanner, /:[=\-?+]|=|[,^]{1,2}|\/[/#%]?|##?|%%?|:|/y);
  // The original loses its place after a colon that a non-ASCII character follows.
  if (operator === ':' && /[^\0-\x7f]/.test(peek(scanner) ?? '')) {
    throw badSyntax(scanner, `unexpected character after "\${${name}:"`);
  }
  return operator;
}

function readArguments(scanner: Scanner, operator: string, name: string): string[] {
  switch (operator[0]) {
    case undefined:
    case ',':
    case '^':
      return [];
    case '/':
      return readReplacement(scanner, name);
    case '#':
    case '%':
      return [argument(scanner, /[^}]/y, name)];
    default:
      return operator === ':' ? readSubstring(scanner, name) : readDefault(scanner, name);
  }
}

/** A default may mix text and expansions; every other argument is either text or one expansion. */
function readDefault(scanner: Scanner, name: string): string[] {
  const parts: string[] = [];
  while (peek(scanner) !== '}') parts.push(argument(scanner, /[^}]/y, name));
  return parts;
}

function readSubstring(scanner: Scanner, name: string): string[] {
  const offset = argument(scanner, /[^:}]/y, name);
  if (take(scanner, /:+/y) === '') return [offset];
  return [offset, argument(scanner, /[^}]/y, name)];
}

function readReplacement(scanner: Scanner, name: string): string[] {
  const pattern = argument(scanner, /[^/]/y, name, true);
  if (take(scanner, /\/+/y) === '') throw badSyntax(scanner, `no "/" after the pattern in "\${${name}"`);
  if (peek(scanner) === '}') return [pattern];
  return [pattern, argument(scanner, /[^}]/y, name, true)];
}

/** One argument: an expansion, or the accepted characters up to the next one. Escapes are `$$`, `\/` and `\\`. */
function argument(scanner: Scanner, accepted: RegExp, name: string, hasEscapes = false): string {
  const { text } = scanner;
  if (text.startsWith('${', scanner.position)) {
    scanner.position++;
    return expansion(scanner);
  }
  let output = '';
  while (scanner.position < text.length && !text.startsWith('${', scanner.position)) {
    const escaped = hasEscapes ? take(scanner, /\$\$|\\[/\\]/y) : '';
    const taken = escaped === '' ? take(scanner, accepted) : escaped.slice(1);
    if (taken === '') break;
    output += taken;
  }
  if (output === '') throw badSyntax(scanner, `an argument is missing in "\${${name}"`);
  return output;
}

function peek(scanner: Scanner): string | undefined {
  const code = scanner.text.codePointAt(scanner.position);
  return code === undefined ? undefined : String.fromCodePoint(code);
}

function take(scanner: Scanner, pattern: RegExp): string {
  pattern.lastIndex = scanner.position;
  const taken = pattern.exec(scanner.text)?.[0] ?? '';
  scanner.position += taken.length;
  return taken;
}

function badSyntax(scanner: Scanner, fault: string): SubstituteError {
  return new SubstituteError(`bad substitution: ${fault} (${where(scanner)})`);
}

function where({ text, position }: Scanner): string {
  return `line ${text.slice(0, position).split('\n').length}`;
}
