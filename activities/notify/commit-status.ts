import type { Alert } from '../../api/alert.ts';
import { CelError, compileCelValue } from '../../api/formats/cel.ts';
import type { Provider } from '../../api/provider.ts';
import { Reason } from '../../api/reasons.ts';
import { failed } from '../failures.ts';
import type { FluxEvent } from './event.ts';

export interface StatusNaming {
  readonly provider: Provider;
  readonly alert: Alert;
  /** With the metadata as it is told. */
  readonly event: FluxEvent;
}

const VARIABLES = ['event', 'alert', 'provider'];

/**
 * The name of a commit status (`createCommitStatus` of notification-controller): what `commitStatusExpr` says, else
 * `<kind>/<name>/<first part of the Provider's uid>` in lower case, which tells clusters apart that share a repository.
 * Throws failed NotificationDispatchFailed for an expression that brings no name.
 */
export function commitStatusName({ provider, alert, event }: StatusNaming): string {
  const { commitStatusExpr: expression } = provider.spec;
  if (!expression) {
    const [part = ''] = provider.metadata.uid.split('-');
    return `${event.involvedObject.kind}/${event.involvedObject.name}/${part}`.toLowerCase();
  }
  const name = evaluate(expression, { event, alert, provider });
  if (typeof name === 'string' && name.trim() !== '') return name;
  throw unusable(typeof name === 'string' ? 'its result is empty' : 'its result is no string');
}

function evaluate(expression: string, input: Readonly<Record<string, unknown>>): unknown {
  try {
    return compileCelValue(expression, VARIABLES)(input);
  } catch (error) {
    if (error instanceof CelError) throw unusable(error.message);
    throw error;
  }
}

function unusable(problem: string): Error {
  return failed(
    Reason.NotificationDispatchFailed,
    `failed to create commit status: spec.commitStatusExpr of the provider: ${problem}; correct it`,
  );
}
