import type { FunctionTable } from '../function.ts';
import { builtinFunctions } from './builtin.ts';
import { caseFunctions } from './cases.ts';
import { comparisons } from './compare.ts';
import { defaultFunctions } from './defaults.ts';
import { dictFunctions } from './dicts.ts';
import { documentFunctions } from './documents.ts';
import { encodingFunctions } from './encodings.ts';
import { listFunctions } from './lists.ts';
import { mathFunctions } from './math.ts';
import { pathFunctions } from './paths.ts';
import { reflectionFunctions } from './reflection.ts';
import { isRefused } from './refused.ts';
import { regexpFunctions } from './regexps.ts';
import { semverFunctions } from './semver.ts';
import { splitFunctions } from './split.ts';
import { stringFunctions } from './strings.ts';
import { wrapFunctions } from './wrap.ts';

/** All functions of templates: those of the language, and sprig's that give the same for the same, by their names. */
export const functions: FunctionTable = {
  ...builtinFunctions,
  ...comparisons,
  ...caseFunctions,
  ...defaultFunctions,
  ...dictFunctions,
  ...documentFunctions,
  ...encodingFunctions,
  ...listFunctions,
  ...mathFunctions,
  ...pathFunctions,
  ...reflectionFunctions,
  ...regexpFunctions,
  ...semverFunctions,
  ...splitFunctions,
  ...stringFunctions,
  ...wrapFunctions,
};

/** What is wrong with the name of a function, if anything is. */
export function refusalOf(name: string): string | undefined {
  if (isRefused(name)) return `function "${name}" is not available in Pawl's templates`;
  return Object.hasOwn(functions, name) ? undefined : `function "${name}" not defined`;
}
