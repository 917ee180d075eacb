import { describe, expect, test } from 'vitest';
import { Kind } from '../../api/object-ref.ts';
import { configMap, type FluxHome, fluxHome, POLL } from '../support/flux.ts';
import { deployment } from '../support/manifests.ts';
import { grantAll } from '../support/rbac.ts';
import { resultOf, runsOf, scheduleOf, temporalClient } from '../support/temporal.ts';

const FILES = { 'app/one.yaml': configMap('one'), 'app/two.yaml': configMap('two') };

describe('a deleted Kustomization', () => {
  test.each([
    { policy: undefined, prune: true, leaves: [] },
    { policy: undefined, prune: false, leaves: ['one', 'two'] },
    { policy: 'MirrorPrune', prune: false, leaves: ['one', 'two'] },
    { policy: 'Delete', prune: false, leaves: [] },
    { policy: 'Orphan', prune: true, leaves: ['one', 'two'] },
  ])('with deletionPolicy $policy and prune $prune leaves $leaves', async ({ policy, prune, leaves }) => {
    const home = await applied({ prune, ...(policy && { deletionPolicy: policy }) });

    await remove(home);

    expect(await left(home)).toEqual(leaves);
    const client = await temporalClient();
    const ref = home.ref(Kind.Kustomization, 'app');
    await expect.poll(() => scheduleOf(client, ref), POLL).toBeUndefined();
    await expect.poll(async () => (await runsOf(client, ref))[0]?.status.name, POLL).toBe('COMPLETED');
    const [run] = await runsOf(client, ref);
    const { passes } = run ? await resultOf(client, run) : { passes: [] };
    expect(passes.at(-1)).toMatchObject({ outcome: 'Deleted' });
  });

  test('with WaitForTermination stays until the last of its objects is gone', async () => {
    const home = await applied({ deletionPolicy: 'WaitForTermination' });
    const { kube, namespace } = home;
    const one = { apiVersion: 'v1', kind: 'ConfigMap', namespace, name: 'one' };
    await kube.patch(one, { metadata: { finalizers: ['test.example/hold'] } }, { type: 'merge' });

    await home.delete('Kustomization', 'app');
    await expect.poll(() => home.live('ConfigMap', 'two'), POLL).toBeUndefined();
    await expect.poll(() => home.live('ConfigMap', 'one'), POLL).toHaveProperty('metadata.deletionTimestamp');
    expect(await home.find('Kustomization', 'app')).toBeDefined();

    await kube.patch(one, { metadata: { finalizers: null } }, { type: 'merge' });
    await expect.poll(() => home.find('Kustomization', 'app'), POLL).toBeUndefined();
    expect(await left(home)).toEqual([]);
  });

  test('that nobody lets delete its objects stays, says which, and goes on once it may', async () => {
    const home = await fluxHome({ files: FILES });
    const { kube, namespace } = home;
    await grantAll(home, 'applier', ['get', 'list', 'watch', 'create', 'patch']);
    await home.kustomization('app', { path: './app', serviceAccountName: 'applier' });
    await home.ready('Kustomization', 'app');

    await home.delete('Kustomization', 'app');

    const { message, status } = await home.condition('Kustomization', 'app', 'Ready', 'PruneFailed');
    expect(status).toBe('False');
    expect(message).toContain(
      `ConfigMap/${namespace}/one delete failed: configmaps "one" is forbidden: User "system:serviceaccount:${namespace}:applier"`,
    );
    expect(await left(home)).toEqual(['one', 'two']);
    const role = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', namespace, name: 'applier' };
    await kube.patch(
      role,
      { rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }] },
      { type: 'merge' },
    );
    await home.request('Kustomization', 'app');
    await expect.poll(() => home.find('Kustomization', 'app'), POLL).toBeUndefined();
    expect(await left(home)).toEqual([]);
  });

  test('whose service account is gone is released, and its leftovers are told', async () => {
    const home = await fluxHome({ files: FILES });
    const { kube, namespace } = home;
    await grantAll(home, 'applier');
    await home.kustomization('app', { path: './app', serviceAccountName: 'applier' });
    await home.ready('Kustomization', 'app');
    await kube.delete({ apiVersion: 'v1', kind: 'ServiceAccount', namespace, name: 'applier' });

    await remove(home);

    expect(await left(home)).toEqual(['one', 'two']);
    const warnings = async () =>
      (await home.events('Kustomization', 'app')).filter(({ type }) => type === 'Warning');
    await expect.poll(warnings, POLL).toMatchObject([
      {
        reason: 'PruneFailed',
        message: `unable to prune objects: ServiceAccount/${namespace}/applier does not exist; left in the cluster:\nConfigMap/${namespace}/one\nConfigMap/${namespace}/two`,
      },
    ]);
  });

  test('goes with its namespace, whatever goes first', async () => {
    const home = await fluxHome({ files: { ...FILES, 'app/web.yaml': deployment('web') } });
    const { kube, namespace } = home;
    await grantAll(home, 'applier');
    await home.kustomization('app', { path: './app', serviceAccountName: 'applier' });
    await home.ready('Kustomization', 'app');

    await kube.delete({ apiVersion: 'v1', kind: 'Namespace', name: namespace });

    const long = { timeout: 60_000, interval: 200 };
    await expect
      .poll(() => kube.get({ apiVersion: 'v1', kind: 'Namespace', name: namespace }), long)
      .toBeUndefined();
  });

  test('that never came so far goes all the same', async () => {
    const home = await fluxHome({ source: false });
    await home.kustomization('app', { path: './app' });
    await home.condition('Kustomization', 'app', 'Ready', 'ArtifactFailed');

    await home.delete('Kustomization', 'app');

    await expect.poll(() => home.find('Kustomization', 'app'), POLL).toBeUndefined();
  });
});

test('a deleted GitRepository takes its artifact and its schedule with it', async () => {
  const home = await fluxHome({ files: FILES });
  const { status } = await home.ready('GitRepository', 'home');
  const url = status?.artifact?.url ?? '';
  expect((await fetch(url)).status).toBe(200);
  const client = await temporalClient();
  const ref = home.ref(Kind.GitRepository, 'home');

  await home.delete('GitRepository', 'home');

  await expect.poll(() => home.find('GitRepository', 'home'), POLL).toBeUndefined();
  expect((await fetch(url)).status).toBe(404);
  await expect.poll(() => scheduleOf(client, ref), POLL).toBeUndefined();
});

const KEPT = configMap('kept').replace(
  '"metadata":{',
  '"metadata":{"annotations":{"kustomize.toolkit.fluxcd.io/prune":"Disabled"},',
);

test('a deleted Kustomization tells of what it leaves in the cluster on purpose', async () => {
  const home = await fluxHome({ files: { ...FILES, 'app/kept.yaml': KEPT } });
  await home.kustomization('app', { path: './app' });
  await home.ready('Kustomization', 'app');

  await remove(home);

  expect(await left(home)).toEqual(['kept']);
  const messages = async () => (await home.events('Kustomization', 'app')).map(({ message }) => message);
  await expect
    .poll(messages, POLL)
    .toContainEqual(expect.stringMatching(/^ConfigMap\/.*\/kept left in the cluster: /));
});

test('what carries prune: disabled outlives its removal from the source and its Kustomization', async () => {
  const home = await fluxHome({ files: { ...FILES, 'app/kept.yaml': KEPT } });
  await home.kustomization('app', { path: './app' });
  await home.ready('Kustomization', 'app');

  const revision = await home.deploy({ 'app/kept.yaml': undefined });
  const { status } = await home.ready('Kustomization', 'app', revision);
  expect(status?.inventory?.entries).toHaveLength(2);
  expect(await left(home)).toEqual(['kept', 'one', 'two']);

  await remove(home);
  expect(await left(home)).toEqual(['kept']);
});

async function applied(spec: Readonly<Record<string, unknown>>): Promise<FluxHome> {
  const home = await fluxHome({ files: FILES });
  await home.kustomization('app', { path: './app', ...spec });
  await home.ready('Kustomization', 'app');
  return home;
}

async function remove(home: FluxHome): Promise<void> {
  await home.delete('Kustomization', 'app');
  await expect.poll(() => home.find('Kustomization', 'app'), POLL).toBeUndefined();
}

async function left({ kube, namespace }: FluxHome): Promise<string[]> {
  const { items } = await kube.list({ apiVersion: 'v1', kind: 'ConfigMap', namespace });
  return items
    .map(({ metadata }) => metadata.name)
    .filter((name) => name !== 'kube-root-ca.crt')
    .sort();
}
