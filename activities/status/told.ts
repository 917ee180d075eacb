import type { Deps, RefInput } from '../deps.ts';
import type { StepContext } from '../steps.ts';
import type { FailureInput, Settled } from './settle-kustomization.ts';

type Step<Input, Result> = (deps: Deps, input: Input, step: StepContext) => Promise<Result>;

interface Ending {
  readonly message: string;
  /** Why, when it failed. */
  readonly error?: string;
}

/** A step that ends a pass, with a line in the worker's log once its status is written. */
export function told<Input extends RefInput, Result>(
  step: Step<Input, Result>,
  ending: (input: Input, result: Result) => Ending,
): Step<Input, Result> {
  return async (deps, input, context) => {
    const result = await step(deps, input, context);
    const { kind: controllerKind, name, namespace } = input.ref;
    const { message, error } = ending(input, result);
    if (error === undefined) deps.log.info({ controllerKind, name, namespace }, message);
    else deps.log.error({ controllerKind, name, namespace, error }, message);
    return result;
  };
}

export function settled(_input: unknown, { message }: Settled): Ending {
  return { message };
}

export function failure({ reason, message }: FailureInput): Ending {
  return { message: `reconciliation failed: ${reason}`, error: message };
}

export function waiting({ message }: { readonly message: string }): Ending {
  return { message };
}

/** An ending that is the same for every object. */
export function says(message: string): () => Ending {
  return () => ({ message });
}
