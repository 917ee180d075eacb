import { toBytes } from './byte-text.ts';
import type { Token, TokenKind } from './lex.ts';
import { readCharacter, readNumber, readString } from './literals.ts';
import type { Command, Operand, Pipe } from './nodes.ts';
import type { TokenReader } from './token-reader.ts';

const DEEPEST_PARENTHESES = 100;
const OPERANDS: ReadonlySet<TokenKind> = new Set([
  'identifier',
  'field',
  'variable',
  'number',
  'character',
  'string',
] satisfies TokenKind[]);
const NOT_EXECUTABLE: ReadonlySet<string> = new Set([
  'bool',
  'dot',
  'nil',
  'number',
  'string',
] satisfies Operand['kind'][]);

/** Reads what stands inside of actions, and knows the variables that are declared there. */
export class Operands {
  readonly #tokens: TokenReader;
  readonly #refusal: (name: string) => string | undefined;
  readonly #variables: string[] = ['$'];
  #depth = 0;

  constructor(tokens: TokenReader, refusal: (name: string) => string | undefined) {
    this.#tokens = tokens;
    this.#refusal = refusal;
  }

  mark(): number {
    return this.#variables.length;
  }

  /** Forgets the variables that were declared since. */
  release(mark: number): void {
    this.#variables.length = mark;
  }

  pipe(context: string, end: 'close' | ')'): Pipe {
    const { start } = this.#tokens.peekSolid().span;
    const { variables, isAssignment } = this.#declarations(context);
    const commands: Command[] = [];
    while (true) {
      const token = this.#tokens.peekSolid();
      if (end === 'close' ? token.kind === 'close' : this.#tokens.isSymbol(')')) break;
      if (!this.#isOperand(token)) return this.#tokens.unexpected(token, context);
      commands.push(this.#command());
    }
    const last = this.#tokens.takeSolid();
    if (commands.length === 0) this.#tokens.fail(`missing value for ${context}`);
    for (const [index, { first }] of commands.entries()) {
      const isStuck = index > 0 && NOT_EXECUTABLE.has(first.kind);
      if (isStuck) this.#tokens.fail(`non executable command in pipeline stage ${index + 1}`);
    }
    return { kind: 'pipe', span: { start, end: last.span.start }, variables, isAssignment, commands };
  }

  #declarations(context: string): { variables: string[]; isAssignment: boolean } {
    const variables: string[] = [];
    while (this.#tokens.peekSolid().kind === 'variable') {
      const start = this.#tokens.position();
      const { text } = this.#tokens.takeSolid();
      const isAssignment = this.#tokens.isSymbol('=');
      if (isAssignment || this.#tokens.isSymbol(':=')) {
        this.#tokens.takeSolid();
        return { variables: this.#declare(variables, text), isAssignment };
      }
      if (!this.#tokens.isSymbol(',')) {
        this.#tokens.rewind(start);
        break;
      }
      this.#tokens.takeSolid();
      this.#declare(variables, text);
      if (context !== 'range' || variables.length > 1)
        this.#tokens.fail(`too many declarations in ${context}`);
      const next = this.#tokens.peekSolid();
      const isMore = next.kind === 'variable' || next.kind === 'close' || this.#tokens.isSymbol(')');
      if (!isMore) this.#tokens.fail('range can only initialize variables');
    }
    return { variables, isAssignment: false };
  }

  #declare(variables: string[], name: string): string[] {
    this.#variables.push(name);
    variables.push(name);
    return variables;
  }

  #isOperand(token: Token): boolean {
    return OPERANDS.has(token.kind) || isNil(token) || (token.kind === 'symbol' && token.text === '(');
  }

  #command(): Command {
    const { start } = this.#tokens.peekSolid().span;
    const operands: Operand[] = [];
    let end = start;
    while (true) {
      const operand = this.#operand();
      if (operand) {
        operands.push(operand);
        end = operand.span.end;
      }
      const token = this.#tokens.peek();
      if (token.kind === 'space') {
        this.#tokens.take();
        continue;
      }
      if (token.kind === 'close' || this.#tokens.isSymbol(')')) break;
      this.#tokens.take();
      if (token.kind === 'symbol' && token.text === '|') break;
      this.#tokens.unexpected(token, 'operand');
    }
    const [first, ...rest] = operands;
    return first ? { span: { start, end }, first, rest } : this.#tokens.fail('empty command');
  }

  #operand(): Operand | undefined {
    const term = this.#term();
    if (!term) return undefined;
    const fields: string[] = [];
    let { end } = term.span;
    while (this.#tokens.peek().kind === 'field' && this.#tokens.peek().text !== '.') {
      const token = this.#tokens.take();
      fields.push(toBytes(token.text.slice(1)));
      end = token.span.end;
    }
    if (fields.length === 0) return term;
    const span = { start: term.span.start, end };
    if (term.kind === 'field' || term.kind === 'variable')
      return { ...term, span, fields: [...term.fields, ...fields] };
    if (NOT_EXECUTABLE.has(term.kind)) this.#tokens.fail('unexpected . after a value');
    return { kind: 'chain', span, of: term, fields };
  }

  #term(): Operand | undefined {
    const token = this.#tokens.peekSolid();
    if (!this.#isOperand(token)) return undefined;
    this.#tokens.takeSolid();
    const { span, text } = token;
    switch (token.kind) {
      case 'keyword':
        return { kind: 'nil', span };
      case 'symbol':
        return this.#parenthesised();
      case 'field':
        return text === '.'
          ? { kind: 'dot', span }
          : { kind: 'field', span, fields: [toBytes(text.slice(1))] };
      case 'variable':
        return this.#variable(token);
      case 'identifier':
        return this.#word(token);
      case 'string':
        return {
          kind: 'string',
          span,
          text: readString(text) ?? this.#tokens.fail(`invalid syntax: ${text}`),
        };
      default:
        return this.#number(token);
    }
  }

  #number({ kind, text, span }: Token): Operand {
    const number = kind === 'number' ? readNumber(text) : readCharacter(text);
    return { kind: 'number', span, number: number ?? this.#tokens.fail(`illegal number syntax: ${text}`) };
  }

  #parenthesised(): Pipe {
    if (++this.#depth > DEEPEST_PARENTHESES) this.#tokens.fail('max expression depth exceeded');
    const pipe =
      this.#tokens.peek().kind === 'end'
        ? this.#tokens.fail('unclosed left paren')
        : this.pipe('parenthesized pipeline', ')');
    this.#depth--;
    return pipe;
  }

  #variable({ text, span }: Token): Operand {
    if (!this.#variables.includes(text)) this.#tokens.fail(`undefined variable ${JSON.stringify(text)}`);
    return { kind: 'variable', span, name: text, fields: [] };
  }

  #word({ text, span }: Token): Operand {
    if (text === 'true' || text === 'false') return { kind: 'bool', span, value: text === 'true' };
    const problem = this.#refusal(text);
    if (problem) this.#tokens.fail(problem);
    return { kind: 'function', span, name: text };
  }
}

function isNil({ kind, text }: Token): boolean {
  return kind === 'keyword' && text === 'nil';
}
