import { Kind } from '../../api/object-ref.ts';
import type { Summary } from '../../workers/watch/summary.ts';

/** A Kustomization that is ready, as the watch keeps it, with some of it different. */
export function summary(some: Partial<Summary> = {}): Summary {
  return {
    ref: { kind: Kind.Kustomization, namespace: 'apps', name: 'app' },
    uid: 'uid',
    generation: 2,
    observedGeneration: 2,
    interval: '10m',
    isSuspended: false,
    note: '',
    suspendedUntil: undefined,
    isDeleting: false,
    requestedAt: undefined,
    handledRequest: undefined,
    signalledRequest: undefined,
    ready: { status: 'True', reason: 'ReconciliationSucceeded' },
    isStalled: false,
    isStatic: false,
    artifactRevision: undefined,
    artifactDigest: undefined,
    artifactUrl: undefined,
    source: 'GitRepository/apps/home',
    dependsOn: [],
    configs: [],
    attemptedRevision: 'r1',
    appliedRevision: 'r1',
    choice: undefined,
    follows: undefined,
    ...some,
  };
}

/** A GitRepository with an artifact. */
export function sourceSummary(some: Partial<Summary> = {}): Summary {
  return summary({
    ref: { kind: Kind.GitRepository, namespace: 'apps', name: 'home' },
    source: undefined,
    attemptedRevision: undefined,
    appliedRevision: undefined,
    artifactRevision: 'r1',
    artifactDigest: 'sha256:1',
    artifactUrl: 'http://one/1.tar.gz',
    ...some,
  });
}
