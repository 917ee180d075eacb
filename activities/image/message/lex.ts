import type { Span } from './nodes.ts';

export type TokenKind =
  | 'text'
  | 'open'
  | 'close'
  | 'space'
  | 'keyword'
  | 'identifier'
  | 'field'
  | 'variable'
  | 'number'
  | 'character'
  | 'string'
  | 'symbol'
  | 'error'
  | 'end';

/** A piece of a template. Of an error the text is what is wrong. */
export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  readonly span: Span;
}

const WORDS: ReadonlySet<TokenKind> = new Set(['identifier', 'field', 'variable'] satisfies TokenKind[]);
const KEYWORDS = new Set('block break continue define else end if range nil template with'.split(' '));
const CLOSE = /[ \t\r\n]-\}\}[ \t\r\n]*|\}\}/y;
const TERMINATOR = /[ \t\r\n.,|:()]|\}\}|$/y;

/** The pieces of what stands inside of an action. The longest come first where one begins like another. */
const PIECES: readonly (readonly [kind: TokenKind, pattern: RegExp])[] = [
  ['symbol', /:=|[=|(),]/y],
  ['string', /"(?:[^"\\\n]|\\[^\n])*"|`[^`]*`/y],
  ['character', /'(?:[^'\\\n]|\\[^\n])*'/y],
  ['variable', /\$[_\p{L}\p{Nd}]*/uy],
  [
    'number',
    /(?:[+-]|\.?\d)[\d_]*(?:[xXoObB][\da-fA-F_]+)?(?:\.[\da-fA-F_]*)?(?:[eEpP][+-]?[\d_]*)?[+-]?[_\p{L}\p{Nd}]*/uy,
  ],
  ['field', /\.[_\p{L}\p{Nd}]*/uy],
  ['identifier', /[_\p{L}\p{Nd}]+/uy],
  ['symbol', /[!-~]/y],
];
const UNFINISHED: Readonly<Record<string, string>> = {
  '"': 'unterminated quoted string',
  '`': 'unterminated raw quoted string',
  "'": 'unterminated character constant',
  ':': 'expected :=',
};

/** Takes a template apart. The last token is the end; an error stands before it. */
export function lex(source: string): Token[] {
  return new Lexer(source).run();
}

class Lexer {
  readonly #source: string;
  readonly #tokens: Token[] = [];
  #at = 0;
  #depth = 0;

  constructor(source: string) {
    this.#source = source;
  }

  run(): Token[] {
    while (this.#at < this.#source.length) {
      this.#text();
      if (this.#at < this.#source.length && !this.#comment()) this.#action();
    }
    this.#push('end', 0);
    return this.#tokens;
  }

  #push(kind: TokenKind, length: number, text = this.#source.slice(this.#at, this.#at + length)): true {
    this.#tokens.push({ kind, text, span: { start: this.#at, end: this.#at + length } });
    this.#at += length;
    return true;
  }

  #fail(problem: string): false {
    this.#tokens.push({ kind: 'error', text: problem, span: { start: this.#at, end: this.#at } });
    this.#at = this.#source.length;
    return false;
  }

  #startsWith(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    return pattern.exec(this.#source)?.[0];
  }

  #text(): void {
    const found = this.#source.indexOf('{{', this.#at);
    const end = found === -1 ? this.#source.length : found;
    const isTrimmed = found !== -1 && /^-[ \t\r\n]/.test(this.#source.slice(end + 2, end + 4));
    const text = this.#source.slice(this.#at, end);
    const kept = isTrimmed ? text.slice(0, lengthWithoutSpace(text)) : text;
    if (kept) this.#push('text', end - this.#at, kept);
    this.#at = end;
  }

  /** A comment leaves nothing; anything else is for the caller. */
  #comment(): boolean {
    const opening = this.#startsWith(/\{\{(?:-[ \t\r\n])?\/\*/y);
    if (!opening) return false;
    const close = this.#source.indexOf('*/', this.#at + opening.length);
    if (close === -1) return !this.#fail('unclosed comment');
    this.#at = close + 2;
    const delimiter = this.#startsWith(CLOSE);
    if (delimiter === undefined) return !this.#fail('comment ends before closing delimiter');
    this.#at += delimiter.length;
    return true;
  }

  #action(): boolean {
    this.#push('open', 2);
    if (this.#startsWith(/-[ \t\r\n]/y)) this.#at += 2;
    this.#depth = 0;
    while (this.#at < this.#source.length) {
      const close = this.#startsWith(CLOSE);
      if (close !== undefined)
        return this.#depth > 0 ? this.#fail('unclosed left paren') : this.#push('close', close.length);
      if (!this.#piece()) return false;
    }
    return this.#fail('unclosed action');
  }

  #piece(): boolean {
    // A space before a trim marker belongs to the marker.
    const space = this.#startsWith(/(?:[ \t\r\n](?!-\}\}))+/y);
    if (space) return this.#push('space', space.length);
    for (const [kind, pattern] of PIECES) {
      const text = this.#startsWith(pattern);
      if (text) return this.#found(kind, text);
    }
    return this.#fail(`unrecognized character in action: ${this.#character()}`);
  }

  #found(kind: TokenKind, text: string): boolean {
    const unfinished = kind === 'symbol' && Object.hasOwn(UNFINISHED, text) ? UNFINISHED[text] : undefined;
    if (unfinished) return this.#fail(unfinished);
    if (text === '(') this.#depth++;
    if (text === ')' && --this.#depth < 0) return this.#fail('unexpected right paren');
    this.#push(kind === 'identifier' && KEYWORDS.has(text) ? 'keyword' : kind, text.length);
    if (!WORDS.has(kind) || this.#startsWith(TERMINATOR) !== undefined) return true;
    return this.#fail(`bad character ${this.#character()}`);
  }

  #character(): string {
    return JSON.stringify(String.fromCodePoint(this.#source.codePointAt(this.#at) ?? 0));
  }
}

/** Of a text without the space at its end. Not by an expression: those take quadratic time here. */
function lengthWithoutSpace(text: string): number {
  let length = text.length;
  while (length > 0 && ' \t\r\n'.includes(text.charAt(length - 1))) length--;
  return length;
}
