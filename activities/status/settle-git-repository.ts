import { findCondition } from '../../api/conditions.ts';
import type { GitRepository } from '../../api/git-repository.ts';
import type { ObjectRef } from '../../api/object-ref.ts';
import { Reason } from '../../api/reasons.ts';
import type { Deps } from '../deps.ts';
import { faultPoint } from '../fault.ts';
import type { Fetched } from '../fetch/steps.ts';
import type { ReadySource } from '../observe/git-repository.ts';
import { asAttempted, readUnparsed } from '../observe/object.ts';
import { stored } from './git-repository-status.ts';
import { patchStatus, type Status } from './patch.ts';
import type { Settled } from './settle-kustomization.ts';

export interface SettleSourceInput extends ReadySource {
  readonly fetched: Fetched;
}

/** The artifact is stored: dependants wake by this patch. */
export async function settleGitRepository(deps: Deps, { ref, fetched }: SettleSourceInput): Promise<Settled> {
  const found = await read(deps, ref);
  if (!found) return { message: 'the object is gone' };
  // What was fetched may not be what the new spec wants: its own pass, which the watch asks for, says so.
  if (found.metadata.generation !== fetched.attempt.generation)
    return { message: 'the spec changed during the fetch; it is fetched again' };
  const object = asAttempted(found, fetched.attempt);
  const { artifact, unchanged } = fetched;
  const wasReady = findCondition(object.status?.conditions, 'Ready')?.status !== 'False';
  const metadata = { revision: artifact.revision, digest: artifact.digest };
  if (!unchanged) {
    const message = `stored artifact for commit '${fetched.commitMessage ?? artifact.revision}'${fetched.rewritten ? ' (history rewritten)' : ''}`;
    await deps.events.record({ object, type: 'Normal', reason: Reason.NewArtifact, message, metadata });
    await warnOfPointers(deps, object, fetched);
  } else if (!wasReady) {
    const message = `stored artifact for revision '${artifact.revision}'`;
    await deps.events.record({ object, type: 'Normal', reason: Reason.Succeeded, message, metadata });
  }
  faultPoint('git.status');
  await patchStatus(
    deps.kube,
    ref,
    object.status as Status | undefined,
    stored(object, artifact, deps.now()) as Status,
  );
  return {
    message: unchanged
      ? `no changes since last reconciliation: observed revision '${artifact.revision}'`
      : `stored artifact for revision '${artifact.revision}'`,
  };
}

/** Whoever builds from such a file gets the pointer, and an error that says nothing of it. */
async function warnOfPointers(
  deps: Deps,
  object: GitRepository,
  { artifact, lfsPointers = [] }: Fetched,
): Promise<void> {
  if (lfsPointers.length === 0) return;
  const message = `files of the artifact are Git LFS pointers, their content is not fetched: ${lfsPointers.join(', ')}`;
  const metadata = { revision: artifact.revision };
  await deps.events.record({ object, type: 'Warning', reason: Reason.LFSPointers, message, metadata });
}

async function read(deps: Deps, ref: ObjectRef): Promise<GitRepository | undefined> {
  // Not parsed: a status must be written even for an object whose spec does not parse.
  return readUnparsed<GitRepository>(deps.kube, ref);
}
