import type { ApplicationFailure } from '@temporalio/common';
import { Reason } from '../../api/reasons.ts';
import { failed, messageOf } from '../failures.ts';

/** The failure of a build. `path` is the guilty file of the artifact; the message names it already. */
export function buildFailed(
  message: string,
  detail: { path?: string; object?: string } = {},
): ApplicationFailure {
  return failed(Reason.BuildFailed, message, { detail });
}

/** The same from an error thrown while `what` was read: the sentence begins with it. */
export function buildFailedAt(what: string, error: unknown, path?: string): ApplicationFailure {
  return buildFailed(`${what}: ${messageOf(error)}`, path === undefined ? {} : { path });
}
