import { expect, test } from 'vitest';
import { findCondition } from '../../api/conditions.ts';
import { Kind } from '../../api/object-ref.ts';
import { requestReconcile } from '../../workflows/messages.ts';
import { configMap, fluxHome, POLL } from '../support/flux.ts';
import { customResource, definition, deployment, job } from '../support/manifests.ts';
import { idOf, resultOf, runsOf, temporalClient } from '../support/temporal.ts';

test('wait holds the revision back until all that was applied is healthy', async () => {
  const home = await fluxHome({ files: { 'app/web.yaml': deployment('web') } });
  await home.kustomization('app', { path: './app', wait: true, timeout: '2m' });

  const { status } = await home.ready('Kustomization', 'app');

  expect(findCondition(status?.conditions, 'Healthy')).toMatchObject({
    status: 'True',
    reason: 'Succeeded',
    message: expect.stringMatching(/^Health check passed/),
  });
  expect(await home.live('Deployment', 'web', 'apps/v1')).toMatchObject({ status: { readyReplicas: 2 } });
});

test('while it waits it says for what, and claims nothing yet', async () => {
  const home = await fluxHome({ files: { 'app/one.yaml': configMap('one') } });
  const revision = (await home.ready('GitRepository', 'home')).status?.artifact?.revision ?? '';
  const healthChecks = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'late' }];
  await home.kustomization('app', { path: './app', healthChecks, timeout: '2m' });

  await home.condition('Kustomization', 'app', 'Healthy', 'Progressing');
  const { status } = await home.get('Kustomization', 'app');

  const running = `Running health checks for revision ${revision} with a timeout of 2m0s`;
  const told = status?.conditions?.map(({ type, status: is, reason, message }) => [
    type,
    is,
    reason,
    message,
  ]);
  expect(told?.sort()).toEqual([
    ['Healthy', 'Unknown', 'Progressing', running],
    ['Ready', 'Unknown', 'Progressing', running],
    ['Reconciling', 'True', 'Progressing', running],
  ]);
  expect(status).toMatchObject({ lastAttemptedRevision: revision, observedGeneration: -1 });
  expect(status?.lastAppliedRevision).toBeUndefined();

  const { kube, namespace } = home;
  await kube.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'late', namespace } });
  await home.ready('Kustomization', 'app', revision);
  const messages = async () => (await home.events('Kustomization', 'app')).map(({ message }) => message);
  const passed = expect.stringMatching(/^Health check passed in [0-9.]+m?s$/);
  await expect.poll(messages, POLL).toContainEqual(passed);
});

test('a newer revision ends the wait for a broken one at once', async () => {
  const home = await fluxHome({ files: { 'app/web.yaml': deployment('web', { fits: false }) } });
  await home.kustomization('app', { path: './app', wait: true, timeout: '10m' });
  await home.condition('Kustomization', 'app', 'Healthy', 'Progressing');
  const began = Date.now();

  const revision = await home.deploy({ 'app/web.yaml': deployment('web') });
  await home.ready('Kustomization', 'app', revision);

  expect(Date.now() - began).toBeLessThan(20_000);
  const client = await temporalClient();
  const [run] = await runsOf(client, home.ref(Kind.Kustomization, 'app'));
  if (!run) throw new Error('there is no run');
  const { passes } = await resultOf(client, run);
  expect(passes.slice(-2)).toMatchObject([
    { outcome: 'Superseded', message: 'a newer request ended the health check' },
    { outcome: 'Succeeded', revision },
  ]);
});

test('cancel ends the wait, and nothing tries again by itself', async () => {
  const home = await fluxHome({ files: { 'app/web.yaml': deployment('web', { fits: false }) } });
  await home.kustomization('app', { path: './app', wait: true, timeout: '10m', retryInterval: '1s' });
  await home.condition('Kustomization', 'app', 'Healthy', 'Progressing');
  const client = await temporalClient();
  const ref = home.ref(Kind.Kustomization, 'app');

  await client.workflow.getHandle(idOf(ref)).signal('cancel', { by: 'ada' });

  const ready = await home.condition('Kustomization', 'app', 'Ready', 'HealthCheckCanceled');
  expect(ready).toMatchObject({ status: 'False', message: 'the health check was cancelled by ada' });
  await expect.poll(async () => (await runsOf(client, ref))[0]?.status.name, POLL).toBe('FAILED');
  await expect(client.workflow.getHandle(idOf(ref)).result()).rejects.toMatchObject({
    cause: { type: 'HealthCheckCanceled', message: 'the health check was cancelled by ada' },
  });
  // Not even the look that it had arranged before there was a source.
  const retries = (await runsOf(client, ref, '/retry')).filter((run) => run.status.name === 'RUNNING');
  expect(retries).toEqual([]);
  const { status } = await home.get('Kustomization', 'app');
  expect(status?.history?.[0]).toMatchObject({ lastReconciledStatus: 'HealthCheckCanceled' });
  // Asked again, it waits again.
  await client.workflow.signalWithStart('kustomization', {
    workflowId: idOf(ref),
    taskQueue: 'pawl/default',
    args: [{ ref }],
    signal: requestReconcile,
    signalArgs: [{}],
  });
  await home.condition('Kustomization', 'app', 'Healthy', 'Progressing');
});

test('a wait that takes longer than it may names every object that is late, and why', async () => {
  const home = await fluxHome({
    files: {
      'web/web.yaml': deployment('web', { fits: false }),
      'checks/one.yaml': configMap('one'),
    },
  });
  const { namespace } = home;
  await home.kustomization('web', { path: './web', wait: true, timeout: '1s' });
  await home.kustomization('checks', {
    path: './checks',
    timeout: '30s',
    healthChecks: [
      { apiVersion: 'v1', kind: 'ConfigMap', name: 'one' },
      { apiVersion: 'apps/v1', kind: 'Deployment', name: 'none', namespace },
    ],
  });
  const long = { timeout: 60_000, interval: 200 };
  const reason = async (name: string) =>
    findCondition((await home.get('Kustomization', name)).status?.conditions, 'Ready')?.reason;
  await expect.poll(() => reason('web'), long).toBe('HealthCheckFailed');
  await expect.poll(() => reason('checks'), long).toBe('HealthCheckFailed');

  const web = await home.get('Kustomization', 'web');
  const checks = await home.get('Kustomization', 'checks');

  // 30 s are the least, as in Flux.
  const late = `health check failed after 30s: timeout waiting for: [Deployment/${namespace}/web status: 'InProgress'`;
  const message = expect.stringContaining(late) as string;
  expect(web.status).toMatchObject({
    lastAttemptedRevision: expect.stringMatching(/^main@sha1:/),
    history: [{ lastReconciledStatus: 'HealthCheckFailed', totalReconciliations: 1 }],
    conditions: expect.arrayContaining([
      expect.objectContaining({ type: 'Ready', status: 'False', reason: 'HealthCheckFailed', message }),
      expect.objectContaining({ type: 'Healthy', status: 'False', reason: 'HealthCheckFailed', message }),
      expect.objectContaining({ type: 'Reconciling', status: 'True', reason: 'ProgressingWithRetry' }),
    ]),
  });
  expect(web.status).not.toHaveProperty('lastAppliedRevision');
  expect(findCondition(web.status?.conditions, 'Ready')?.message).toMatch(
    /node\(s\) didn't match Pod's node affinity\/selector/,
  );
  expect(findCondition(checks.status?.conditions, 'Ready')?.message).toContain(
    `timeout waiting for: [Deployment/${namespace}/none status: 'NotFound'`,
  );
  const warnings = (await home.events('Kustomization', 'web')).filter(({ type }) => type === 'Warning');
  expect(warnings).toMatchObject([{ reason: 'HealthCheckFailed', message: expect.stringContaining(late) }]);
});

test('a Job that is removed after its time to live counts as done', async () => {
  const home = await fluxHome({ files: { 'app/job.yaml': job('once', { ttlSecondsAfterFinished: 0 }) } });
  await home.kustomization('app', { path: './app', wait: true, timeout: '2m' });

  const { status } = await home.ready('Kustomization', 'app');

  expect(findCondition(status?.conditions, 'Healthy')?.status).toBe('True');
  await home.gone({ apiVersion: 'batch/v1', kind: 'Job', namespace: home.namespace, name: 'once' });
});

test('a custom resource is judged by the expressions of the spec', async () => {
  const home = await fluxHome();
  const { group, kind, manifest } = definition(home.namespace);
  await home.push({ 'crd/crd.yaml': manifest, 'app/one.yaml': customResource(group, kind, 'one') });
  await home.kustomization('crd', { path: './crd', wait: true, targetNamespace: null });
  await home.ready('Kustomization', 'crd');
  const expression = (phase: string) =>
    `has(data.phase) && data.phase == '${phase}'`.replaceAll('data', 'spec');
  await home.kustomization('app', {
    path: './app',
    wait: true,
    timeout: '10m',
    healthCheckExprs: [
      { apiVersion: `${group}/v1`, kind, current: expression('Done'), failed: expression('Broken') },
    ],
  });
  await home.condition('Kustomization', 'app', 'Healthy', 'Progressing');
  home.kube.discovery.reset();
  const target = { apiVersion: `${group}/v1`, kind, namespace: home.namespace, name: 'one' };

  await home.kube.patch(target, { spec: { phase: 'Broken' } }, { type: 'merge', fieldManager: 'operator' });

  const { message } = await home.condition('Kustomization', 'app', 'Ready', 'HealthCheckFailed');
  expect(message).toMatch(/^health check failed after [0-9.]+m?s: failed early due to stalled resources: \[/);
  expect(message).toContain(`${kind}/${home.namespace}/one status: 'Failed'`);
  await home.kube.patch(target, { spec: { phase: 'Done' } }, { type: 'merge', fieldManager: 'operator' });
  await home.reconcile('Kustomization', 'app');
  await home.ready('Kustomization', 'app');
});

test('a suspension ends the wait', async () => {
  const home = await fluxHome({ files: { 'app/web.yaml': deployment('web', { fits: false }) } });
  await home.kustomization('app', { path: './app', wait: true, timeout: '10m' });
  await home.condition('Kustomization', 'app', 'Healthy', 'Progressing');
  const client = await temporalClient();

  await home.update('Kustomization', 'app', { suspend: true });

  const open = async () => (await runsOf(client, home.ref(Kind.Kustomization, 'app')))[0]?.status.name;
  await expect.poll(open, POLL).toBe('COMPLETED');
  const { status } = await home.get('Kustomization', 'app');
  expect(status?.conditions).toMatchObject([
    {
      type: 'Ready',
      status: 'False',
      reason: 'HealthCheckCanceled',
      message: 'stopped by a suspension before it was done: suspended',
    },
  ]);
});
