import type { Artifact } from '../../api/artifact.ts';
import type { GitRepository, GitRepositoryStatus } from '../../api/git-repository.ts';
import { Reason } from '../../api/reasons.ts';
import { readySuspended } from './ready-status.ts';
import { type SourceFailureInput, sourceFailed, sourceProgressing, sourceStored } from './source-status.ts';

/** Pure: what the status of a GitRepository becomes. */

/** A new generation or revision is being fetched: said before the work. */
export function progressing(object: GitRepository, message: string, now: Date): GitRepositoryStatus {
  return sourceProgressing(object, message, { now });
}

export function stored(object: GitRepository, artifact: Artifact, now: Date): GitRepositoryStatus {
  const message = `stored artifact for revision '${artifact.revision}'`;
  const reason = Reason.Succeeded;
  const { observedIgnore: _previous, ...status } = sourceStored(object, { artifact, reason, message, now });
  return { ...status, ...(object.spec.ignore !== undefined && { observedIgnore: object.spec.ignore }) };
}

/** The artifact of the last good revision stays. */
export function failedStatus(object: GitRepository, failure: SourceFailureInput): GitRepositoryStatus {
  return sourceFailed(object, failure);
}

/** A suspended source stays current with what it has; one whose first fetch was stopped says so. */
export function suspendedStatus(object: GitRepository, note: string, now: Date): GitRepositoryStatus {
  return readySuspended(object, { note, reason: Reason.GitOperationFailed, now });
}
