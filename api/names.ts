/** Names that are API: shared with Flux, its CLI and the tools around it, so they are exactly Flux's. */

export const FINALIZER = 'finalizers.fluxcd.io';

export const Annotation = {
  /** Opaque value: a change of it asks for a reconcile, `status.lastHandledReconcileAt` answers. */
  requestedAt: 'reconcile.fluxcd.io/requestedAt',
  /** Of HelmReleases, with the value of requestedAt: a release although nothing changed, or failures forgotten. */
  forceAt: 'reconcile.fluxcd.io/forceAt',
  resetAt: 'reconcile.fluxcd.io/resetAt',
  /** Of what a HelmRelease installed, also as a label: `disabled` keeps drift of it from being looked for. */
  driftDetection: 'helm.toolkit.fluxcd.io/driftDetection',
  prune: 'kustomize.toolkit.fluxcd.io/prune',
  ssa: 'kustomize.toolkit.fluxcd.io/ssa',
  force: 'kustomize.toolkit.fluxcd.io/force',
  reconcile: 'kustomize.toolkit.fluxcd.io/reconcile',
  substitute: 'kustomize.toolkit.fluxcd.io/substitute',
  /** Annotations of an object under this prefix are copied into its events. */
  eventPrefix: 'event.toolkit.fluxcd.io/',
  lastApplied: 'kubectl.kubernetes.io/last-applied-configuration',
  /** Ours: the value of requestedAt whose writer signals the run itself, so that the watch need not. */
  signalledAt: 'pawl.dev/signalled-at',
  /** Ours, additive: why, by whom and until when an object is suspended. */
  suspendReason: 'pawl.dev/suspend-reason',
  suspendedBy: 'pawl.dev/suspended-by',
  suspendedUntil: 'pawl.dev/suspended-until',
  /** Of ImageUpdateAutomations: the provider whose pull request the push branch gets, the Secret for it, and templates. */
  pullRequest: 'pawl.dev/pull-request',
  pullRequestSecret: 'pawl.dev/pull-request-secret',
  pullRequestTitle: 'pawl.dev/pull-request-title',
  pullRequestBody: 'pawl.dev/pull-request-body',
  /** Of Alerts: events of so long are told as one, and a failure only when it repeats so often. */
  group: 'pawl.dev/group',
  afterFailures: 'pawl.dev/after-failures',
  /** Of Alerts at git providers: `aggregate` is one status of a commit for all objects that build from it. */
  commitStatus: 'pawl.dev/commit-status',
} as const;

export const Label = {
  ownerName: 'kustomize.toolkit.fluxcd.io/name',
  ownerNamespace: 'kustomize.toolkit.fluxcd.io/namespace',
  /** Of what a HelmRelease installed. */
  releaseName: 'helm.toolkit.fluxcd.io/name',
  releaseNamespace: 'helm.toolkit.fluxcd.io/namespace',
  /** ConfigMaps and Secrets that carry it wake who refers to them. */
  watch: 'reconcile.fluxcd.io/watch',
} as const;

export const FieldManager = {
  /** Of applied objects: Flux's own, so that objects can be handed over in both directions. */
  apply: 'kustomize-controller',
  /** Of status and finalizers. */
  status: 'gotk-kustomize-controller',
  sourceStatus: 'gotk-source-controller',
  /** Of what helm applies, and of HelmCharts. */
  helm: 'helm-controller',
} as const;

/** Temporal's names. */

/** Where the workers of a cluster wait for work: each cluster has its own, so that several may share a Temporal namespace. */
export function taskQueue(cluster: string): string {
  return `pawl/${cluster}`;
}

export const SearchAttribute = {
  kind: 'PawlKind',
  namespace: 'PawlNamespace',
  name: 'PawlName',
  trigger: 'PawlTrigger',
  revision: 'PawlRevision',
  outcome: 'PawlOutcome',
} as const;
