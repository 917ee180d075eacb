import { afterAll, beforeAll, expect, test } from 'vitest';
import { targetOfRef } from '../../activities/observe/object.ts';
import { Kind } from '../../api/object-ref.ts';
import { configMap, type FluxHome, fluxHome } from '../support/flux.ts';
import { type Stack, startStack } from '../support/harness.ts';
import { grantAll } from '../support/rbac.ts';

// Flags of the worker, so it is not the one that all tests share.
let stack: Stack;

beforeAll(async () => {
  stack = await startStack({ nodes: false, inMemory: true });
  await stack.startWorker({ args: ['--no-cross-namespace-refs', '--default-service-account=tenant'] });
});

afterAll(() => stack?.stop());

const FILES = { 'app/one.yaml': configMap('one') };

test.each(['there', 'missing'])(
  'a source in another namespace is denied in the same words, whether it is there or missing: %s',
  async (which) => {
    const other = await tenant();
    const home = await tenant();
    const name = which === 'there' ? 'home' : 'none';
    await home.kustomization('app', {
      path: './app',
      sourceRef: { kind: 'GitRepository', name, namespace: other.namespace },
    });

    const stalled = await home.condition('Kustomization', 'app', 'Stalled', 'AccessDenied');

    expect(stalled.message).toBe(
      `can't access 'GitRepository/${other.namespace}/${name}', cross-namespace references have been blocked`,
    );
    expect(await home.condition('Kustomization', 'app', 'Ready', 'AccessDenied')).toMatchObject({
      status: 'False',
      message: stalled.message,
    });
    expect(await home.live('ConfigMap', 'one')).toBeUndefined();
  },
);

test.each(['there', 'missing'])(
  'a dependency in another namespace is denied all the same: %s',
  async (which) => {
    const other = await tenant();
    if (which === 'there') await other.kustomization('base', { path: './app' });
    const home = await tenant();
    await home.kustomization('app', {
      path: './app',
      dependsOn: [{ name: 'base', namespace: other.namespace }],
    });

    const { message } = await home.condition('Kustomization', 'app', 'Stalled', 'AccessDenied');

    expect(message).toBe(
      `can't access 'Kustomization/${other.namespace}/base', cross-namespace references have been blocked`,
    );
  },
);

test('its own namespace, named or not, is no other', async () => {
  const home = await tenant();
  await home.kustomization('base', { path: './app' });
  await home.kustomization('app', {
    path: './app',
    sourceRef: { kind: 'GitRepository', name: 'home', namespace: home.namespace },
    dependsOn: [{ name: 'base', namespace: home.namespace }],
  });

  await home.ready('Kustomization', 'app');

  expect(await home.live('ConfigMap', 'one')).toBeDefined();
});

test('who names no service account acts as the default one, never as us', async () => {
  const home = await fluxHome({ stack, files: FILES });
  await home.kustomization('app', { path: './app', retryInterval: '1s' });

  const { message } = await home.condition('Kustomization', 'app', 'Ready', 'ReconciliationFailed');
  expect(message).toContain(`User "system:serviceaccount:${home.namespace}:tenant" cannot`);
  expect(await home.live('ConfigMap', 'one')).toBeUndefined();

  await grantAll(home, 'tenant');
  await home.ready('Kustomization', 'app');
});

async function tenant(): Promise<FluxHome> {
  const home = await fluxHome({ stack, files: FILES });
  await grantAll(home, 'tenant');
  return home;
}

test.each([
  {
    name: 'the source of its chart, where the chart would be made',
    spec: {
      chart: {
        spec: { chart: 'web', sourceRef: { kind: 'HelmRepository', name: 'charts', namespace: '<other>' } },
      },
    },
    denied: 'HelmChart/<other>/<own>-app',
  },
  {
    name: 'a chart',
    spec: { chartRef: { kind: 'HelmChart', name: 'web', namespace: '<other>' } },
    denied: 'HelmChart/<other>/web',
  },
  {
    name: 'a dependency',
    spec: {
      chartRef: { kind: 'HelmChart', name: 'web' },
      dependsOn: [{ name: 'base', namespace: '<other>' }],
    },
    denied: 'HelmRelease/<other>/base',
  },
])(
  'a HelmRelease is denied $name in another namespace, and leaves nothing there',
  async ({ spec, denied }) => {
    const [other, home] = [await tenant(), await tenant()];
    const named = (text: string) =>
      text.replaceAll('<other>', other.namespace).replaceAll('<own>', home.namespace);

    await home.kube.create({
      apiVersion: 'helm.toolkit.fluxcd.io/v2',
      kind: Kind.HelmRelease,
      metadata: { name: 'app', namespace: home.namespace },
      spec: { interval: '1h', ...(JSON.parse(named(JSON.stringify(spec))) as object) },
    });

    const { message } = await home.condition(Kind.HelmRelease, 'app', 'Stalled', 'AccessDenied');
    expect(message).toBe(`can't access '${named(denied)}', cross-namespace references have been blocked`);
    const { apiVersion } = targetOfRef(other.ref(Kind.HelmChart, ''));
    const { items } = await home.kube.list({ apiVersion, kind: Kind.HelmChart, namespace: other.namespace });
    expect(items).toEqual([]);
  },
);
