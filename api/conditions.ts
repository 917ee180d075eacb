/** A `metav1.Condition`. */
export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
  readonly lastTransitionTime: string;
  readonly observedGeneration?: number | undefined;
}

export const ConditionType = {
  Ready: 'Ready',
  Reconciling: 'Reconciling',
  Stalled: 'Stalled',
  Healthy: 'Healthy',
  ArtifactInStorage: 'ArtifactInStorage',
  ArtifactOutdated: 'ArtifactOutdated',
  FetchFailed: 'FetchFailed',
  StorageOperationFailed: 'StorageOperationFailed',
  BuildFailed: 'BuildFailed',
  SourceVerified: 'SourceVerified',
  Released: 'Released',
  TestSuccess: 'TestSuccess',
  Remediated: 'Remediated',
  Drifted: 'Drifted',
} as const;
export type ConditionType = (typeof ConditionType)[keyof typeof ConditionType];

export interface ConditionChange {
  readonly type: ConditionType;
  readonly status: Condition['status'];
  readonly reason: string;
  readonly message: string;
}

// The CRD's bound on a condition message.
const LONGEST_MESSAGE = 32_768;

/**
 * Sets one condition and returns the new list. `lastTransitionTime` moves only when the status does
 * (as `meta.SetStatusCondition`); `now` is RFC 3339 with whole seconds.
 */
export function setCondition(
  conditions: readonly Condition[],
  change: ConditionChange,
  generation: number,
  now: string,
): readonly Condition[] {
  const before = conditions.find((condition) => condition.type === change.type);
  const after: Condition = {
    ...change,
    message: change.message.slice(0, LONGEST_MESSAGE),
    lastTransitionTime: before?.status === change.status ? before.lastTransitionTime : now,
    observedGeneration: generation,
  };
  if (!before) return [...conditions, after];
  return conditions.map((condition) => (condition === before ? after : condition));
}

export function removeConditions(
  conditions: readonly Condition[],
  types: readonly string[],
): readonly Condition[] {
  return conditions.filter((condition) => !types.includes(condition.type));
}

export function findCondition(
  conditions: readonly Condition[] | undefined,
  type: string,
): Condition | undefined {
  return conditions?.find((condition) => condition.type === type);
}

/** True only for `status: "True"`: an absent, False or Unknown condition claims nothing. */
export function isTrue(conditions: readonly Condition[] | undefined, type: string): boolean {
  return findCondition(conditions, type)?.status === 'True';
}
