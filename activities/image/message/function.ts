import type { Budget } from './budget.ts';
import type { GoMap, GoStruct, GoValue } from './value.ts';

/** What Go's signatures ask for, and what a function gets for it. An `int` comes as a number. */
interface ParameterTypes {
  any: GoValue;
  string: string;
  int: number;
  float64: number;
  bool: boolean;
  dict: GoMap;
  version: GoStruct;
  budget: Budget;
}

type Single = keyof ParameterTypes;
/** The type of a parameter; `...` before it stands for any number of arguments. */
export type Parameter = Exclude<Single, 'budget'>;
type Spread = Parameter | `...${Parameter}`;
type Parameters = readonly Spread[] | readonly ['budget', ...Spread[]];

type Arguments<P extends readonly string[]> = P extends readonly [
  infer Head,
  ...infer Tail extends readonly string[],
]
  ? Head extends `...${infer Rest extends Parameter}`
    ? ParameterTypes[Rest][]
    : Head extends Single
      ? [ParameterTypes[Head], ...Arguments<Tail>]
      : []
  : [];

/** A function of the template language. */
export interface GoFunction {
  readonly fixed: readonly Parameter[];
  /** The type of all further arguments. */
  readonly rest: Parameter | undefined;
  /** The arguments have been checked against the parameters. */
  readonly call: (values: readonly unknown[], budget: Budget) => GoValue;
}

/** Makes a function of its Go signature. A first parameter `budget` is no argument but what may still be spent. */
export function define<const P extends Parameters>(
  parameters: P,
  call: (...values: Arguments<P>) => GoValue,
): GoFunction {
  const isMetered = parameters[0] === 'budget';
  const names = (isMetered ? parameters.slice(1) : parameters) as readonly Spread[];
  const last = names.at(-1);
  const rest = last?.startsWith('...') ? (last.slice(3) as Parameter) : undefined;
  const invoke = call as unknown as (...values: readonly unknown[]) => GoValue;
  return {
    fixed: names.filter((name): name is Parameter => !name.startsWith('...')),
    rest,
    call: (values, budget) => (isMetered ? invoke(budget, ...values) : invoke(...values)),
  };
}

export type FunctionTable = Readonly<Record<string, GoFunction>>;
