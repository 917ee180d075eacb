import { expect, it } from 'vitest';
import { summarise } from '../../../../workers/watch/summary.ts';

const metadata = { name: 'app', namespace: 'apps', uid: 'u', generation: 3 };
const apiVersion = 'kustomize.toolkit.fluxcd.io/v1';

it('keeps of a Kustomization what it builds from, waits for and reads', () => {
  const summary = summarise({
    apiVersion,
    kind: 'Kustomization',
    metadata: { ...metadata, annotations: { 'reconcile.fluxcd.io/requestedAt': 'now' } },
    spec: {
      interval: '10m',
      sourceRef: { kind: 'GitRepository', name: 'home', namespace: 'flux-system' },
      dependsOn: [{ name: 'base' }, { name: 'crds', namespace: 'infra' }],
      postBuild: { substituteFrom: [{ kind: 'Secret', name: 'vars' }] },
    },
    status: {
      observedGeneration: 2,
      lastHandledReconcileAt: 'before',
      lastAttemptedRevision: 'r2',
      lastAppliedRevision: 'r1',
      conditions: [
        { type: 'Ready', status: 'False', reason: 'BuildFailed', message: '', lastTransitionTime: '' },
        { type: 'Stalled', status: 'True', reason: 'BuildFailed', message: '', lastTransitionTime: '' },
      ],
    },
  });

  expect(summary).toMatchObject({
    ref: { kind: 'Kustomization', namespace: 'apps', name: 'app' },
    generation: 3,
    observedGeneration: 2,
    requestedAt: 'now',
    handledRequest: 'before',
    ready: { status: 'False', reason: 'BuildFailed' },
    isStalled: true,
    isSuspended: false,
    isDeleting: false,
    source: 'GitRepository/flux-system/home',
    dependsOn: ['Kustomization/apps/base', 'Kustomization/infra/crds'],
    configs: ['Secret/apps/vars'],
    attemptedRevision: 'r2',
    appliedRevision: 'r1',
  });
});

it('keeps of a GitRepository what dependants build from', () => {
  const artifact = { revision: 'r1', digest: 'sha256:1', url: 'http://one/1.tar.gz' };
  const summary = summarise({
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'GitRepository',
    metadata,
    spec: { interval: '1m' },
    status: { artifact },
  });

  expect(summary).toMatchObject({
    artifactRevision: 'r1',
    artifactDigest: 'sha256:1',
    artifactUrl: artifact.url,
    source: undefined,
  });
});

it('bears objects that nobody has filled in', () => {
  expect(summarise({ apiVersion, kind: 'Kustomization', metadata: { name: 'app' } })).toMatchObject({
    interval: '',
    isSuspended: false,
    ready: undefined,
    dependsOn: [],
    configs: [],
  });
});

it.each([
  { name: 'with our finalizer', finalizers: ['finalizers.fluxcd.io'], expected: true },
  { name: "with somebody else's only", finalizers: ['example.com/other'], expected: false },
])('a deletion $name is ours to finish: $expected', ({ finalizers, expected }) => {
  const deleted = { ...metadata, deletionTimestamp: '2026-11-22T16:00:00Z', finalizers };

  expect(summarise({ apiVersion, kind: 'Kustomization', metadata: deleted }).isDeleting).toBe(expected);
});

it.each([
  {
    suspend: true,
    expected: { isSuspended: true, note: 'suspended by ann: upgrade', suspendedUntil: undefined },
  },
  { suspend: false, expected: { isSuspended: false, note: '', suspendedUntil: undefined } },
])('tells why it rests only while it does: $suspend', ({ suspend, expected }) => {
  const annotations = { 'pawl.dev/suspended-by': 'ann', 'pawl.dev/suspend-reason': 'upgrade' };

  const object = {
    apiVersion,
    kind: 'Kustomization',
    metadata: { ...metadata, annotations },
    spec: { suspend },
  };

  expect(summarise(object)).toMatchObject(expected);
});
