import { describe, expect, it } from 'vitest';
import type { Deps } from '../../../../activities/deps.ts';
import { observeHelmChart } from '../../../../activities/observe/helm-chart.ts';
import { observeHelmRepository } from '../../../../activities/observe/helm-repository.ts';
import type { KubeObject } from '../../../../api/kube-object.ts';
import { Kind } from '../../../../api/object-ref.ts';
import { StoredObjects } from '../../../support/stored-objects.ts';

interface State {
  readonly metadata?: object;
  readonly status?: object;
}

function object(kind: string, name: string, spec: object, { metadata, status }: State = {}): KubeObject {
  return {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind,
    metadata: { namespace: 'apps', name, uid: 'u', resourceVersion: '1', generation: 3, ...metadata },
    spec,
    ...(status && { status }),
  } as KubeObject;
}

const ARTIFACT = {
  artifact: { revision: 'r1', digest: 'sha256:1', url: 'http://x', path: 'x', lastUpdateTime: 'x' },
};
const DELETED = {
  metadata: { deletionTimestamp: '2026-11-22T12:00:00Z', finalizers: ['finalizers.fluxcd.io'] },
};
const REQUESTED = { metadata: { annotations: { 'reconcile.fluxcd.io/requestedAt': 'now' } } };

const repository = (spec: object = {}, state?: State) =>
  object('HelmRepository', 'charts', { url: 'http://charts.example', ...spec }, state);
const chart = (spec: object = {}, state?: State) =>
  object(
    'HelmChart',
    'app',
    { chart: 'web', interval: '5m', sourceRef: { kind: 'HelmRepository', name: 'charts' }, ...spec },
    state,
  );

async function observed(kind: 'HelmRepository' | 'HelmChart', ...objects: readonly KubeObject[]) {
  const stored = new StoredObjects(...objects);
  const deps = { kube: stored.kube } as unknown as Deps;
  const name = kind === Kind.HelmChart ? 'app' : 'charts';
  const observe = kind === Kind.HelmChart ? observeHelmChart : observeHelmRepository;
  const found = await observe(deps, { ref: { kind, namespace: 'apps', name } });
  return { found, writes: stored.writes, stored };
}

describe('a HelmRepository is', () => {
  it('ready to be fetched, with a finalizer, for a minute where it says nothing', async () => {
    const { found, stored } = await observed('HelmRepository', repository({}, REQUESTED));

    expect(found).toEqual({
      state: 'Ready',
      ref: { kind: 'HelmRepository', namespace: 'apps', name: 'charts' },
      generation: 3,
      requestedAt: 'now',
      timeoutMs: 60_000,
    });
    expect(stored.find('HelmRepository', 'apps', 'charts')?.metadata.finalizers).toEqual([
      'finalizers.fluxcd.io',
    ]);
  });

  it.each([
    { name: 'gone', objects: [], expected: { state: 'Gone' } },
    {
      name: 'deleted, whatever its spec',
      objects: [repository({ interval: 7 }, DELETED)],
      expected: { state: 'Deleting' },
    },
    {
      name: 'suspended',
      objects: [repository({ suspend: true })],
      expected: { state: 'Suspended', message: 'suspended' },
    },
  ])('$name', async ({ objects, expected }) => {
    expect((await observed('HelmRepository', ...objects)).found).toEqual(expected);
  });

  it('a registry, which is left as it is', async () => {
    const { found, writes } = await observed(
      'HelmRepository',
      repository({ type: 'oci', url: 'oci://x/y', suspend: true }),
    );

    expect(found).toEqual({ state: 'Static' });
    expect(writes).toEqual([]);
  });

  it.each([
    { spec: { interval: '9999999999h' }, message: 'spec.interval: "9999999999h" is not a duration' },
    { spec: { timeout: '9999999999m' }, message: 'spec.timeout: "9999999999m" is not a duration' },
    { spec: { url: 7 }, message: 'spec.url: ' },
  ])('stalled by $spec', async ({ spec, message }) => {
    await expect(observed('HelmRepository', repository(spec))).rejects.toMatchObject({
      type: 'InvalidSpec',
      message: expect.stringContaining(message),
      details: [{ stalled: true }],
    });
  });
});

describe('a HelmChart is', () => {
  it.each([
    {
      name: 'with the index of its repository',
      source: repository({}, { status: ARTIFACT }),
      timeoutMs: 300_000,
    },
    {
      name: 'of a registry, which has no artifact',
      source: repository({ type: 'oci', url: 'oci://x/y' }),
      timeoutMs: 300_000,
    },
    {
      name: 'for as long as its source says, for each request',
      source: repository({ timeout: '10s' }, { status: ARTIFACT }),
      timeoutMs: 50_000,
    },
  ])('ready to be built $name', async ({ source, timeoutMs }) => {
    const { found } = await observed('HelmChart', chart({}, REQUESTED), source);

    expect(found).toEqual({
      state: 'Ready',
      ref: { kind: 'HelmChart', namespace: 'apps', name: 'app' },
      generation: 3,
      requestedAt: 'now',
      timeoutMs,
    });
  });

  it.each([
    { name: 'gone', objects: [], expected: { state: 'Gone' } },
    { name: 'deleted', objects: [chart({}, DELETED)], expected: { state: 'Deleting' } },
    {
      name: 'suspended',
      objects: [chart({ suspend: true })],
      expected: { state: 'Suspended', message: 'suspended' },
    },
    {
      name: 'waiting for a source that is not there',
      objects: [chart()],
      expected: {
        state: 'Waiting',
        reason: 'SourceUnavailable',
        message: 'HelmRepository/apps/charts not found: create it, or correct spec.sourceRef',
      },
    },
    {
      name: 'waiting for the first artifact of its source',
      objects: [chart(), repository()],
      expected: {
        state: 'Waiting',
        reason: 'NoSourceArtifact',
        message: "no artifact available for HelmRepository source 'charts'",
      },
    },
    {
      name: 'waiting for one in Git',
      objects: [
        chart({ sourceRef: { kind: 'GitRepository', name: 'home' } }),
        object('GitRepository', 'home', { interval: 7 }),
      ],
      expected: {
        state: 'Waiting',
        reason: 'NoSourceArtifact',
        message: "no artifact available for GitRepository source 'home'",
      },
    },
  ])('$name', async ({ objects, expected }) => {
    expect((await observed('HelmChart', ...objects)).found).toEqual(expected);
  });

  it.each([
    {
      name: 'a bucket',
      spec: { sourceRef: { kind: 'Bucket', name: 'x' } },
      type: 'UnsupportedField',
      message: 'spec.sourceRef.kind: Bucket',
    },
    {
      name: 'a signature by notation',
      spec: { verify: { provider: 'notation' } },
      type: 'UnsupportedField',
      message: 'spec.verify.provider: notation',
    },
    {
      name: 'a signature without keys',
      spec: { verify: { provider: 'cosign' } },
      type: 'UnsupportedField',
      message: 'spec.verify without secretRef',
    },
    {
      name: 'an interval that overflows',
      spec: { interval: '9999999999h' },
      type: 'InvalidSpec',
      message: 'spec.interval: ',
    },
  ])('stalled by $name', async ({ spec, type, message }) => {
    await expect(observed('HelmChart', chart(spec), repository())).rejects.toMatchObject({
      type,
      message: expect.stringContaining(message),
      details: [{ stalled: true }],
    });
  });
});
