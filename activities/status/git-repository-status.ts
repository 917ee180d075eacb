import type { Artifact } from '../../api/artifact.ts';
import { ConditionType, findCondition } from '../../api/conditions.ts';
import type { GitRepository, GitRepositoryStatus } from '../../api/git-repository.ts';
import { Annotation } from '../../api/names.ts';
import { Reason } from '../../api/reasons.ts';
import { editConditions } from './patch.ts';

/** Pure: what the status of a GitRepository becomes. Ready summarises the other conditions. */

const {
  Ready,
  Reconciling,
  Stalled,
  FetchFailed,
  StorageOperationFailed,
  ArtifactInStorage,
  ArtifactOutdated,
} = ConditionType;

/** A new generation or revision is being fetched: said before the work. */
export function progressing(object: GitRepository, message: string, now: Date): GitRepositoryStatus {
  return {
    ...object.status,
    conditions: [
      ...editConditions(object.status?.conditions, {
        remove: [Stalled],
        set: [
          { type: Reconciling, status: 'True', reason: Reason.Progressing, message },
          { type: Ready, status: 'Unknown', reason: Reason.Progressing, message },
        ],
        generation: object.metadata.generation,
        now,
      }),
    ],
  };
}

export function stored(object: GitRepository, artifact: Artifact, now: Date): GitRepositoryStatus {
  const message = `stored artifact for revision '${artifact.revision}'`;
  const { observedIgnore: _previous, ...status } = object.status ?? {};
  return {
    ...status,
    ...handledRequest(object),
    observedGeneration: object.metadata.generation,
    artifact: { ...artifact },
    ...(object.spec.ignore !== undefined && { observedIgnore: object.spec.ignore }),
    conditions: [
      ...editConditions(object.status?.conditions, {
        remove: [Reconciling, Stalled, FetchFailed, StorageOperationFailed, ArtifactOutdated],
        set: [
          { type: Ready, status: 'True', reason: Reason.Succeeded, message },
          { type: ArtifactInStorage, status: 'True', reason: Reason.Succeeded, message },
        ],
        generation: object.metadata.generation,
        now,
      }),
    ],
  };
}

const STORAGE_REASONS: ReadonlySet<string> = new Set([
  Reason.StorageOperationFailed,
  Reason.ArchiveOperationFailed,
]);

export interface SourceFailureInput {
  readonly reason: Reason;
  readonly message: string;
  readonly stalled: boolean;
  readonly now: Date;
}

/** The artifact of the last good revision stays: appliers keep correcting drift with it. */
export function failedStatus(
  object: GitRepository,
  { reason, message, stalled, now }: SourceFailureInput,
): GitRepositoryStatus {
  const type = STORAGE_REASONS.has(reason) ? StorageOperationFailed : FetchFailed;
  return {
    ...object.status,
    ...handledRequest(object),
    ...(stalled && { observedGeneration: object.metadata.generation }),
    conditions: [
      ...editConditions(object.status?.conditions, {
        remove: [
          stalled ? Reconciling : Stalled,
          type === FetchFailed ? StorageOperationFailed : FetchFailed,
        ],
        set: [
          { type: Ready, status: 'False', reason, message },
          { type, status: 'True', reason, message },
          stalled
            ? { type: Stalled, status: 'True', reason, message }
            : { type: Reconciling, status: 'True', reason: Reason.ProgressingWithRetry, message },
        ],
        generation: object.metadata.generation,
        now,
      }),
    ],
  };
}

/** A suspended source stays current with what it has; one whose first fetch was stopped says so. */
export function suspendedStatus(object: GitRepository, note: string, now: Date): GitRepositoryStatus {
  const wasStopped = findCondition(object.status?.conditions, Ready)?.status === 'Unknown';
  const { generation } = object.metadata;
  const message = `stopped by a suspension before it was done: ${note}`;
  const set = [{ type: Ready, status: 'False', reason: Reason.GitOperationFailed, message }] as const;
  const edit = { remove: [Reconciling], set, generation, now };
  return {
    ...object.status,
    ...handledRequest(object),
    observedGeneration: generation,
    ...(wasStopped && { conditions: [...editConditions(object.status?.conditions, edit)] }),
  };
}

function handledRequest(object: GitRepository): Pick<GitRepositoryStatus, 'lastHandledReconcileAt'> {
  const requestedAt = object.metadata.annotations?.[Annotation.requestedAt];
  return requestedAt === undefined ? {} : { lastHandledReconcileAt: requestedAt };
}
