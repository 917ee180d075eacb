import { expect, test } from 'vitest';
import { configMap, type FluxHome, fluxHome } from '../support/flux.ts';
import { manifest } from '../support/manifests.ts';

const PREFIX = 'kustomize.toolkit.fluxcd.io';

test('an immutable field fails without force, and is overcome with it', async () => {
  const home = await fluxHome({ files: { 'app/one.yaml': immutable('1') } });
  await home.kustomization('app', { path: './app' });
  await home.ready('Kustomization', 'app');
  const before = await home.live('ConfigMap', 'one');

  const revision = await home.deploy({ 'app/one.yaml': immutable('2') });
  const { message } = await home.condition('Kustomization', 'app', 'Ready', 'ReconciliationFailed');
  expect(message).toBe(
    `ConfigMap/${home.namespace}/one dry-run failed (Invalid): ConfigMap "one" is invalid: data: Forbidden: field is immutable when \`immutable\` is set`,
  );
  expect(await home.live('ConfigMap', 'one')).toEqual(before);

  await home.update('Kustomization', 'app', { force: true });
  await home.ready('Kustomization', 'app', revision);
  expect(await home.live('ConfigMap', 'one')).toMatchObject({ data: { number: '2' } });
});

test('force may be asked for a single object', async () => {
  const home = await fluxHome({
    files: { 'app/one.yaml': immutable('1', { [`${PREFIX}/force`]: 'Enabled' }) },
  });
  await home.kustomization('app', { path: './app' });
  const { metadata } = await applied(home);

  const revision = await home.deploy({ 'app/one.yaml': immutable('2', { [`${PREFIX}/force`]: 'Enabled' }) });
  await home.ready('Kustomization', 'app', revision);

  const after = await home.live('ConfigMap', 'one');
  expect(after).toMatchObject({ data: { number: '2' } });
  expect(after?.metadata.uid).not.toBe(metadata.uid);
});

test.each([
  { directive: 'ssa', value: 'Override', data: { key: 'new' }, kubectl: false },
  { directive: 'ssa', value: 'Merge', data: { key: 'new', mine: 'kept' }, kubectl: true },
  { directive: 'ssa', value: 'IfNotPresent', data: { key: 'edited', mine: 'kept' }, kubectl: true },
  { directive: 'ssa', value: 'Ignore', data: { key: 'edited', mine: 'kept' }, kubectl: true },
  { directive: 'reconcile', value: 'disabled', data: { key: 'edited', mine: 'kept' }, kubectl: true },
])(
  '$directive: $value decides what becomes of an edit by kubectl',
  async ({ directive, value, data, kubectl }) => {
    const home = await fluxHome({
      files: { 'app/one.yaml': configMap('one', { key: 'old' }), 'app/two.yaml': configMap('two') },
    });
    await home.kustomization('app', { path: './app' });
    await applied(home);
    const { kube, namespace } = home;
    const one = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'one', namespace },
      data: { key: 'edited', mine: 'kept' },
    };
    await kube.apply(one, { fieldManager: 'kubectl' });

    const revision = await home.deploy({
      'app/one.yaml': manifest({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'one', annotations: { [`${PREFIX}/${directive}`]: value } },
        data: { key: 'new' },
      }),
    });
    await home.ready('Kustomization', 'app', revision);

    const live = await home.live('ConfigMap', 'one');
    expect(live?.['data']).toEqual(data);
    const managers = live?.metadata.managedFields?.map(({ manager }) => manager);
    expect(managers?.includes('kubectl')).toBe(kubectl);
  },
);

test('an object with ssa: Ignore is neither pruned nor deleted', async () => {
  const home = await fluxHome({
    files: { 'app/one.yaml': configMap('one'), 'app/two.yaml': configMap('two') },
  });
  await home.kustomization('app', { path: './app' });
  await applied(home);
  const annotations = { [`${PREFIX}/ssa`]: 'ignore' };
  const one = { apiVersion: 'v1', kind: 'ConfigMap', namespace: home.namespace, name: 'one' };
  await home.kube.patch(one, { metadata: { annotations } }, { type: 'merge', fieldManager: 'somebody' });

  const revision = await home.deploy({ 'app/one.yaml': undefined });
  await home.ready('Kustomization', 'app', revision);

  expect(await home.live('ConfigMap', 'one')).toBeDefined();
});

test('ignored paths are left to others, in the plan and in the drift', async () => {
  const home = await fluxHome({
    files: {
      'app/one.yaml': configMap('one', { mine: '1', theirs: '1' }),
      'app/two.yaml': configMap('two', { theirs: '1' }),
    },
  });
  await home.kustomization('app', {
    path: './app',
    ignore: [{ paths: ['/data/theirs'], target: { kind: 'ConfigMap', name: 'one' } }],
  });
  await applied(home);
  for (const name of ['one', 'two']) {
    const target = { apiVersion: 'v1', kind: 'ConfigMap', namespace: home.namespace, name };
    await home.kube.patch(
      target,
      { data: { mine: '9', theirs: '9' } },
      { type: 'merge', fieldManager: 'autoscaler' },
    );
  }

  await home.reconcile('Kustomization', 'app');

  expect(await home.live('ConfigMap', 'one')).toMatchObject({ data: { mine: '1', theirs: '9' } });
  expect(await home.live('ConfigMap', 'two')).toMatchObject({ data: { theirs: '1' } });
});

async function applied(home: FluxHome) {
  await home.ready('Kustomization', 'app');
  const one = await home.live('ConfigMap', 'one');
  if (!one) throw new Error('nothing was applied');
  return one;
}

function immutable(number: string, annotations: Readonly<Record<string, string>> = {}): string {
  return manifest({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'one', annotations },
    data: { number },
    immutable: true,
  });
}
