import { describe, expect, it } from 'vitest';
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

describe('of the Helm kinds it keeps', () => {
  const of = (kind: string, spec: object, more: object = {}) =>
    summarise({
      apiVersion: 'x',
      kind,
      metadata: { ...metadata, finalizers: ['finalizers.fluxcd.io'] },
      spec,
      ...more,
    });

  it.each([
    {
      name: 'the chart that is made for a release',
      kind: 'HelmRelease',
      spec: { chart: { spec: { chart: 'web', sourceRef: { kind: 'HelmRepository', name: 'charts' } } } },
      source: 'HelmChart/apps/apps-app',
    },
    {
      name: 'that chart beside its source, elsewhere',
      kind: 'HelmRelease',
      spec: {
        chart: { spec: { sourceRef: { kind: 'HelmRepository', name: 'charts', namespace: 'infra' } } },
      },
      source: 'HelmChart/infra/apps-app',
    },
    {
      name: 'the chart that a release refers to',
      kind: 'HelmRelease',
      spec: { chartRef: { kind: 'HelmChart', name: 'web' } },
      source: 'HelmChart/apps/web',
    },
    {
      name: 'one elsewhere, of whatever kind',
      kind: 'HelmRelease',
      spec: { chartRef: { kind: 'OCIRepository', name: 'web', namespace: 'infra' } },
      source: 'OCIRepository/infra/web',
    },
    {
      name: 'the source of a chart, whose `chart` is a word',
      kind: 'HelmChart',
      spec: { chart: 'web', sourceRef: { kind: 'GitRepository', name: 'home' } },
      source: 'GitRepository/apps/home',
    },
    { name: 'no source of a repository', kind: 'HelmRepository', spec: { url: 'x' }, source: undefined },
  ])('$name', ({ kind, spec, source }) => {
    expect(of(kind, spec).source).toBe(source);
  });

  it('what a release waits for and reads', () => {
    const spec = {
      dependsOn: [{ name: 'base' }, { name: 'crds', namespace: 'infra' }],
      valuesFrom: [
        { kind: 'ConfigMap', name: 'values' },
        { kind: 'Secret', name: 'passwords', optional: true },
      ],
    };

    expect(of('HelmRelease', spec)).toMatchObject({
      dependsOn: ['HelmRelease/apps/base', 'HelmRelease/infra/crds'],
      configs: ['ConfigMap/apps/values', 'Secret/apps/passwords'],
    });
  });

  it('of a chart the revision of the source that it was made of, and its own', () => {
    const status = {
      observedSourceArtifactRevision: 'sha256:index',
      artifact: { revision: '1.0.0', digest: 'sha256:1', url: 'http://one/1.tgz' },
    };

    expect(of('HelmChart', {}, { status })).toMatchObject({
      attemptedRevision: 'sha256:index',
      artifactRevision: '1.0.0',
      artifactDigest: 'sha256:1',
    });
  });

  it.each([
    { type: 'oci', finalizers: [], expected: true },
    { type: 'oci', finalizers: ['finalizers.fluxcd.io'], expected: false },
    { type: 'default', finalizers: [], expected: false },
    { type: undefined, finalizers: [], expected: false },
  ])('that nobody reconciles a repository of type $type with $finalizers: $expected', (given) => {
    const { type, finalizers, expected } = given;
    const object = { apiVersion: 'x', kind: 'HelmRepository', metadata: { ...metadata, finalizers } };

    expect(summarise({ ...object, spec: { url: 'oci://x', type } }).isStatic).toBe(expected);
  });

  it('the interval that a repository has when it names none', () => {
    expect([of('HelmRepository', { url: 'x' }).interval, of('HelmChart', {}).interval]).toEqual(['1m', '']);
  });
});
