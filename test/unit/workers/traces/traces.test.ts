import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../../api/kube-object.ts';
import { API_VERSION, Kind, type ObjectRef } from '../../../../api/object-ref.ts';
import { openTraces } from '../../../../workers/traces/open-traces.ts';
import { traceIds } from '../../../../workers/traces/spans.ts';
import { createTraces } from '../../../../workers/traces/traces.ts';
import { FakeCluster } from '../../../support/fake-cluster.ts';

const GIT = 'main@sha1:1111111111111111111111111111111111111111';

function object(kind: Kind, name: string, spec: object = {}, status: object = {}): KubeObject {
  return { apiVersion: API_VERSION[kind], kind, metadata: { name, namespace: 'apps' }, spec, status };
}

const CLUSTER = [
  object(Kind.GitRepository, 'home'),
  object(Kind.Kustomization, 'app', { sourceRef: { kind: 'GitRepository', name: 'home' } }),
  object(Kind.Kustomization, 'far', {
    sourceRef: { kind: 'GitRepository', name: 'home', namespace: 'shared' },
  }),
  object(
    Kind.HelmChart,
    'apps-web',
    { sourceRef: { kind: 'GitRepository', name: 'home' } },
    { observedSourceArtifactRevision: GIT },
  ),
  object(Kind.HelmRelease, 'web', {
    chart: { spec: { sourceRef: { kind: 'GitRepository', name: 'home' } } },
  }),
  object(Kind.HelmRelease, 'oci', { chartRef: { kind: 'OCIRepository', name: 'chart' } }),
  object(Kind.HelmRelease, 'lost', { chartRef: { kind: 'HelmChart', name: 'nowhere' } }),
  object(
    Kind.ImagePolicy,
    'tags',
    { imageRepositoryRef: { name: 'image' } },
    { observedScanRevision: 'sha256:22' },
  ),
  object(Kind.ImageUpdateAutomation, 'push', { sourceRef: { kind: 'GitRepository', name: 'home' } }),
  object(Kind.Receiver, 'hooks'),
];

function setUp() {
  const cluster = new FakeCluster();
  for (const one of CLUSTER) cluster.put(one);
  const told: { name: string; trace: string }[] = [];
  const errors: unknown[] = [];
  let isClosed = false;
  const traces = createTraces({
    kube: cluster.client,
    sink: {
      emit: (plans, { trace }) => told.push(...plans.map(({ name }) => ({ name, trace }))),
      close: async () => void (isClosed = true),
    },
    onError: (error) => errors.push(error),
  });
  const end = (kind: Kind, name: string, revision: string | undefined = GIT, outcome = 'Succeeded') => {
    const ref: ObjectRef = { kind, namespace: 'apps', name };
    const result = { trigger: 'Source', outcome, message: '', steps: [], revision };
    traces.passEnded({ ref, startedAt: 0, endedAt: 1, begun: [], result: result as never });
  };
  return { cluster, traces, told, errors, end, isClosed: () => isClosed };
}

const HOME = traceIds({ source: 'GitRepository/apps/home', revision: GIT }).trace;
const traceOf = (source: string, revision: string) => traceIds({ source, revision }).trace;

describe('which change a pass belongs to', () => {
  it.each([
    { kind: Kind.GitRepository, name: 'home', revision: GIT, trace: HOME },
    { kind: Kind.Kustomization, name: 'app', revision: GIT, trace: HOME },
    {
      kind: Kind.Kustomization,
      name: 'far',
      revision: GIT,
      trace: traceOf('GitRepository/shared/home', GIT),
    },
    { kind: Kind.HelmChart, name: 'apps-web', revision: '1.2.3', trace: HOME },
    { kind: Kind.HelmRelease, name: 'web', revision: '1.2.3', trace: HOME },
    {
      kind: Kind.HelmRelease,
      name: 'oci',
      revision: '1.2.3',
      trace: traceOf('OCIRepository/apps/chart', '1.2.3'),
    },
    {
      kind: Kind.ImagePolicy,
      name: 'tags',
      revision: 'v2',
      trace: traceOf('ImageRepository/apps/image', 'sha256:22'),
    },
    { kind: Kind.ImageUpdateAutomation, name: 'push', revision: GIT, trace: HOME },
  ])('$kind $name at $revision', async ({ kind, name, revision, trace }) => {
    const { traces, told, end } = setUp();

    end(kind, name, revision);
    await traces.close();

    expect(told).toEqual([{ name: `${kind} apps/${name}`, trace }]);
  });

  it.each([
    { why: 'a release whose chart is gone', kind: Kind.HelmRelease, name: 'lost' },
    { why: 'an object that is gone', kind: Kind.Kustomization, name: 'nobody' },
    { why: 'a Receiver', kind: Kind.Receiver, name: 'hooks' },
  ])('is not known of $why, and nothing is told', async ({ kind, name }) => {
    const { traces, told, errors, end } = setUp();

    end(kind, name);
    await traces.close();

    expect({ told, errors }).toEqual({ told: [], errors: [] });
  });
});

describe('what is told of a revision', () => {
  it('is the first pass for each way in which it ended', async () => {
    const { traces, told, end } = setUp();
    for (const outcome of ['Waiting', 'HealthCheckFailed', 'HealthCheckFailed', 'Succeeded', 'Succeeded'])
      end(Kind.Kustomization, 'app', GIT, outcome);
    end(Kind.Kustomization, 'app', 'main@sha1:2222');

    await traces.close();

    expect(told).toHaveLength(4);
  });

  it.each(['NothingToDo', 'Suspended', 'Deleted', 'Gone'])('is not that it ended as %s', async (outcome) => {
    const { traces, told, end } = setUp();
    end(Kind.Kustomization, 'app', GIT, outcome);

    await traces.close();

    expect(told).toEqual([]);
  });
});

it('an API server that is away costs the spans and nothing else', async () => {
  const { cluster, traces, told, errors, end, isClosed } = setUp();
  cluster.refuse = () => new Error('away');
  end(Kind.Kustomization, 'app');
  await expect.poll(() => errors).toHaveLength(1);
  cluster.refuse = undefined;
  end(Kind.Kustomization, 'far');

  await traces.close();

  expect(told).toHaveLength(1);
  expect(isClosed()).toBe(true);
});

it('more than can be told is left out', async () => {
  const { traces, told, end } = setUp();
  for (let revision = 0; revision < 1_500; revision += 1) end(Kind.Kustomization, 'app', String(revision));

  await traces.close();

  expect(told.length).toBeGreaterThanOrEqual(1_000);
  expect(told.length).toBeLessThanOrEqual(1_001);
});

it.each([
  {},
  { OTEL_EXPORTER_OTLP_ENDPOINT: '' },
  { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1', OTEL_SDK_DISABLED: 'true' },
])('there are no traces with %o', async (env) => {
  const log = { warn: () => undefined };

  expect(await openTraces(env, { kube: new FakeCluster().client, log: log as never })).toBeUndefined();
});
