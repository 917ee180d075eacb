import { createContext, Script } from 'node:vm';
import { Environment, type ParseResult } from '@marcbachmann/cel-js';
import { inspectAst } from './cel-ast.ts';
import { registerFunctions } from './cel-functions.ts';
import { celResult, celValue } from './cel-value.ts';

/** An expression that does not compile, or that could not be evaluated. */
export class CelError extends Error {
  /** What has to change: the expression, or its values, which may be better the next time. */
  readonly blame: 'expression' | 'values';

  constructor(blame: CelError['blame'], expression: string, why: string) {
    super(`CEL expression "${shorten(expression)}": ${why}`);
    this.name = 'CelError';
    this.blame = blame;
  }
}

/** Values for the variables of an expression: JSON as it came from the API server. */
export type CelInput = Readonly<Record<string, unknown>>;

/** A compiled condition. Throws a {@link CelError} when it fails on these values, is no boolean or takes too long. */
export type CelCondition = (input: CelInput) => boolean;

export interface CelOptions {
  /** Bounds the time of simple expressions, too: their values are as large as somebody sends them. */
  readonly isStrict?: boolean;
}

// Both bound what a hostile author of an expression can cost (S17): the size of it, and loops within loops.
const LONGEST_EXPRESSION = 8192;
const DEEPEST_LOOP = 3;
const LONGEST_RUN_MS = 100;

const limits = {
  maxAstNodes: 2000,
  maxDepth: 64,
  maxListElements: 200,
  maxMapEntries: 200,
  maxCallArguments: 16,
};

/**
 * Compiles a condition over the named variables, or over whatever top-level fields its input has when none
 * are named (custom resources need not have a `status`). Throws a {@link CelError}.
 * Options and functions follow fluxcd/pkg runtime/cel: optional types, homogeneous literals, numbers of
 * different types compare; regular expressions are RE2 and never the engine's own.
 */
export function compileCel(
  expression: string,
  variables?: readonly string[],
  options: CelOptions = {},
): CelCondition {
  const run = prepare(expression, variables, { ...options, isCondition: true });
  return (input) => {
    const result = run(input);
    if (typeof result !== 'boolean') {
      throw new CelError('expression', expression, 'its result is not true or false');
    }
    return result;
  };
}

/** Compiles an expression of any result, which is good as input of another. Throws as {@link compileCel} does. */
export function compileCelValue(
  expression: string,
  variables: readonly string[],
  options: CelOptions = {},
): (input: CelInput) => unknown {
  const run = prepare(expression, variables, { ...options, isCondition: false });
  return (input) => celResult(run(input));
}

interface Wanted extends CelOptions {
  readonly isCondition: boolean;
}

function prepare(
  expression: string,
  variables: readonly string[] | undefined,
  { isCondition, isStrict = false }: Wanted,
): (input: CelInput) => unknown {
  if (expression.length > LONGEST_EXPRESSION) {
    throw new CelError('expression', expression, `it is longer than ${LONGEST_EXPRESSION} characters`);
  }
  const { program, loopDepth } = compile(expression, environmentFor(variables), isCondition);
  if (loopDepth > DEEPEST_LOOP) {
    throw new CelError('expression', expression, `its loops are nested deeper than ${DEEPEST_LOOP}`);
  }
  const run = loopDepth > 1 || isStrict ? bounded : unbounded;
  return (input) => run(program, celValue(input) as CelInput, expression);
}

function environmentFor(variables: readonly string[] | undefined): Environment {
  const environment = new Environment({
    unlistedVariablesAreDyn: variables === undefined,
    enableOptionalTypes: true,
    limits,
  });
  registerFunctions(environment);
  for (const name of variables ?? []) environment.registerVariable(name, 'map');
  return environment;
}

interface Compiled {
  readonly program: ParseResult;
  readonly loopDepth: number;
}

function compile(expression: string, environment: Environment, isCondition: boolean): Compiled {
  let program: ParseResult;
  let loopDepth: number;
  try {
    program = environment.parse(expression);
    loopDepth = inspectAst(program.ast, { rename: { matches: 're2Matches' } }).loopDepth;
  } catch (error) {
    throw new CelError('expression', expression, summaryOf(error));
  }
  const { valid, type, error } = program.check();
  if (!valid) throw new CelError('expression', expression, summaryOf(error));
  if (isCondition && type !== 'bool' && type !== 'dyn') {
    throw new CelError('expression', expression, `its result is a ${type ?? 'value'}, not a bool`);
  }
  return { program, loopDepth };
}

function unbounded(program: ParseResult, input: CelInput, expression: string): unknown {
  try {
    return program(input);
  } catch (error) {
    throw new CelError('values', expression, summaryOf(error));
  }
}

// Only V8's watchdog stops a synchronous loop; it costs a tenth of a millisecond, so the simple ones go without.
const stage: { run: (() => unknown) | undefined } = { run: undefined };
const context = createContext(stage);
const script = new Script('run()');

function bounded(program: ParseResult, input: CelInput, expression: string): unknown {
  stage.run = () => program(input);
  try {
    return script.runInContext(context, { timeout: LONGEST_RUN_MS });
  } catch (error) {
    if (isWatchdog(error)) {
      throw new CelError('expression', expression, `it took longer than ${LONGEST_RUN_MS} ms`);
    }
    throw new CelError('values', expression, summaryOf(error));
  } finally {
    stage.run = undefined;
  }
}

/** The watchdog's error may be of another realm, so its class tells nothing. */
function isWatchdog(error: unknown): boolean {
  return (
    typeof error === 'object' &&
    error !== null &&
    'code' in error &&
    error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT'
  );
}

function summaryOf(error: unknown): string {
  // The library's message draws the expression with a caret on lines of its own.
  if (error instanceof Error) {
    const place = positionOf(error);
    const [first = ''] = error.message.split('\n');
    return place === undefined ? first : `${first} (at character ${place + 1})`;
  }
  return String(error);
}

function positionOf(error: Error): number | undefined {
  const range: unknown = 'range' in error ? error.range : undefined;
  return typeof range === 'object' && range !== null && 'start' in range && typeof range.start === 'number'
    ? range.start
    : undefined;
}

function shorten(expression: string): string {
  const line = expression.replace(/\s+/g, ' ').trim();
  return line.length > 200 ? `${line.slice(0, 200)}…` : line;
}
