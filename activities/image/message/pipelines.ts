import { literalAs, numberOf, toParameter } from './arguments.ts';
import type { Budget } from './budget.ts';
import { Refusal } from './errors.ts';
import { fieldOf } from './fields.ts';
import type { FunctionTable, GoFunction } from './function.ts';
import type { Command, Operand, Pipe, Span } from './nodes.ts';
import { type GoValue, isTrue } from './value.ts';

/** Nothing came through the pipeline, which is not the same as no value. */
const NOTHING = Symbol('nothing');
/** Looking through variables costs less than a step each. */
const VARIABLES_A_STEP = 32;
type Piped = GoValue | typeof NOTHING;

/** Fields one inside the other, and what the last is given. */
interface Chain {
  readonly fields: readonly string[];
  readonly rest: readonly Operand[];
}

interface Variable {
  readonly name: string;
  value: GoValue;
}

/** The variables of one template, and what evaluates its pipelines. All of it throws {@link Refusal}. */
export class Pipelines {
  /** Where the last thing that was evaluated stands. */
  at: Span = { start: 0, end: 0 };
  readonly budget: Budget;
  readonly #functions: FunctionTable;
  readonly #variables: Variable[];

  constructor(root: GoValue, functions: FunctionTable, budget: Budget) {
    this.#variables = [{ name: '$', value: root }];
    this.#functions = functions;
    this.budget = budget;
  }

  mark(): number {
    return this.#variables.length;
  }

  release(mark: number): void {
    this.#variables.length = mark;
  }

  /** Sets the variable of this name that was declared last. */
  assign(name: string, value: GoValue): void {
    const variable = this.#variables.findLast((candidate) => candidate.name === name);
    if (!variable) throw new Refusal(`undefined variable: ${name}`);
    variable.value = value;
  }

  /** Sets the variable that was declared last, or that many before it. */
  assignTop(back: number, value: GoValue): void {
    const variable = this.#variables.at(-back);
    if (variable) variable.value = value;
  }

  evaluate(dot: GoValue, pipe: Pipe): GoValue {
    this.at = pipe.span;
    let piped: Piped = NOTHING;
    for (const command of pipe.commands) piped = this.#command(dot, command, piped) ?? undefined;
    const value = piped === NOTHING ? undefined : piped;
    for (const name of pipe.variables) {
      if (pipe.isAssignment) this.assign(name, value);
      else this.#variables.push({ name, value });
    }
    return value;
  }

  #command(dot: GoValue, command: Command, piped: Piped): GoValue {
    this.budget.spend(1);
    this.at = command.span;
    const { first, rest } = command;
    switch (first.kind) {
      case 'function':
        return this.#call(dot, command, piped);
      case 'field':
        return this.#chain(dot, dot, { ...command, fields: first.fields }, piped);
      case 'chain':
        return this.#chain(dot, this.#operand(dot, first.of), { ...command, fields: first.fields }, piped);
      case 'variable':
        if (first.fields.length > 0) {
          return this.#chain(dot, this.#variable(first.name), { ...command, fields: first.fields }, piped);
        }
        break;
      default:
    }
    if (rest.length > 0 || piped !== NOTHING) throw new Refusal("can't give argument to non-function");
    if (first.kind === 'nil') throw new Refusal('nil is not a command');
    return this.#operand(dot, first);
  }

  /** An operand where any type will do. */
  #operand(dot: GoValue, operand: Operand): GoValue {
    this.budget.spend(1);
    switch (operand.kind) {
      case 'dot':
        return dot;
      case 'bool':
        return operand.value;
      case 'string':
        return operand.text;
      case 'number':
        return numberOf(operand);
      case 'nil':
        throw new Refusal('nil is not a command');
      case 'pipe':
        return this.evaluate(dot, operand);
      case 'function':
        return this.#call(dot, { span: operand.span, first: operand, rest: [] }, NOTHING);
      case 'field':
        return this.#chain(dot, dot, { fields: operand.fields, rest: [] }, NOTHING);
      case 'variable':
        return this.#chain(dot, this.#variable(operand.name), { fields: operand.fields, rest: [] }, NOTHING);
      case 'chain':
        return this.#chain(
          dot,
          this.#operand(dot, operand.of),
          { fields: operand.fields, rest: [] },
          NOTHING,
        );
    }
  }

  #variable(name: string): GoValue {
    this.budget.spend(this.#variables.length / VARIABLES_A_STEP);
    const variable = this.#variables.findLast((candidate) => candidate.name === name);
    if (!variable) throw new Refusal(`undefined variable: ${name}`);
    return variable.value;
  }

  // Go passes on what the last field is given; here only methods that compare versions take anything.
  #chain(dot: GoValue, of: GoValue, { fields, rest }: Chain, piped: Piped): GoValue {
    let value = of;
    for (const [index, name] of fields.entries()) {
      const isLast = index === fields.length - 1;
      const others = isLast ? rest.map((operand) => this.#operand(dot, operand)) : [];
      if (isLast && piped !== NOTHING) others.push(piped);
      value = fieldOf(value, name, others);
    }
    return value;
  }

  #call(dot: GoValue, command: Command, piped: Piped): GoValue {
    const name = command.first.kind === 'function' ? command.first.name : '';
    const called = Object.hasOwn(this.#functions, name) ? this.#functions[name] : undefined;
    if (!called) throw new Refusal(`"${name}" is not a defined function`);
    const { rest } = command;
    checkCount(name, called, rest.length + (piped === NOTHING ? 0 : 1));
    if (name === 'and' || name === 'or') return this.#untilDecided(dot, name, rest, piped);
    const values = rest.map((operand, index) => this.#argument(dot, operand, called, index));
    if (piped !== NOTHING) values.push(toParameter(piped, parameterAt(called, values.length)));
    this.at = command.span;
    for (const value of values) if (typeof value === 'string') this.budget.spendText(value.length);
    try {
      return this.#charged(called.call(values, this.budget));
    } catch (error) {
      if (error instanceof Refusal) throw new Refusal(`error calling ${name}: ${error.message}`);
      throw error;
    }
  }

  #argument(dot: GoValue, operand: Operand, called: GoFunction, index: number): unknown {
    const parameter = parameterAt(called, index);
    this.at = operand.span;
    return (literalAs(operand, parameter) ?? { value: toParameter(this.#operand(dot, operand), parameter) })
      .value;
  }

  /** `and` and `or` look no further than they have to. */
  #untilDecided(dot: GoValue, name: 'and' | 'or', rest: readonly Operand[], piped: Piped): GoValue {
    let value: GoValue;
    for (const operand of rest) {
      value = operand.kind === 'nil' ? undefined : this.#operand(dot, operand);
      if (isTrue(value) === (name === 'or')) return value;
    }
    return piped === NOTHING ? value : piped;
  }

  #charged(value: GoValue): GoValue {
    if (typeof value === 'string') this.budget.spendText(value.length);
    return value;
  }
}

function parameterAt({ fixed, rest }: GoFunction, index: number): 'any' | GoFunction['fixed'][number] {
  return fixed[index] ?? rest ?? 'any';
}

function checkCount(name: string, { fixed, rest }: GoFunction, count: number): void {
  const isEnough = rest ? count >= fixed.length : count === fixed.length;
  if (isEnough) return;
  throw new Refusal(
    `wrong number of args for ${name}: want ${rest ? 'at least ' : ''}${fixed.length} got ${count}`,
  );
}
