import type { Artifact } from '../../api/artifact.ts';
import { type ConditionChange, ConditionType, findCondition } from '../../api/conditions.ts';
import { Reason } from '../../api/reasons.ts';
import { edited, handledRequest, type ReadyObject, type ReadyStatus } from './ready-status.ts';

/** Pure: what the statuses of all sources have in common. Ready summarises the other conditions. */

const {
  Ready,
  Reconciling,
  Stalled,
  FetchFailed,
  BuildFailed,
  StorageOperationFailed,
  ArtifactInStorage,
  ArtifactOutdated,
} = ConditionType;

interface SourceStatus extends ReadyStatus {
  readonly artifact?: object | undefined;
}

/** An object of a source kind, as far as its status is worked out here. */
export type SourceObject<Status extends SourceStatus> = ReadyObject<Status>;

/** Why there is no new artifact. */
export interface SourceFailureInput {
  readonly reason: Reason;
  readonly message: string;
  readonly stalled: boolean;
  readonly now: Date;
}

/**
 * Work is going on: said before it. `more` goes with it, such as ArtifactOutdated. What has failed stays so until the
 * outcome: since when it fails decides when it is tried again.
 */
export function sourceProgressing<Status extends SourceStatus>(
  object: SourceObject<Status>,
  message: string,
  { now, more = [] }: { readonly now: Date; readonly more?: readonly ConditionChange[] },
): Status {
  const hasFailed = findCondition(object.status?.conditions, Ready)?.status === 'False';
  const unknown: ConditionChange = { type: Ready, status: 'Unknown', reason: Reason.Progressing, message };
  const set: readonly ConditionChange[] = [
    { type: Reconciling, status: 'True', reason: Reason.Progressing, message },
    ...(hasFailed ? [] : [unknown]),
    ...more,
  ];
  return edited(object, { remove: [Stalled], set }, now);
}

/** What was stored, and how Ready and ArtifactInStorage tell it. */
export interface StoredInput {
  readonly artifact: Artifact;
  readonly reason: Reason;
  readonly message: string;
  readonly now: Date;
  /** Other conditions that the success sets or ends. */
  readonly more?: readonly ConditionChange[];
  readonly remove?: readonly ConditionType[];
}

/** The artifact is there: all that was wrong is over, the generation and the request are answered. */
export function sourceStored<Status extends SourceStatus>(
  object: SourceObject<Status>,
  { artifact, reason, message, now, more = [], remove = [] }: StoredInput,
): Status {
  const over = [Reconciling, Stalled, FetchFailed, BuildFailed, StorageOperationFailed, ArtifactOutdated];
  const set: readonly ConditionChange[] = [
    { type: Ready, status: 'True', reason, message },
    { type: ArtifactInStorage, status: 'True', reason, message },
    ...more,
  ];
  return {
    ...edited(object, { remove: [...over, ...remove], set }, now),
    ...handledRequest(object),
    observedGeneration: object.metadata.generation,
    artifact: { ...artifact },
  };
}

const STORAGE_REASONS: ReadonlySet<string> = new Set([
  Reason.StorageOperationFailed,
  Reason.ArchiveOperationFailed,
]);

/** The condition that tells a failure by its reason: of the storage, else of the fetch. */
export function failureType(reason: Reason): ConditionType {
  return STORAGE_REASONS.has(reason) ? StorageOperationFailed : FetchFailed;
}

/**
 * There is no new artifact, and the last good one stays: appliers keep correcting drift with it. `tells` are the
 * conditions beside Ready that say why; other ones of a failure are over.
 */
export function sourceFailed<Status extends SourceStatus>(
  object: SourceObject<Status>,
  { reason, message, stalled, now }: SourceFailureInput,
  tells: readonly ConditionChange[] = [{ type: failureType(reason), status: 'True', reason, message }],
): Status {
  const told = new Set(tells.map(({ type }) => type));
  const others = [FetchFailed, BuildFailed, StorageOperationFailed].filter((type) => !told.has(type));
  const next: ConditionChange = stalled
    ? { type: Stalled, status: 'True', reason, message }
    : { type: Reconciling, status: 'True', reason: Reason.ProgressingWithRetry, message };
  const set: readonly ConditionChange[] = [{ type: Ready, status: 'False', reason, message }, ...tells, next];
  return {
    ...edited(object, { remove: [stalled ? Reconciling : Stalled, ...others], set }, now),
    ...handledRequest(object),
    ...(stalled && { observedGeneration: object.metadata.generation }),
  };
}
