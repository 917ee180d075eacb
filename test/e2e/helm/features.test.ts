import { describe, expect, test } from 'vitest';
import { findCondition } from '../../../api/conditions.ts';
import { API_VERSION, Kind } from '../../../api/object-ref.ts';
import { POLL } from '../../support/flux.ts';
import { type HelmHome, helmHome } from '../../support/helm-home.ts';
import { resultOf, runsOf, temporalClient } from '../../support/temporal.ts';

describe('values', () => {
  test('come from objects and the spec, and a change of a watched object is released', async () => {
    const home = await helmHome({ charts: ['bench'] });
    await config(home, 'ConfigMap', 'base', { 'values.yaml': 'text: base\nreplicas: 0\n' });
    await config(home, 'Secret', 'one', { word: 'hidden' });
    const valuesFrom = [
      { kind: 'ConfigMap', name: 'base' },
      { kind: 'Secret', name: 'one', valuesKey: 'word', targetPath: 'text' },
      { kind: 'ConfigMap', name: 'nobody-has-it', optional: true },
    ];
    await home.install('app', 'bench', { valuesFrom });
    expect(await textOf(home)).toBe('hidden');

    await config(home, 'Secret', 'one', { word: 'changed' });

    await expect.poll(() => textOf(home), POLL).toBe('changed');
    const { status } = await home.ready(Kind.HelmRelease, 'app');
    expect(status?.history?.[0]).toMatchObject({ version: 2, action: 'upgrade' });
  });

  test('that say the same make no release and start no helm', async () => {
    const home = await helmHome({ charts: ['bench'] });
    await home.install('app', 'bench', { values: { text: 'same', replicas: 0 } });

    await home.update(Kind.HelmRelease, 'app', { values: { replicas: 0, text: 'same' }, interval: '2h' });
    await home.ready(Kind.HelmRelease, 'app');
    await home.reconcile(Kind.HelmRelease, 'app');

    const client = await temporalClient();
    const [newest] = await runsOf(client, home.ref(Kind.HelmRelease, 'app'));
    if (newest === undefined) throw new Error('there was no run');
    const { passes } = await resultOf(client, newest);
    expect(passes.at(-1)).toMatchObject({
      outcome: 'NothingToDo',
      steps: [{ name: 'observe' }, { name: 'status' }],
    });
    expect(await home.history('app')).toHaveLength(1);
  });
});

test('what a chart renders is patched, gets common metadata and the labels of its object; a change is released', async () => {
  const home = await helmHome({ charts: ['bench'] });
  const patch = (value: string) => [
    {
      kustomize: {
        patches: [
          {
            target: { kind: 'ConfigMap' },
            patch: `- op: add\n  path: /data/patched\n  value: "${value}"\n`,
          },
        ],
      },
    },
  ];
  const commonMetadata = { labels: { team: 'a' }, annotations: { note: 'b' } };
  await home.install('app', 'bench', { postRenderers: patch('yes'), commonMetadata });

  const made = await home.live('ConfigMap', 'app');
  expect(made).toMatchObject({
    metadata: {
      labels: {
        team: 'a',
        'helm.toolkit.fluxcd.io/name': 'app',
        'helm.toolkit.fluxcd.io/namespace': home.namespace,
      },
      annotations: { note: 'b' },
    },
    data: { patched: 'yes' },
  });

  await home.update(Kind.HelmRelease, 'app', { postRenderers: patch('again') });

  await expect.poll(() => home.live('ConfigMap', 'app'), POLL).toMatchObject({ data: { patched: 'again' } });
});

test('a release goes to its namespaces, and moves when it is wanted under another name', async () => {
  const home = await helmHome({ charts: ['bench'] });
  const elsewhere = `${home.namespace}-elsewhere`;
  const install = { createNamespace: true };
  await home.install('app', 'bench', { targetNamespace: elsewhere, install });

  const configMap = { apiVersion: 'v1', kind: 'ConfigMap', namespace: elsewhere };
  expect(await home.kube.get({ ...configMap, name: `${elsewhere}-app` })).toBeDefined();
  expect((await home.records(`${elsewhere}-app`)).map(({ namespace }) => namespace)).toEqual([elsewhere]);

  await home.update(Kind.HelmRelease, 'app', { releaseName: 'other' });

  await home.gone({ ...configMap, name: `${elsewhere}-app` });
  const { status } = await home.ready(Kind.HelmRelease, 'app');
  expect(status?.history).toMatchObject([
    { name: 'other', namespace: elsewhere, version: 1, action: 'install' },
  ]);
  expect(await home.records(`${elsewhere}-app`)).toEqual([]);
  await home.uninstall('app');
  await home.kube.delete({ apiVersion: 'v1', kind: 'Namespace', name: elsewhere });
});

test('a release of a chart that is there already leaves that chart when it goes', async () => {
  const home = await helmHome({ charts: ['bench'] });
  await home.kube.create({
    apiVersion: API_VERSION.HelmChart,
    kind: Kind.HelmChart,
    metadata: { name: 'shared', namespace: home.namespace },
    spec: { chart: 'bench', interval: '1h', sourceRef: { kind: 'HelmRepository', name: 'charts' } },
  });
  await home.install('app', 'bench', { chart: null, chartRef: { kind: 'HelmChart', name: 'shared' } });
  await home.uninstall('app');

  expect(await home.find(Kind.HelmChart, 'shared')).toBeDefined();
});

test('releases wait for those they depend on, by readiness or by an expression', async () => {
  const home = await helmHome({ charts: ['bench'] });
  await home.release('second', 'bench', { dependsOn: [{ name: 'first' }] });
  const readyExpr = "dep.status.history[0].chartVersion == '0.1.0'";
  await home.release('third', 'bench', { dependsOn: [{ name: 'second', readyExpr }] });
  const waiting = await home.condition(Kind.HelmRelease, 'second', 'Ready', 'DependencyNotReady');
  expect(waiting.message).toBe(`dependency '${home.namespace}/first' not found`);

  await home.install('first', 'bench');

  await home.ready(Kind.HelmRelease, 'third');
});

describe('what differs in the cluster', () => {
  test('is corrected, where that is wanted', async () => {
    const home = await helmHome({ charts: ['bench'] });
    await home.install('app', 'bench', { driftDetection: { mode: 'enabled' } });
    await edit(home, { text: 'by hand' });

    await home.reconcile(Kind.HelmRelease, 'app');

    expect(await textOf(home)).toBe('one');
    const reasons = async () => (await home.events(Kind.HelmRelease, 'app')).map(({ reason }) => reason);
    await expect.poll(reasons, POLL).toEqual(expect.arrayContaining(['DriftDetected', 'DriftCorrected']));
    const { status } = await home.get(Kind.HelmRelease, 'app');
    expect(findCondition(status?.conditions, 'Drifted')).toMatchObject({ status: 'False' });
    expect(await home.history('app')).toHaveLength(1);
  });

  test('is only told, where that is wanted', async () => {
    const home = await helmHome({ charts: ['bench'] });
    await home.install('app', 'bench', { driftDetection: { mode: 'warn' } });
    await edit(home, { text: 'by hand' });

    const { status } = await home.reconcile(Kind.HelmRelease, 'app');

    expect(await textOf(home)).toBe('by hand');
    expect(findCondition(status?.conditions, 'Drifted')?.message).toContain('ConfigMap/');
    expect(findCondition(status?.conditions, 'Ready')?.status).toBe('True');
  });

  test('is left alone otherwise', async () => {
    const home = await helmHome({ charts: ['bench'] });
    await home.install('app', 'bench');
    await edit(home, { text: 'by hand' });

    await home.reconcile(Kind.HelmRelease, 'app');

    expect(await textOf(home)).toBe('by hand');
  });
});

test('a suspended release rests until it is resumed, and is left in the cluster when it is deleted', async () => {
  const home = await helmHome({ charts: ['bench'] });
  await home.install('app', 'bench');
  await home.update(Kind.HelmRelease, 'app', { suspend: true, values: { text: 'two' } });
  await home.reconcile(Kind.HelmRelease, 'app');
  expect(await textOf(home)).toBe('one');

  await home.update(Kind.HelmRelease, 'app', { suspend: false });
  await expect.poll(() => textOf(home), POLL).toBe('two');
  await home.update(Kind.HelmRelease, 'app', { suspend: true });
  await home.uninstall('app');

  expect(await textOf(home)).toBe('two');
});

test('a release is healthy when its own rules say so', async () => {
  const home = await helmHome({ charts: ['web'] });
  const expr = { apiVersion: 'apps/v1', kind: 'Deployment', current: 'status.readyReplicas > 0' };
  await home.install('app', 'web', { healthCheckExprs: [expr] });

  const never = { ...expr, current: 'status.readyReplicas == 99' };
  await home.update(Kind.HelmRelease, 'app', {
    healthCheckExprs: [never],
    values: { host: 'other.example' },
    upgrade: { timeout: '2s' },
  });
  const failed = await home.condition(Kind.HelmRelease, 'app', 'Released', 'UpgradeFailed');

  expect(failed.message).toContain('Deployment/');
  expect((await home.records('app')).at(-1)?.info.status).toBe('failed');
});

test('helm keeps as many revisions as wanted', async () => {
  const home = await helmHome({ charts: ['bench'] });
  await home.install('app', 'bench', { maxHistory: 2 });
  for (const text of ['two', 'three', 'four']) {
    await home.update(Kind.HelmRelease, 'app', { values: { text } });
    await expect.poll(() => textOf(home), POLL).toBe(text);
    await home.ready(Kind.HelmRelease, 'app');
  }

  expect((await home.history('app')).map(({ revision }) => revision)).toEqual([3, 4]);
});

async function textOf(home: HelmHome): Promise<unknown> {
  const object = await home.live('ConfigMap', 'app');
  return (object?.['data'] as Record<string, unknown> | undefined)?.['text'];
}

async function edit(home: HelmHome, data: Record<string, string>): Promise<void> {
  const target = { apiVersion: 'v1', kind: 'ConfigMap', namespace: home.namespace, name: 'app' };
  await home.kube.patch(target, { data }, { type: 'merge' });
}

/** Writes a ConfigMap or Secret that wakes its readers. */
async function config(
  home: HelmHome,
  kind: string,
  name: string,
  data: Record<string, string>,
): Promise<void> {
  const { namespace } = home;
  const metadata = { name, namespace, labels: { 'reconcile.fluxcd.io/watch': 'Enabled' } };
  const content = kind === 'Secret' ? { stringData: data } : { data };
  await home.kube.apply(
    { apiVersion: 'v1', kind, metadata, ...content },
    { fieldManager: 'test', force: true },
  );
}
