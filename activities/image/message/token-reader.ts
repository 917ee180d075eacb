import { TemplateSyntaxError } from './errors.ts';
import type { Token, TokenKind } from './lex.ts';

/** The line, from 1, of a position in a text. */
export function lineOf(source: string, at: number): number {
  return source.slice(0, at).split('\n').length;
}

/** The tokens of a template one after the other. All that complains throws {@link TemplateSyntaxError}. */
export class TokenReader {
  /** The last `{{`. */
  openedAt: Token | undefined;
  readonly #source: string;
  readonly #tokens: readonly Token[];
  readonly #end: Token;
  #at = 0;

  constructor(source: string, tokens: readonly Token[]) {
    this.#source = source;
    this.#tokens = tokens;
    this.#end = { kind: 'end', text: '', span: { start: source.length, end: source.length } };
  }

  peek(): Token {
    return this.#tokens[this.#at] ?? this.#end;
  }

  take(): Token {
    const token = this.peek();
    this.#at++;
    return token;
  }

  /** The next token that is no space. */
  peekSolid(): Token {
    const token = this.peek();
    return token.kind === 'space' ? (this.#tokens[this.#at + 1] ?? this.#end) : token;
  }

  takeSolid(): Token {
    const token = this.take();
    return token.kind === 'space' ? this.take() : token;
  }

  /** Goes back to a place that {@link position} gave. */
  rewind(position: number): void {
    this.#at = position;
  }

  position(): number {
    return this.#at;
  }

  isKeyword(word: string): boolean {
    const { kind, text } = this.peekSolid();
    return kind === 'keyword' && text === word;
  }

  isSymbol(symbol: string): boolean {
    const { kind, text } = this.peekSolid();
    return kind === 'symbol' && text === symbol;
  }

  /** Takes `{{` and the keyword, if they are next. */
  takeAction(word: string): boolean {
    const start = this.#at;
    const open = this.take();
    const keyword = this.takeSolid();
    if (open.kind === 'open' && keyword.kind === 'keyword' && keyword.text === word) {
      this.openedAt = open;
      return true;
    }
    this.#at = start;
    return false;
  }

  expect(kind: TokenKind, context: string): Token {
    const token = this.takeSolid();
    return token.kind === kind ? token : this.unexpected(token, context);
  }

  unexpected(token: Token, context: string): never {
    if (token.kind === 'error') return this.fail(token.text, token);
    const shown =
      token.kind === 'end'
        ? 'EOF'
        : token.kind === 'keyword'
          ? `<${token.text}>`
          : JSON.stringify(token.text);
    return this.fail(`unexpected ${shown} in ${context}`, token);
  }

  /** Fails at a token, or at the last one that was taken. */
  fail(problem: string, token: Token = this.#tokens[this.#at - 1] ?? this.#end): never {
    const line = lineOf(this.#source, token.span.start);
    const opened = this.openedAt && lineOf(this.#source, this.openedAt.span.start);
    const context =
      token.kind === 'error' && opened && opened !== line ? ` in action started at line ${opened}` : '';
    throw new TemplateSyntaxError(line, problem + context);
  }
}
