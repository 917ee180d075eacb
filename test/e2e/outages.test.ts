import { afterAll, beforeAll, expect, test } from 'vitest';
import { findCondition } from '../../api/conditions.ts';
import { removeDatabase } from '../../tools/temporal.ts';
import { apiFront, isMapWrite } from '../support/api-front.ts';
import { denyHeld } from '../support/apply.ts';
import { A, B, C, drill, inventoryNames } from '../support/drill.ts';
import { POLL } from '../support/flux.ts';
import { type Stack, startStack } from '../support/harness.ts';
import { recordVersions } from '../support/recorder.ts';
import { runsOf, temporalClient } from '../support/temporal.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ nodes: false });
});
afterAll(() => stack.stop());

test('the API server is away for half a minute during an apply: afterwards all is as Git says', async () => {
  const front = await apiFront(stack);
  const args = ['--requeue-dependency', '2s'];
  const worker = await stack.startWorker({ kubeconfig: front.kubeconfig, args });
  const app = await drill(stack, A);
  await app.home.ready('Kustomization', 'app');
  front.setFault((request) => (isMapWrite(request) ? { delayMs: 500 } : undefined));
  await app.push(B);
  await app.fetch();
  await expect.poll(async () => Object.values(await app.live()).includes('b'), POLL).toBe(true);

  front.setFault(() => 'drop');
  front.cut();
  const goneAt = Date.now();
  const revision = await app.push(C);
  await app.fetch();
  await expect.poll(() => Date.now() - goneAt, { timeout: 40_000, interval: 500 }).toBeGreaterThan(30_000);
  await app.expectNoOrphans();
  front.setFault(undefined);

  await app.expectConverged(C, revision);
  await worker.kill();
});

test('a busy server is left in peace for as long as it asks, and nothing fails for it', async () => {
  const front = await apiFront(stack);
  const worker = await stack.startWorker({ kubeconfig: front.kubeconfig });
  const app = await drill(stack, A);
  await app.home.ready('Kustomization', 'app');
  const { versions } = await recordVersions(app.home, app.home.ref('Kustomization', 'app'));
  const revision = await app.push(B);
  await app.fetch();
  await expect.poll(() => front.requests.some(isMapWrite), POLL).toBe(true);

  front.setFault(() => ({ status: 429, retryAfter: 1 }));
  const busyAt = Date.now();
  const seen = front.requests.length;
  await expect.poll(() => Date.now() - busyAt, { timeout: 20_000, interval: 500 }).toBeGreaterThan(10_000);
  const refused = front.requests.length - seen;
  front.setFault(undefined);

  await app.expectConverged(B, revision);
  // Ten seconds of a dozen requests in flight: without the pauses it would be thousands.
  expect(refused).toBeLessThan(200);
  expect(versions.some(({ status }) => findCondition(status?.conditions, 'Ready')?.status === 'False')).toBe(
    false,
  );
  await worker.kill();
});

test('worker, Temporal and the cluster are killed together: when they are back, all goes on', async () => {
  const doomed = await stack.startWorker({ env: { PAWL_FAULT: 'object.applied:27' } });
  const app = await drill(stack, A);
  await app.home.ready('Kustomization', 'app');
  await app.push(B);
  await app.fetch();
  await expect.poll(doomed.isRunning, POLL).toBe(false);

  await Promise.all([stack.temporal().kill(), stack.controlPlane().kill()]);
  await Promise.all([stack.restartTemporal(), stack.restartControlPlane()]);
  await app.expectNoOrphans();
  const worker = await stack.startWorker();
  const revision = await app.push(C);
  await app.fetch();

  await app.expectConverged(C, revision);
  await worker.kill();
});

test('appointments that were lost with the database of Temporal are made again', async () => {
  const worker = await stack.startWorker();
  const app = await drill(stack, A);
  await app.home.ready('Kustomization', 'app');
  await app.home.kustomization('failing', {
    path: './app',
    targetNamespace: 'there-is-none',
    retryInterval: '1h',
  });
  await app.home.condition('Kustomization', 'failing', 'Ready', 'ReconciliationFailed');
  const until = new Date(Date.now() + 15_000).toISOString();
  await app.home.kube.patch(
    {
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      kind: 'Kustomization',
      namespace: app.home.namespace,
      name: 'app',
    },
    { metadata: { annotations: { 'pawl.dev/suspended-until': until } }, spec: { suspend: true } },
    { type: 'merge' },
  );

  await stack.temporal().kill();
  removeDatabase(stack.temporal().databaseFile);
  await stack.restartTemporal();

  const client = await temporalClient(stack);
  const failing = app.home.ref('Kustomization', 'failing');
  await expect.poll(async () => (await runsOf(client, failing)).length, POLL).toBeGreaterThan(0);
  await expect.poll(async () => (await app.home.get('Kustomization', 'app')).spec.suspend, POLL).toBeFalsy();
  expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(until));
  await worker.kill();
});

test('what is refused only when it is really applied keeps its entry, and so does what is refused to go', async () => {
  const worker = await stack.startWorker();
  const app = await drill(stack, { ...A, 'held-old': 'a' }, { retryInterval: '2s' });
  await app.home.ready('Kustomization', 'app');
  const allowCreate = await denyHeld(app.home, 'CREATE');
  await app.push({ ...B, 'held-new': 'b', 'held-old': 'a' });
  await app.fetch();
  const refused = await app.home.condition('Kustomization', 'app', 'Ready', 'ReconciliationFailed');
  expect(refused.message).toContain(`ConfigMap/${app.home.namespace}/held-new apply failed`);
  await app.expectNoOrphans();
  await allowCreate();

  const allowDelete = await denyHeld(app.home, 'DELETE');
  await app.push(C);
  await app.fetch();
  await app.home.condition('Kustomization', 'app', 'Ready', 'PruneFailed');
  expect(inventoryNames(await app.home.get('Kustomization', 'app'))).toContain('held-old');
  await app.expectNoOrphans();
  await allowDelete();

  const revision = await app.push(A);
  await app.fetch();
  await app.expectConverged(A, revision);
  await worker.kill();
});
