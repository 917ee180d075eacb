import { expect, test } from 'vitest';
import { findCondition } from '../../api/conditions.ts';
import { configMap, fluxHome } from '../support/flux.ts';
import { deployment } from '../support/manifests.ts';
import { grantAll } from '../support/rbac.ts';

const FILES = { 'app/one.yaml': configMap('one'), 'app/web.yaml': deployment('web') };

test('a Kustomization acts as its service account, and may no more than that', async () => {
  const home = await fluxHome({ files: FILES });
  const { kube, namespace } = home;
  await kube.create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'applier', namespace } });
  await home.kustomization('app', { path: './app', serviceAccountName: 'applier' });

  const refused = await home.condition('Kustomization', 'app', 'Ready', 'ReconciliationFailed');

  expect(refused.status).toBe('False');
  expect(refused.message).toContain(`User "system:serviceaccount:${namespace}:applier" cannot`);
  expect(await home.live('ConfigMap', 'one')).toBeUndefined();
  const { status } = await home.get('Kustomization', 'app');
  expect(findCondition(status?.conditions, 'Reconciling')).toMatchObject({ reason: 'ProgressingWithRetry' });
});

test('with the rights it applies, waits and prunes', async () => {
  const home = await fluxHome({ files: FILES });
  await grantAll(home, 'applier');
  await home.kustomization('app', { path: './app', serviceAccountName: 'applier', wait: true });
  await home.ready('Kustomization', 'app');
  expect(await home.live('ConfigMap', 'one')).toBeDefined();

  const revision = await home.deploy({ 'app/one.yaml': undefined });

  await home.ready('Kustomization', 'app', revision);
  expect(await home.live('ConfigMap', 'one')).toBeUndefined();
});

test('its account may not reach into another namespace', async () => {
  const home = await fluxHome({ files: FILES });
  const other = await fluxHome({ source: false });
  await grantAll(home, 'applier');
  await home.kustomization('app', {
    path: './app',
    serviceAccountName: 'applier',
    targetNamespace: other.namespace,
  });

  const { message } = await home.condition('Kustomization', 'app', 'Ready', 'ReconciliationFailed');

  expect(message).toContain(`in the namespace "${other.namespace}"`);
  expect(await other.live('ConfigMap', 'one')).toBeUndefined();
});
