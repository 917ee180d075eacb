import { expect, test } from 'vitest';
import { findCondition } from '../../api/conditions.ts';
import type { KustomizationStatus } from '../../api/kustomization.ts';
import { Kind } from '../../api/object-ref.ts';
import { configMap, type FluxHome, fluxHome, POLL } from '../support/flux.ts';
import { deployment } from '../support/manifests.ts';
import { type Recorder, recordVersions } from '../support/recorder.ts';

const FILES = {
  'base/web.yaml': deployment('web'),
  'base/base.yaml': configMap('base', { push: '0' }),
  'app/app.yaml': configMap('app', { push: '0' }),
  'top/top.yaml': configMap('top', { push: '0' }),
};

test('no dependant touches a revision before its dependency has it, push after push', async () => {
  const home = await fluxHome({ files: FILES });
  const record = (name: string) => recordVersions(home, home.ref(Kind.Kustomization, name));
  const [base, app, top] = await Promise.all(['base', 'app', 'top'].map(record));
  if (!base || !app || !top) throw new Error('nothing is recorded');
  await home.kustomization('top', { path: './top', dependsOn: [{ name: 'app' }] });
  await home.kustomization('app', { path: './app', dependsOn: [{ name: 'base' }], wait: true });
  await home.kustomization('base', { path: './base', wait: true });
  await home.ready('Kustomization', 'top');

  const revisions: string[] = [];
  for (const push of ['1', '2', '3']) {
    const revision = await home.deploy({
      'base/base.yaml': configMap('base', { push }),
      'app/app.yaml': configMap('app', { push }),
      'top/top.yaml': configMap('top', { push }),
    });
    revisions.push(revision);
    await home.ready('Kustomization', 'top', revision);
  }
  const settled = () => revisions.every((revision) => when(top, 'lastAppliedRevision', revision) > 0);
  await expect.poll(settled, POLL).toBe(true);

  for (const revision of revisions) {
    expect(when(base, 'lastAppliedRevision', revision)).toBeGreaterThan(0);
    expect(when(app, 'lastAttemptedRevision', revision)).toBeGreaterThan(
      when(base, 'lastAppliedRevision', revision),
    );
    expect(when(top, 'lastAttemptedRevision', revision)).toBeGreaterThan(
      when(app, 'lastAppliedRevision', revision),
    );
  }
  expect(await home.live('ConfigMap', 'top')).toMatchObject({ data: { push: '3' } });
});

test('a missing dependency is named, and its arrival is enough', async () => {
  const home = await fluxHome({ files: FILES });
  await home.kustomization('app', { path: './app', dependsOn: [{ name: 'base' }] });

  const ready = await home.condition('Kustomization', 'app', 'Ready', 'DependencyNotReady');

  expect(ready).toMatchObject({ status: 'False', message: `dependency '${home.namespace}/base' not found` });
  const { status } = await home.get('Kustomization', 'app');
  expect(findCondition(status?.conditions, 'Reconciling')).toMatchObject({
    status: 'True',
    reason: 'ProgressingWithRetry',
  });
  expect(findCondition(status?.conditions, 'Stalled')).toBeUndefined();
  const events = async () =>
    (await home.events('Kustomization', 'app')).map(({ type, reason, message }) => [type, reason, message]);
  await expect
    .poll(events, POLL)
    .toContainEqual([
      'Normal',
      'DependencyNotReady',
      expect.stringMatching(/^Dependencies do not meet ready condition, retrying in 30s/),
    ]);
  expect(await home.live('ConfigMap', 'app')).toBeUndefined();

  await home.kustomization('base', { path: './base' });
  await home.ready('Kustomization', 'app');
});

test('a dependency that fails holds its dependants back with its own words', async () => {
  const home = await fluxHome({ files: { ...FILES, 'base/base.yaml': 'kind: [' } });
  await home.kustomization('base', { path: './base' });
  await home.condition('Kustomization', 'base', 'Ready', 'BuildFailed');
  await home.kustomization('app', { path: './app', dependsOn: [{ name: 'base' }] });

  const { message } = await home.condition('Kustomization', 'app', 'Ready', 'DependencyNotReady');
  expect(message).toContain(`dependency '${home.namespace}/base' is not ready: base/base.yaml:1:8: `);

  const revision = await home.deploy({ 'base/base.yaml': configMap('base') });
  await home.ready('Kustomization', 'app', revision);
});

test('readyExpr replaces the built-in check', async () => {
  const home = await fluxHome({ files: FILES });
  const expression = (count: number) =>
    `dep.status.history[0].totalReconciliations >= ${count} && self.metadata.name == 'app'`;
  await home.kustomization('base', { path: './base' });
  await home.ready('Kustomization', 'base');
  await home.kustomization('app', { path: './app', dependsOn: [{ name: 'base', readyExpr: expression(2) }] });

  const { message } = await home.condition('Kustomization', 'app', 'Ready', 'DependencyNotReady');
  expect(message).toBe(`dependency '${home.namespace}/base' is not ready according to readyExpr eval`);

  await home.update('Kustomization', 'app', { dependsOn: [{ name: 'base', readyExpr: expression(1) }] });
  await home.ready('Kustomization', 'app');
});

test('a cycle is named on every object in it, and heals when it is broken', async () => {
  const home = await fluxHome({ files: FILES });
  const { namespace } = home;
  await home.kustomization('base', { path: './base', dependsOn: [{ name: 'top' }] });
  await home.kustomization('app', { path: './app', dependsOn: [{ name: 'base' }] });
  await home.kustomization('top', { path: './top', dependsOn: [{ name: 'app' }] });

  const around = {
    base: 'base -> top -> app -> base',
    app: 'app -> base -> top -> app',
    top: 'top -> app -> base -> top',
  };
  for (const [name, path] of Object.entries(around)) {
    const { status, message } = await home.condition('Kustomization', name, 'Stalled', 'DependencyCycle');
    expect(status).toBe('True');
    expect(message).toContain(path.replace(/\w+/g, (found) => `${namespace}/${found}`));
    expect(await home.condition('Kustomization', name, 'Ready', 'DependencyNotReady')).toMatchObject({
      status: 'False',
      message,
    });
    expect(
      findCondition((await home.get('Kustomization', name)).status?.conditions, 'Reconciling'),
    ).toBeUndefined();
  }

  await home.update('Kustomization', 'base', { dependsOn: null });
  for (const name of ['base', 'app', 'top']) {
    const { status } = await home.ready('Kustomization', name);
    expect(findCondition(status?.conditions, 'Stalled')).toBeUndefined();
  }
});

test('an object that depends on itself is told so', async () => {
  const home = await fluxHome({ files: FILES });
  await home.kustomization('app', { path: './app', dependsOn: [{ name: 'app' }] });

  const { message } = await home.condition('Kustomization', 'app', 'Stalled', 'DependencyCycle');

  expect(message).toContain(`${home.namespace}/app -> ${home.namespace}/app`);
});

test('a dependency in another namespace counts like any other', async () => {
  const home = await fluxHome({ files: FILES });
  const other: FluxHome = await fluxHome({ files: FILES });
  await home.kustomization('app', {
    path: './app',
    dependsOn: [{ name: 'base', namespace: other.namespace }],
  });
  await home.condition('Kustomization', 'app', 'Ready', 'DependencyNotReady');

  await other.kustomization('base', { path: './base' });

  await home.ready('Kustomization', 'app');
  expect(await other.live('ConfigMap', 'base')).toBeDefined();
});

/** The cluster's own clock: the version at which a status first had the revision, 0 when it never had. */
function when({ versions }: Recorder, field: keyof KustomizationStatus, revision: string): number {
  const found = versions.find(
    ({ status }) => (status as KustomizationStatus | undefined)?.[field] === revision,
  );
  return Number(found?.metadata.resourceVersion ?? 0);
}
