import { toBytes } from './byte-text.ts';
import { TemplateSyntaxError } from './errors.ts';
import { lex } from './lex.ts';
import { readString } from './literals.ts';
import type { Branch, Span, Statement, Template } from './nodes.ts';
import { Operands } from './parse-operands.ts';
import { TokenReader } from './token-reader.ts';

/** The longest template, in characters. */
const LONGEST_TEMPLATE = 64 * 1024;
const DEEPEST_BLOCK = 100;

/**
 * Reads a template of Go's `text/template`. `refusal` says what is wrong with the name of a function, if anything is.
 * Throws {@link TemplateSyntaxError}, also for a template that is longer than 64 KiB or nested too deeply.
 */
export function parse(source: string, refusal: (name: string) => string | undefined): Template {
  if (source.length > LONGEST_TEMPLATE) {
    throw new TemplateSyntaxError(
      1,
      `the template is longer than ${LONGEST_TEMPLATE} characters; make it shorter`,
    );
  }
  return new Parser(source, refusal).run();
}

/** Where a list of statements ends, and whether by `else`. */
interface Block {
  readonly statements: Statement[];
  readonly end: 'end' | 'else';
}

class Parser {
  readonly #source: string;
  readonly #tokens: TokenReader;
  readonly #refusal: (name: string) => string | undefined;
  readonly #defined = new Map<string, readonly Statement[]>();
  #operands: Operands;
  #rangeDepth = 0;
  #depth = 0;

  constructor(source: string, refusal: (name: string) => string | undefined) {
    this.#source = source;
    this.#refusal = refusal;
    this.#tokens = new TokenReader(source, lex(source));
    this.#operands = new Operands(this.#tokens, refusal);
  }

  run(): Template {
    const body: Statement[] = [];
    while (this.#tokens.peek().kind !== 'end') {
      if (this.#tokens.takeAction('define')) {
        this.#define();
        continue;
      }
      const statement = this.#statement();
      if (statement === 'end' || statement === 'else') this.#tokens.fail(`unexpected {{${statement}}}`);
      else if (statement) body.push(statement);
    }
    return { source: this.#source, body, defined: this.#defined };
  }

  #define(): void {
    const name = this.#templateName('define clause');
    this.#tokens.expect('close', 'define clause');
    this.#separate(name, 'define clause');
  }

  /** A template of its own: it sees no variables of the one around it, nor its loops. */
  #separate(name: string, context: string): void {
    const [operands, rangeDepth] = [this.#operands, this.#rangeDepth];
    this.#operands = new Operands(this.#tokens, this.#refusal);
    this.#rangeDepth = 0;
    const { statements, end } = this.#block();
    if (end !== 'end') this.#tokens.fail(`unexpected {{else}} in ${context}`);
    this.#operands = operands;
    this.#rangeDepth = rangeDepth;
    const earlier = this.#defined.get(name);
    if (!earlier || isEmpty(earlier)) this.#defined.set(name, statements);
    else if (!isEmpty(statements))
      this.#tokens.fail(`multiple definition of template ${JSON.stringify(name)}`);
  }

  #block(): Block {
    if (++this.#depth > DEEPEST_BLOCK) this.#tokens.fail('the template is nested too deeply');
    const statements: Statement[] = [];
    while (this.#tokens.peek().kind !== 'end') {
      const statement = this.#statement();
      if (statement === 'end' || statement === 'else') {
        this.#depth--;
        return { statements, end: statement };
      }
      if (statement) statements.push(statement);
    }
    return this.#tokens.fail('unexpected EOF; an {{end}} is missing', this.#tokens.peek());
  }

  #statement(): Statement | 'end' | 'else' | undefined {
    const token = this.#tokens.take();
    if (token.kind === 'text') return { kind: 'text', span: token.span, text: toBytes(token.text) };
    if (token.kind !== 'open') return this.#tokens.unexpected(token, 'input');
    this.#tokens.openedAt = token;
    const word = this.#tokens.peekSolid();
    if (word.kind !== 'keyword' || word.text === 'nil') return this.#action();
    this.#tokens.takeSolid();
    return this.#keyword(word.text, word.span);
  }

  #action(): Statement {
    const pipe = this.#operands.pipe('command', 'close');
    return { kind: 'action', span: pipe.span, pipe };
  }

  #keyword(word: string, span: Span): Statement | 'end' | 'else' {
    switch (word) {
      case 'if':
      case 'with':
      case 'range':
        return { kind: word, span, branch: this.#branch(word) };
      case 'break':
      case 'continue':
        this.#tokens.expect('close', `{{${word}}}`);
        if (this.#rangeDepth === 0) this.#tokens.fail(`{{${word}}} outside {{range}}`);
        return { kind: word, span };
      case 'end':
        this.#tokens.expect('close', 'end');
        return 'end';
      case 'else':
        return this.#else();
      case 'template':
        return this.#template(span);
      case 'block':
        return this.#blockClause(span);
      default:
        return this.#tokens.fail(`unexpected <${word}> in command`);
    }
  }

  /** What follows the `else` of an `else if` is read by the branch. */
  #else(): 'else' {
    const isMore = this.#tokens.isKeyword('if') || this.#tokens.isKeyword('with');
    if (!isMore) this.#tokens.expect('close', 'else');
    return 'else';
  }

  #branch(word: 'if' | 'with' | 'range'): Branch {
    const mark = this.#operands.mark();
    const pipe = this.#operands.pipe(word, 'close');
    if (word === 'range') this.#rangeDepth++;
    const { statements: body, end } = this.#block();
    if (word === 'range') this.#rangeDepth--;
    const otherwise = end === 'else' ? this.#otherwise(word) : undefined;
    this.#operands.release(mark);
    return { pipe, body, otherwise };
  }

  #otherwise(word: 'if' | 'with' | 'range'): readonly Statement[] {
    const next = this.#tokens.peekSolid();
    if (word !== 'range' && this.#tokens.isKeyword(word)) {
      this.#tokens.takeSolid();
      if (++this.#depth > DEEPEST_BLOCK) this.#tokens.fail('the template is nested too deeply');
      const branch = this.#branch(word);
      this.#depth--;
      return [{ kind: word, span: next.span, branch }];
    }
    const { statements, end } = this.#block();
    if (end === 'else') this.#tokens.fail('expected end; found {{else}}');
    return statements;
  }

  #template(span: Span): Statement {
    const name = this.#templateName('template clause');
    if (this.#tokens.peekSolid().kind === 'close') {
      this.#tokens.takeSolid();
      return { kind: 'template', span, name, pipe: undefined };
    }
    return { kind: 'template', span, name, pipe: this.#operands.pipe('template clause', 'close') };
  }

  #blockClause(span: Span): Statement {
    const name = this.#templateName('block clause');
    const pipe = this.#operands.pipe('block clause', 'close');
    this.#separate(name, 'block clause');
    return { kind: 'template', span, name, pipe };
  }

  #templateName(context: string): string {
    const token = this.#tokens.expect('string', context);
    return readString(token.text) ?? this.#tokens.fail('invalid syntax', token);
  }
}

function isEmpty(statements: readonly Statement[]): boolean {
  return statements.every((statement) => statement.kind === 'text' && /^\s*$/.test(statement.text));
}
