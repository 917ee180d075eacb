/** Reasons of conditions and events, and the failure types of runs: Flux's words, one list for all. */
export const Reason = {
  Succeeded: 'Succeeded',
  Progressing: 'Progressing',
  ProgressingWithRetry: 'ProgressingWithRetry',
  // sources
  URLInvalid: 'URLInvalid',
  AuthenticationFailed: 'AuthenticationFailed',
  GitOperationFailed: 'GitOperationFailed',
  EmptyGitRepository: 'EmptyGitRepository',
  InvalidProviderConfiguration: 'InvalidProviderConfiguration',
  SourceIgnoreError: 'SourceIgnoreError',
  ArchiveOperationFailed: 'ArchiveOperationFailed',
  StorageOperationFailed: 'StorageOperationFailed',
  NewArtifact: 'NewArtifact',
  Failed: 'Failed',
  IndexationFailed: 'IndexationFailed',
  NoSourceArtifact: 'NoSourceArtifact',
  SourceUnavailable: 'SourceUnavailable',
  InvalidChartReference: 'InvalidChartReference',
  ValuesFilesError: 'ValuesFilesError',
  MetadataPatchError: 'MetadataPatchError',
  ChartPullError: 'ChartPullError',
  DependencyBuildError: 'DependencyBuildError',
  ChartPackageError: 'ChartPackageError',
  ChartVerificationError: 'ChartVerificationError',
  VerificationError: 'VerificationError',
  ChartPullSucceeded: 'ChartPullSucceeded',
  ChartPackageSucceeded: 'ChartPackageSucceeded',
  NewChart: 'NewChart',
  // appliers
  ReconciliationSucceeded: 'ReconciliationSucceeded',
  ReconciliationFailed: 'ReconciliationFailed',
  ArtifactFailed: 'ArtifactFailed',
  BuildFailed: 'BuildFailed',
  PruneFailed: 'PruneFailed',
  HealthCheckFailed: 'HealthCheckFailed',
  HealthCheckCanceled: 'HealthCheckCanceled',
  DependencyNotReady: 'DependencyNotReady',
  AccessDenied: 'AccessDenied',
  InvalidCELExpression: 'InvalidCELExpression',
  // releases
  SourceNotReady: 'SourceNotReady',
  ValuesError: 'ValuesError',
  StateError: 'StateError',
  PendingRelease: 'PendingRelease',
  RetriesExceeded: 'RetriesExceeded',
  MissingRollbackTarget: 'MissingRollbackTarget',
  InstallSucceeded: 'InstallSucceeded',
  InstallFailed: 'InstallFailed',
  UpgradeSucceeded: 'UpgradeSucceeded',
  UpgradeFailed: 'UpgradeFailed',
  AwaitingTests: 'AwaitingTests',
  TestSucceeded: 'TestSucceeded',
  TestFailed: 'TestFailed',
  RollbackSucceeded: 'RollbackSucceeded',
  RollbackFailed: 'RollbackFailed',
  UninstallSucceeded: 'UninstallSucceeded',
  UninstallFailed: 'UninstallFailed',
  DriftDetected: 'DriftDetected',
  NoDriftDetected: 'NoDriftDetected',
  DriftCorrected: 'DriftCorrected',
  DriftCorrectionFailed: 'DriftCorrectionFailed',
  InventoryBuildFailed: 'InventoryBuildFailed',
  NamespaceCheckSkipped: 'NamespaceCheckSkipped',
  // images
  ImageURLInvalid: 'ImageURLInvalid',
  ReadOperationFailed: 'ReadOperationFailed',
  Failure: 'Failure',
  FeatureGateDisabled: 'FeatureGateDisabled',
  InvalidPolicy: 'InvalidPolicy',
  IntervalNotConfigured: 'IntervalNotConfigured',
  InvalidPolicySelector: 'InvalidPolicySelector',
  InvalidSourceConfiguration: 'InvalidSourceConfiguration',
  RemovedTemplateField: 'RemovedTemplateField',
  SourceManagerFailed: 'SourceManagerFailed',
  UpdateFailed: 'UpdateFailed',
  // notifications
  TokenNotFound: 'TokenNotFound',
  ValidationFailed: 'ValidationFailed',
  NotificationDispatchFailed: 'NotificationDispatchFailed',
  InvalidConfig: 'InvalidConfig',
  SourceFetchFailed: 'SourceFetchFailed',
  MetadataAppendFailed: 'MetadataAppendFailed',
  // Pawl's own, where Flux has no word
  /** The object sets a field that this release does not honour yet. */
  UnsupportedField: 'UnsupportedField',
  /** The artifact holds Git LFS pointers instead of content; only of events. */
  LFSPointers: 'LFSPointers',
  /** Another Kustomization holds the same object; only of events. */
  Contested: 'Contested',
  /** `dependsOn` leads back to the object itself. */
  DependencyCycle: 'DependencyCycle',
  /** A field does not parse although the CRD's pattern let it through. */
  InvalidSpec: 'InvalidSpec',
  /** The push branch has no pull request, or an old one; what was pushed stays pushed. */
  PullRequestFailed: 'PullRequestFailed',
} as const;
export type Reason = (typeof Reason)[keyof typeof Reason];

const reasons: ReadonlySet<string> = new Set(Object.values(Reason));

export function isReason(text: string | null | undefined): text is Reason {
  return text !== null && text !== undefined && reasons.has(text);
}
