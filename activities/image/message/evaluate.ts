import { type Budget, LONGEST_TEXT } from './budget.ts';
import { Refusal } from './errors.ts';
import type { FunctionTable } from './function.ts';
import type { Branch, Span, Statement, Template } from './nodes.ts';
import { Pipelines } from './pipelines.ts';
import { printValue } from './print.ts';
import { type GoValue, integer, isComposite, isTrue, sortedEntries } from './value.ts';

const DEEPEST_TEMPLATE = 50;

/** How a list of statements was left before its end. */
type Left = 'break' | 'continue' | undefined;

/** A refusal and where it happened. */
export interface Failure {
  readonly refusal: Refusal;
  readonly at: Span;
}

/**
 * Runs a template on data and answers what it writes, in bytes, or where it fails. Bounded in steps and in length by
 * the budget.
 */
export function evaluate(
  template: Template,
  data: GoValue,
  functions: FunctionTable,
  budget: Budget,
): { readonly text: string } | Failure {
  const run = new Run(template, functions, budget);
  try {
    return { text: run.start(data) };
  } catch (error) {
    if (error instanceof Refusal) return { refusal: error, at: run.pipelines.at };
    throw error;
  }
}

class Run {
  pipelines: Pipelines;
  readonly #template: Template;
  readonly #functions: FunctionTable;
  readonly #budget: Budget;
  #text = '';
  #depth = 0;

  constructor(template: Template, functions: FunctionTable, budget: Budget) {
    this.#template = template;
    this.#functions = functions;
    this.#budget = budget;
    this.pipelines = new Pipelines(undefined, functions, budget);
  }

  start(data: GoValue): string {
    this.pipelines = new Pipelines(data, this.#functions, this.#budget);
    this.#all(data, this.#template.body);
    return this.#text;
  }

  #all(dot: GoValue, statements: readonly Statement[]): Left {
    for (const statement of statements) {
      const left = this.#one(dot, statement);
      if (left) return left;
    }
    return undefined;
  }

  #one(dot: GoValue, statement: Statement): Left {
    this.#budget.spend(1);
    this.pipelines.at = statement.span;
    switch (statement.kind) {
      case 'text':
        this.#write(statement.text);
        return undefined;
      case 'action': {
        const value = this.pipelines.evaluate(dot, statement.pipe);
        if (statement.pipe.variables.length === 0) this.#write(this.#shown(value));
        return undefined;
      }
      case 'if':
      case 'with':
        return this.#ifOrWith(dot, statement.kind, statement.branch);
      case 'range':
        return this.#range(dot, statement.branch);
      case 'template':
        this.#call(dot, statement);
        return undefined;
      case 'break':
      case 'continue':
        return statement.kind;
    }
  }

  #shown(value: GoValue): string {
    return value === undefined || value === null ? '<no value>' : printValue(value, this.#budget);
  }

  #write(text: string): void {
    if (this.#text.length + text.length > LONGEST_TEXT) {
      throw new Refusal(`the text is longer than ${LONGEST_TEXT} bytes; make it shorter`);
    }
    this.#text += text;
  }

  #ifOrWith(dot: GoValue, kind: 'if' | 'with', { pipe, body, otherwise }: Branch): Left {
    const mark = this.pipelines.mark();
    const value = this.pipelines.evaluate(dot, pipe);
    const left = isTrue(value)
      ? this.#all(kind === 'with' ? value : dot, body)
      : otherwise && this.#all(dot, otherwise);
    this.pipelines.release(mark);
    return left;
  }

  #range(dot: GoValue, branch: Branch): Left {
    const outer = this.pipelines.mark();
    const value = this.pipelines.evaluate(dot, branch.pipe);
    const mark = this.pipelines.mark();
    let isEmpty = true;
    for (const [index, element] of elements(value, branch.pipe.variables.length)) {
      isEmpty = false;
      this.#budget.spend(1);
      this.#setVariables(branch, index, element);
      const left = this.#all(element, branch.body);
      this.pipelines.release(mark);
      if (left === 'break') break;
    }
    // A break ends the range only, whatever it stands in.
    const left = isEmpty && branch.otherwise ? this.#all(dot, branch.otherwise) : undefined;
    this.pipelines.release(outer);
    return left === 'continue' ? left : undefined;
  }

  #setVariables({ pipe }: Branch, index: GoValue, element: GoValue): void {
    const [first, second] = pipe.variables;
    if (first === undefined) return;
    if (!pipe.isAssignment) {
      this.pipelines.assignTop(1, element);
      if (second !== undefined) this.pipelines.assignTop(2, index);
    } else if (second === undefined) {
      this.pipelines.assign(first, element);
    } else {
      this.pipelines.assign(first, index);
      this.pipelines.assign(second, element);
    }
  }

  /** A template of its own sees no variables but its data. */
  #call(dot: GoValue, { name, pipe }: Extract<Statement, { kind: 'template' }>): void {
    const called = this.#template.defined.get(name);
    if (!called) throw new Refusal(`template ${JSON.stringify(name)} not defined`);
    if (this.#depth >= DEEPEST_TEMPLATE) {
      throw new Refusal(`exceeded maximum template depth (${DEEPEST_TEMPLATE})`);
    }
    const data = pipe && this.pipelines.evaluate(dot, pipe);
    const outer = this.pipelines;
    this.pipelines = new Pipelines(data, this.#functions, this.#budget);
    this.#depth++;
    this.#all(data, called);
    this.#depth--;
    this.pipelines = outer;
  }
}

function* elements(
  value: GoValue,
  variables: number,
): Generator<readonly [index: GoValue, element: GoValue]> {
  if (value === undefined || value === null) return;
  if (!isComposite(value) || value.kind === 'struct')
    throw new Refusal("range can't iterate over this value");
  if (value.kind === 'list') {
    for (const [index, item] of value.items.entries()) yield [integer(index), item];
  } else if (value.kind === 'map') {
    yield* sortedEntries(value);
  } else {
    if (variables > 1) throw new Refusal('a number has one variable to iterate over');
    for (let number = 0n; number < value.value; number++) yield [undefined, integer(number, value.type)];
  }
}
