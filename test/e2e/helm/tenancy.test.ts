import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findCondition } from '../../../api/conditions.ts';
import { Kind } from '../../../api/object-ref.ts';
import { POLL } from '../../support/flux.ts';
import { kubeClient, type Stack, startStack } from '../../support/harness.ts';
import { type HelmHome, helmHome } from '../../support/helm-home.ts';
import { grantAll } from '../../support/rbac.ts';

// Flags of the worker, so it is not the one that all tests share.
let stack: Stack;

beforeAll(async () => {
  stack = await startStack({ inMemory: true });
  await stack.startWorker({ args: ['--no-cross-namespace-refs', '--default-service-account=tenant'] });
});

afterAll(() => stack?.stop());

/** A namespace whose account `tenant` may do everything in it, and nothing elsewhere. */
async function tenant(charts: readonly string[] = ['bench']): Promise<HelmHome> {
  const home = await helmHome({ stack, charts });
  await grantAll(home, 'tenant');
  return home;
}

function user({ namespace }: HelmHome, account = 'tenant'): string {
  return `User "system:serviceaccount:${namespace}:${account}" cannot`;
}

test('who names no account acts as the default one, never as us', async () => {
  const home = await helmHome({ stack, charts: ['bench'] });
  await home.release('app', 'bench');

  const { message } = await home.condition(Kind.HelmRelease, 'app', 'Ready', 'ReconciliationFailed');

  expect(message).toContain(user(home));
  expect(await home.live('ConfigMap', 'app')).toBeUndefined();

  await grantAll(home, 'tenant');
  await home.ready(Kind.HelmRelease, 'app');
  expect(await home.live('ConfigMap', 'app')).toBeDefined();
});

test('a named account counts before the default one', async () => {
  const home = await tenant();
  await home.release('app', 'bench', { serviceAccountName: 'nobody' });

  const { message } = await home.condition(Kind.HelmRelease, 'app', 'Ready', 'ReconciliationFailed');

  expect(message).toContain(user(home, 'nobody'));
});

describe('another namespace', () => {
  test.for([
    ['for its records', 'storageNamespace', 'Ready', 'ReconciliationFailed'],
    ['for its objects', 'targetNamespace', 'Released', 'InstallFailed'],
  ] as const)('is closed to a release %s', async ([, field, type, reason]) => {
    const [other, home] = [await tenant(), await tenant()];
    await home.release('app', 'bench', { [field]: other.namespace });

    const { message } = await home.condition(Kind.HelmRelease, 'app', type, reason);

    expect(message).toContain(user(home));
    expect(message).toContain(`in the namespace "${other.namespace}"`);
    expect(await other.live('ConfigMap', 'app')).toBeUndefined();
    expect(await other.records('app')).toEqual([]);
  });

  test('is closed to the templates of a chart, whatever they name there', async () => {
    const [other, home] = [await tenant(), await tenant()];
    const path = (name: string) => `{{ lookup "v1" "Secret" "${other.namespace}" "${name}" | toJson }}`;
    const files = {
      'templates/all.yaml': `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${path('x')}}\n`,
    };
    await home.offer('bench', { version: '0.2.0', files });
    await home.release('app', 'bench');

    const { message } = await home.condition(Kind.HelmRelease, 'app', 'Released', 'InstallFailed');

    expect(message).toContain(`${user(home)} get resource "secrets"`);
  });

  test('is closed to objects that name it themselves', async () => {
    const [other, home] = [await tenant(), await tenant()];
    const object = `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: app, namespace: ${other.namespace}}\n`;
    await home.offer('bench', { version: '0.2.0', files: { 'templates/all.yaml': object } });
    await home.release('app', 'bench');

    const { message } = await home.condition(Kind.HelmRelease, 'app', 'Released', 'InstallFailed');

    expect(message).toContain(user(home));
    expect(await other.live('ConfigMap', 'app')).toBeUndefined();
  });
});

test('no template reaches into a container or another server, even with all rights there', async () => {
  const home = await tenant();
  const template = (name: string) => `apiVersion: v1
kind: ConfigMap
metadata: { name: app }
data: { found: {{ lookup "v1" "Service" .Release.Namespace ${JSON.stringify(name)} | toJson | quote }} }
`;
  await home.offer('bench', {
    version: '0.2.0',
    files: { 'templates/all.yaml': template('app/proxy/index') },
  });
  await home.release('app', 'bench');

  const { message } = await home.condition(Kind.HelmRelease, 'app', 'Released', 'InstallFailed');

  expect(message).toMatch(/a helm process may not ask for this|invalid|may not contain/);
});

test('definitions are applied as the account, too', async () => {
  const home = await tenant(['crds']);
  await home.release('app', 'crds');

  const { message } = await home.condition(Kind.HelmRelease, 'app', 'Released', 'InstallFailed');

  expect(message).toContain('CustomResourceDefinition');
  expect(message).toContain(user(home));
});

test('drift is read, and corrected, with the rights that the account has by then', async () => {
  const home = await tenant();
  await home.install('app', 'bench', { driftDetection: { mode: 'enabled' } });
  await home.kube.patch(
    { apiVersion: 'v1', kind: 'ConfigMap', namespace: home.namespace, name: 'app' },
    { data: { text: 'by hand' } },
    { type: 'merge' },
  );
  await restrict(home, ['get', 'list', 'watch']);

  await home.reconcile(Kind.HelmRelease, 'app');

  const told = async () => JSON.stringify((await home.get(Kind.HelmRelease, 'app')).status?.conditions);
  await expect.poll(told, POLL).toContain('cannot patch resource');
  expect(await home.live('ConfigMap', 'app')).toMatchObject({ data: { text: 'by hand' } });
});

test('an uninstall needs the rights of the account, and goes on once it has them', async () => {
  const home = await tenant();
  await home.install('app', 'bench');
  await restrict(home, ['get', 'list', 'watch']);

  await home.delete(Kind.HelmRelease, 'app');

  const released = async () =>
    findCondition((await home.find(Kind.HelmRelease, 'app'))?.status?.conditions, 'Released');
  await expect.poll(released, POLL).toMatchObject({ status: 'False', reason: 'UninstallFailed' });
  // Helm's sentence does not say why; its log does, which events have.
  const events = async () => JSON.stringify(await home.events(Kind.HelmRelease, 'app'));
  await expect.poll(events, POLL).toContain(`tenant\\\\\\" cannot`);
  expect(await home.live('ConfigMap', 'app')).toBeDefined();

  await restrict(home, ['*']);
  await home.request(Kind.HelmRelease, 'app').catch(() => undefined);
  await home.gone({
    apiVersion: 'helm.toolkit.fluxcd.io/v2',
    kind: Kind.HelmRelease,
    namespace: home.namespace,
    name: 'app',
  });
  expect(await home.live('ConfigMap', 'app')).toBeUndefined();
});

test('without its account nothing is taken down: the object goes, and tells what it leaves', async () => {
  const home = await tenant();
  await home.install('app', 'bench');
  await kubeClient(stack).delete({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    namespace: home.namespace,
    name: 'tenant',
  });

  await home.uninstall('app');

  expect(await home.live('ConfigMap', 'app')).toBeDefined();
  expect(await home.records('app')).toHaveLength(1);
});

/** What the account may do from now on. */
async function restrict({ kube, namespace }: HelmHome, verbs: readonly string[]): Promise<void> {
  const role = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', namespace, name: 'tenant' };
  await kube.patch(role, { rules: [{ apiGroups: ['*'], resources: ['*'], verbs }] }, { type: 'merge' });
}
