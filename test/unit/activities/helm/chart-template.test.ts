import { describe, expect, it } from 'vitest';
import type { Deps } from '../../../../activities/deps.ts';
import { chartRefOf, deleteHelmChart, keepHelmChart } from '../../../../activities/helm/chart-template.ts';
import type { HelmRelease, HelmReleaseSpec, HelmReleaseStatus } from '../../../../api/helm-release.ts';
import type { KubeObject } from '../../../../api/kube-object.ts';
import { StoredObjects } from '../../../support/stored-objects.ts';

type Template = NonNullable<HelmReleaseSpec['chart']>;

const sourceRef = { kind: 'HelmRepository', name: 'charts' } as const;
const LABELS = { 'helm.toolkit.fluxcd.io/name': 'app', 'helm.toolkit.fluxcd.io/namespace': 'apps' };

function template(spec: Partial<Template['spec']> = {}, metadata?: Template['metadata']): Template {
  return {
    ...(metadata && { metadata }),
    spec: { chart: 'web', version: '1.x', sourceRef, ...spec },
  } as Template;
}

function release(spec: Partial<HelmReleaseSpec>, status?: HelmReleaseStatus): HelmRelease {
  return {
    apiVersion: 'helm.toolkit.fluxcd.io/v2',
    kind: 'HelmRelease',
    metadata: { name: 'app', namespace: 'apps', uid: 'uid', resourceVersion: '1', generation: 1 },
    spec: { interval: '5m', ...spec },
    ...(status && { status }),
  };
}

function chart(namespace: string, name: string, more: Partial<KubeObject> = {}): KubeObject {
  const metadata = { namespace, name, uid: `uid of ${name}`, labels: LABELS, ...more.metadata };
  return { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'HelmChart', ...more, metadata };
}

const wantedSpec = { chart: 'web', version: '1.x', interval: '5m', sourceRef };

async function kept(object: HelmRelease, ...others: readonly KubeObject[]) {
  const stored = new StoredObjects(object as unknown as KubeObject, ...others);
  const found = await keepHelmChart({ kube: stored.kube } as unknown as Deps, object);
  return { stored, found };
}

describe('the chart of a release is', () => {
  it.each([
    { name: 'named after both its names', spec: { chart: template() }, at: 'apps/apps-app' },
    {
      name: 'made beside its source',
      spec: { chart: template({ sourceRef: { ...sourceRef, namespace: 'infra' } }) },
      at: 'infra/apps-app',
    },
    {
      name: 'the one that is referred to',
      spec: { chartRef: { kind: 'HelmChart' as const, name: 'web' } },
      at: 'apps/web',
    },
    {
      name: 'one elsewhere that is referred to',
      spec: { chartRef: { kind: 'HelmChart' as const, name: 'web', namespace: 'infra' } },
      at: 'infra/web',
    },
  ])('$name', ({ spec, at }) => {
    const { kind, namespace, name } = chartRefOf(release(spec));

    expect([kind, `${namespace}/${name}`]).toEqual(['HelmChart', at]);
  });
});

describe('a HelmChart that is made for a release', () => {
  it('says what its template says, with the interval of the release, and whose it is', async () => {
    const metadata = { labels: { team: 'web' }, annotations: { why: 'because' } };
    const { stored, found } = await kept(release({ chart: template({ valuesFiles: ['a.yaml'] }, metadata) }));

    expect(found).toEqual({
      apiVersion: 'source.toolkit.fluxcd.io/v1',
      kind: 'HelmChart',
      metadata: {
        namespace: 'apps',
        name: 'apps-app',
        labels: { team: 'web', ...LABELS },
        annotations: { why: 'because' },
      },
      spec: { ...wantedSpec, valuesFiles: ['a.yaml'] },
    });
    expect(stored.writes).toEqual(['apply HelmChart/apps/apps-app', 'patch HelmRelease/apps/app']);
    expect(stored.find('HelmRelease', 'apps', 'app')).toMatchObject({
      status: { helmChart: 'apps/apps-app' },
    });
  });

  it('has an interval of its own where the template names one, and never a namespace in its source', async () => {
    const elsewhere = template({ interval: '1m', sourceRef: { ...sourceRef, namespace: 'infra' } });
    const { found } = await kept(release({ chart: elsewhere }));

    expect(found?.['spec']).toEqual({ ...wantedSpec, interval: '1m' });
  });

  it.each([
    { name: 'it is as it should be', more: {} },
    { name: 'somebody suspended it', more: { spec: { ...wantedSpec, suspend: true } } },
    {
      name: 'somebody added labels and annotations',
      more: { metadata: { name: '', labels: { ...LABELS, mine: 'x' }, annotations: { mine: 'x' } } },
    },
  ])('is not written where $name', async ({ more }) => {
    const status = { helmChart: 'apps/apps-app' };
    const metadata = { ...more.metadata, namespace: 'apps', name: 'apps-app' };
    const there = chart('apps', 'apps-app', { spec: wantedSpec, ...more, metadata });

    const { stored } = await kept(release({ chart: template() }, status), there);

    expect(stored.writes).toEqual([]);
  });

  it.each([
    { name: 'its version was changed', spec: { ...wantedSpec, version: '2.x' } },
    {
      name: 'a field was added that the template does not have',
      spec: { ...wantedSpec, valuesFiles: ['a'] },
    },
  ])('is written where $name', async ({ spec }) => {
    const status = { helmChart: 'apps/apps-app' };

    const { stored } = await kept(
      release({ chart: template() }, status),
      chart('apps', 'apps-app', { spec }),
    );

    expect(stored.writes).toEqual(['apply HelmChart/apps/apps-app']);
  });

  it.each([
    { name: 'made beside another source', spec: { chart: template() } },
    {
      name: 'not made any more, as another one is referred to',
      spec: { chartRef: { kind: 'HelmChart' as const, name: 'web' } },
    },
  ])('goes when it is $name', async ({ spec }) => {
    const { stored } = await kept(release(spec, { helmChart: 'infra/apps-app' }), chart('infra', 'apps-app'));

    expect(stored.find('HelmChart', 'infra', 'apps-app')).toBeUndefined();
  });
});

it('a chart that is referred to is read and never written', async () => {
  const spec = { chartRef: { kind: 'HelmChart' as const, name: 'web' } };
  const there = chart('apps', 'web', { spec: { chart: 'other' } });

  expect(await kept(release(spec), there)).toMatchObject({ found: there, stored: { writes: [] } });
  expect((await kept(release(spec))).found).toBeUndefined();
});

describe('a chart is deleted with its release', () => {
  const gone = async (object: HelmRelease, ...others: readonly KubeObject[]) => {
    const stored = new StoredObjects(...others);
    await deleteHelmChart({ kube: stored.kube } as unknown as Deps, object);
    return stored.writes;
  };
  const object = release({}, { helmChart: 'infra/apps-app' });

  it('where it was made for it', async () => {
    expect(await gone(object, chart('infra', 'apps-app'))).toEqual(['delete HelmChart/infra/apps-app']);
  });

  it.each([
    { name: 'somebody took it over', labels: { ...LABELS, 'helm.toolkit.fluxcd.io/name': 'other' } },
    { name: 'somebody took its labels', labels: {} },
  ])('but not where $name', async ({ labels }) => {
    const metadata = { namespace: 'infra', name: 'apps-app', labels };

    expect(await gone(object, chart('infra', 'apps-app', { metadata }))).toEqual([]);
  });

  it('and it is no matter that it is gone, or never was', async () => {
    expect(await gone(object)).toEqual([]);
    expect(await gone(release({}), chart('infra', 'apps-app'))).toEqual([]);
  });
});
