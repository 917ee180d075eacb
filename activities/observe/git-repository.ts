import { type GitRepository, unsupportedField } from '../../api/git-repository.ts';
import type { ObjectRef } from '../../api/object-ref.ts';
import { Kind } from '../../api/object-ref.ts';
import { Reason } from '../../api/reasons.ts';
import type { Deps, RefInput } from '../deps.ts';
import { stalled } from '../failures.ts';
import { type Attempt, attemptOf, durationField, type Idle, readForPass } from './object.ts';

/** A source that may be fetched. */
export interface ReadySource extends Attempt {
  readonly ref: ObjectRef;
  readonly timeoutMs: number;
}

export type ObservedGitRepository = Idle | ({ readonly state: 'Ready' } & ReadySource);

export async function observeGitRepository(deps: Deps, { ref }: RefInput): Promise<ObservedGitRepository> {
  const read = await readForPass(deps.kube, Kind.GitRepository, ref);
  if ('idle' in read) return read.idle;
  const { object } = read;
  assertSupported(object);
  durationField('interval', object.spec.interval);
  const timeoutMs = durationField('timeout', object.spec.timeout);
  return { state: 'Ready', ref, ...attemptOf(object), timeoutMs };
}

export function assertSupported(object: GitRepository): void {
  const field = unsupportedField(object.spec);
  if (field === undefined) return;
  throw stalled(
    Reason.UnsupportedField,
    `${field} is set, which this release does not honour yet; nothing was fetched: remove the field or keep the object with a controller that honours it`,
  );
}
