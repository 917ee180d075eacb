import { expect, test } from 'vitest';
import { findCondition, isTrue } from '../../api/conditions.ts';
import type { KustomizationStatus } from '../../api/kustomization.ts';
import type { ReconciledObject } from '../../api/objects.ts';
import { configMap, fluxHome, POLL } from '../support/flux.ts';
import { recordVersions } from '../support/recorder.ts';
import { resultOf, runsOf, temporalClient } from '../support/temporal.ts';

const TWO = { 'app/one.yaml': configMap('one'), 'app/two.yaml': configMap('two') };

test('a push becomes an artifact, is applied, and the status of both objects says so in full', async () => {
  const home = await fluxHome({ source: false });
  const revision = await home.push(TWO, 'the first commit\n\nwith a body');
  await home.source();
  await home.kustomization('app', { path: './app' });
  const { namespace } = home;

  const app = await home.ready('Kustomization', 'app', revision);
  const source = await home.get('GitRepository', 'home');

  const path = `gitrepository/${namespace}/home/${revision.slice('main@sha1:'.length)}[-0-9a-f]*\\.tar\\.gz`;
  const stored = `stored artifact for revision '${revision}'`;
  expect(source.status).toMatchObject({
    observedGeneration: 1,
    artifact: {
      revision,
      digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
      path: expect.stringMatching(new RegExp(`^${path}$`)),
      url: expect.stringMatching(new RegExp(`^http://127\\.0\\.0\\.1:\\d+/${path}$`)),
      size: expect.any(Number),
      lastUpdateTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    },
  });
  expect(source.status?.conditions?.map(summary)).toEqual([
    ['Ready', 'True', 'Succeeded', stored, 1],
    ['ArtifactInStorage', 'True', 'Succeeded', stored, 1],
  ]);
  expect(app.status).toMatchObject({
    observedGeneration: 1,
    lastAttemptedRevision: revision,
    lastAppliedRevision: revision,
    inventory: {
      entries: [
        { id: `${namespace}_one__ConfigMap`, v: 'v1' },
        { id: `${namespace}_two__ConfigMap`, v: 'v1' },
      ],
    },
    history: [
      {
        digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
        lastReconciledStatus: 'ReconciliationSucceeded',
        lastReconciledDuration: expect.stringMatching(/^[0-9.]+(ms|s)$/),
        totalReconciliations: 1,
        metadata: { revision },
      },
    ],
  });
  expect(app.status?.lastHandledReconcileAt).toBeUndefined();
  expect(app.status?.conditions?.map(summary)).toEqual([
    ['Ready', 'True', 'ReconciliationSucceeded', `Applied revision: ${revision}`, 1],
  ]);
  expect(await home.live('ConfigMap', 'one')).toMatchObject({
    data: { key: 'value' },
    metadata: {
      labels: {
        'kustomize.toolkit.fluxcd.io/name': 'app',
        'kustomize.toolkit.fluxcd.io/namespace': namespace,
      },
      managedFields: [{ manager: 'kustomize-controller', operation: 'Apply' }],
    },
  });
  expect(app.metadata.finalizers).toEqual(['finalizers.fluxcd.io']);
  expect(source.metadata.finalizers).toEqual(['finalizers.fluxcd.io']);
});

test('a push changes what it changes, and prunes what it removes', async () => {
  const home = await fluxHome({ files: TWO });
  await home.kustomization('app', { path: './app' });
  await home.ready('Kustomization', 'app');
  const before = await home.live('ConfigMap', 'two');

  const revision = await home.deploy({
    'app/one.yaml': undefined,
    'app/three.yaml': configMap('three', { number: '3' }),
  });
  const { status } = await home.ready('Kustomization', 'app', revision);

  expect(status?.inventory?.entries.map(({ id }) => id)).toEqual([
    `${home.namespace}_three__ConfigMap`,
    `${home.namespace}_two__ConfigMap`,
  ]);
  expect(await home.live('ConfigMap', 'one')).toBeUndefined();
  expect(await home.live('ConfigMap', 'three')).toMatchObject({ data: { number: '3' } });
  expect((await home.live('ConfigMap', 'two'))?.metadata.resourceVersion).toBe(
    before?.metadata.resourceVersion,
  );
  expect(status?.history?.map(({ metadata }) => metadata?.['revision'])).toEqual([
    revision,
    expect.stringMatching(/^main@sha1:/),
  ]);
});

test('no version of the status claims a success that is not there yet', async () => {
  const home = await fluxHome({ source: false });
  const { versions } = await recordVersions(home, home.ref('Kustomization', 'app'));
  const sources = await recordVersions(home, home.ref('GitRepository', 'home'));
  const first = await home.push(TWO);
  await home.source();
  await home.ready('GitRepository', 'home', first);
  await home.kustomization(
    'app',
    { path: './app' },
    { annotations: { 'reconcile.fluxcd.io/requestedAt': 'a' } },
  );
  await home.ready('Kustomization', 'app', first);
  const second = await home.deploy({ 'app/two.yaml': configMap('two', { key: 'other' }) });
  await home.ready('Kustomization', 'app', second);
  await home.update('Kustomization', 'app', { commonMetadata: { labels: { team: 'blue' } } });
  await home.ready('Kustomization', 'app', second);
  await expect.poll(() => versions.at(-1)?.status?.observedGeneration, POLL).toBe(2);

  // What a tool takes for success: all of it must hold at once.
  const claims = versions.filter(claimsSuccess);
  for (const { metadata, status } of claims) {
    const { lastAppliedRevision, lastAttemptedRevision } = status as KustomizationStatus;
    const ready = findCondition(status?.conditions, 'Ready');
    expect(ready?.message).toBe(`Applied revision: ${lastAppliedRevision}`);
    expect(lastAppliedRevision).toBe(lastAttemptedRevision);
    expect(ready?.observedGeneration).toBe(metadata.generation);
    expect(status?.lastHandledReconcileAt).toBe('a');
    expect(status).toHaveProperty('inventory.entries.length', 2);
  }
  expect(claims.length).toBeGreaterThanOrEqual(3);
  // The request, the generation, the conditions and the revision arrive together, never one before the other.
  const firstHandled = versions.find(({ status }) => status?.lastHandledReconcileAt === 'a');
  expect(firstHandled?.status).toMatchObject({ observedGeneration: 1, lastAppliedRevision: first });
  expect(isTrue(firstHandled?.status?.conditions, 'Ready')).toBe(true);
  // Work is announced before it is done.
  expect(versions.some(({ status }) => isTrue(status?.conditions, 'Reconciling'))).toBe(true);
  for (const { status } of sources.versions.filter(claimsSuccess))
    expect(status).toHaveProperty('artifact.revision');
});

test('events tell what a user wants to know, in the words and fields of Flux', async () => {
  const home = await fluxHome({ source: false });
  const first = await home.push(TWO, 'say hello\n\nin two lines');
  await home.source();
  await home.ready('GitRepository', 'home', first);
  await home.kustomization(
    'app',
    { path: './app' },
    { annotations: { 'event.toolkit.fluxcd.io/env': 'test' } },
  );
  const app = await home.ready('Kustomization', 'app', first);
  const second = await home.deploy({
    'app/one.yaml': undefined,
    'app/two.yaml': configMap('two', { a: 'b' }),
  });
  await home.ready('Kustomization', 'app', second);
  const { namespace } = home;
  await expect.poll(() => home.events('Kustomization', 'app'), POLL).toHaveLength(5);

  const events = await home.events('Kustomization', 'app');
  const source = await home.events('GitRepository', 'home');

  const next = expect.stringMatching(/^Reconciliation finished in [0-9.]+m?s, next run in 1h0m0s$/);
  expect(events.map(({ type, reason, message }) => [type, reason, message])).toEqual(
    expect.arrayContaining([
      ['Normal', 'Progressing', `ConfigMap/${namespace}/one created\nConfigMap/${namespace}/two created`],
      ['Normal', 'Progressing', `ConfigMap/${namespace}/two configured`],
      ['Normal', 'Progressing', `ConfigMap/${namespace}/one deleted`],
      ['Normal', 'ReconciliationSucceeded', next],
    ]),
  );
  const succeeded = events.filter(({ reason }) => reason === 'ReconciliationSucceeded');
  expect(succeeded.map(({ metadata }) => metadata.annotations)).toEqual([
    {
      'kustomize.toolkit.fluxcd.io/revision': first,
      'kustomize.toolkit.fluxcd.io/commit_status': 'update',
      'event.toolkit.fluxcd.io/env': 'test',
    },
    {
      'kustomize.toolkit.fluxcd.io/revision': second,
      'kustomize.toolkit.fluxcd.io/commit_status': 'update',
      'event.toolkit.fluxcd.io/env': 'test',
    },
  ]);
  expect(events[0]).toMatchObject({
    source: { component: 'kustomize-controller' },
    involvedObject: {
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      kind: 'Kustomization',
      name: 'app',
      namespace,
      uid: app.metadata.uid,
    },
  });
  expect(source.map(({ type, reason, message }) => [type, reason, message])).toEqual([
    ['Normal', 'NewArtifact', "stored artifact for commit 'say hello'"],
    ['Normal', 'NewArtifact', "stored artifact for commit 'change'"],
  ]);
  expect(source[1]?.metadata.annotations).toMatchObject({
    'source.toolkit.fluxcd.io/revision': second,
    'source.toolkit.fluxcd.io/digest': (await home.get('GitRepository', 'home')).status?.artifact?.digest,
  });
  expect(source[1]?.source).toEqual({ component: 'source-controller' });
});

test('what an apply changed before it failed is told in an event', async () => {
  const home = await fluxHome();
  const role = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', rules: [] };
  const bad = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'bad' }, data: { key: 1 } };
  await home.push({
    'app/role.yaml': JSON.stringify({ ...role, metadata: { name: home.namespace } }),
    'app/bad.yaml': JSON.stringify(bad),
  });
  await home.request('GitRepository', 'home');
  await home.kustomization('app', { path: './app', targetNamespace: home.namespace });

  await home.condition('Kustomization', 'app', 'Ready', 'ReconciliationFailed');

  const events = async () => (await home.events('Kustomization', 'app')).map((e) => [e.reason, e.message]);
  await expect.poll(events, POLL).toContainEqual(['Progressing', `ClusterRole/${home.namespace} created`]);
});

test('files that are Git LFS pointers are named in a warning of their source', async () => {
  const pointer = 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n';
  const home = await fluxHome({ files: { ...TWO, 'app/big.bin': pointer } });
  await home.ready('GitRepository', 'home');

  const warnings = async () =>
    (await home.events('GitRepository', 'home')).map((e) => [e.type, e.reason, e.message]);

  await expect
    .poll(warnings, POLL)
    .toContainEqual(['Warning', 'LFSPointers', expect.stringMatching(/pointers.*: app\/big\.bin$/)]);
});

test('every reconcile is a run that says why it ran, what came of it and how long its steps took', async () => {
  const home = await fluxHome({ files: TWO });
  await home.kustomization('app', { path: './app' });
  await home.ready('Kustomization', 'app');
  const client = await temporalClient();
  const ref = home.ref('Kustomization', 'app');
  const { status } = await home.reconcile('Kustomization', 'app');
  await expect.poll(async () => (await runsOf(client, ref)).length, POLL).toBeGreaterThan(1);
  await expect.poll(async () => (await runsOf(client, ref))[0]?.status.name, POLL).toBe('COMPLETED');

  const [last] = await runsOf(client, ref);
  if (!last) throw new Error('there is no run');

  expect(last.type).toBe('kustomization');
  expect(last.searchAttributes).toMatchObject({
    PawlKind: ['Kustomization'],
    PawlNamespace: [home.namespace],
    PawlName: ['app'],
    PawlTrigger: ['Request'],
    PawlOutcome: ['Succeeded'],
    PawlRevision: [status?.lastAppliedRevision],
  });
  const { passes } = await resultOf(client, last);
  expect(passes).toMatchObject([
    {
      trigger: 'Request',
      outcome: 'Succeeded',
      revision: status?.lastAppliedRevision,
      message: `Applied revision: ${status?.lastAppliedRevision}`,
    },
  ]);
  expect(passes[0]?.steps.map(({ name }) => name)).toEqual(['observe', 'build', 'apply', 'status']);
  for (const { ms } of passes[0]?.steps ?? []) expect(ms).toBeGreaterThan(0);
});

function claimsSuccess({ metadata, status }: ReconciledObject): boolean {
  return (
    status?.observedGeneration === metadata.generation &&
    isTrue(status?.conditions, 'Ready') &&
    !isTrue(status?.conditions, 'Reconciling')
  );
}

function summary({
  type,
  status,
  reason,
  message,
  observedGeneration,
}: {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  readonly observedGeneration?: number | undefined;
}): unknown[] {
  return [type, status, reason, message, observedGeneration];
}
