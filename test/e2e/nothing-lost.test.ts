import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { FaultPoint } from '../../activities/fault.ts';
import type { ManagedProcess } from '../../tools/process.ts';
import { removeDatabase } from '../../tools/temporal.ts';
import { apiFront, isMapWrite } from '../support/api-front.ts';
import { A, B, C, type Drill, drill } from '../support/drill.ts';
import { POLL, POLL_BEHIND } from '../support/flux.ts';
import { type Stack, startStack } from '../support/harness.ts';
import { scheduleOf, temporalClient } from '../support/temporal.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ nodes: false });
});
afterAll(() => stack.stop());

const POINTS: readonly { readonly point: FaultPoint; readonly hit?: number; readonly name: string }[] = [
  { point: 'git.resolved', name: 'after the remote was asked' },
  { point: 'git.mirrored', name: 'after the commit was fetched' },
  { point: 'git.stored', name: 'after the artifact was stored' },
  { point: 'git.status', name: 'before the status of the source' },
  { point: 'fetched', name: 'K1, after the artifact was fetched' },
  { point: 'built', name: 'K2, after the build' },
  { point: 'inventory.written', name: 'K3, after the inventory was written ahead' },
  { point: 'object.applied', hit: 7, name: 'K4, in the midst of the objects' },
  { point: 'applied', name: 'K5, after the last object' },
  { point: 'object.deleted', hit: 4, name: 'K8, in the midst of the deletions' },
  { point: 'pruned', name: 'K9, after the prune' },
  { point: 'status', name: 'K6, before the final status' },
  { point: 'status.written', name: 'K7, after the final status' },
];

describe('a worker that is killed', () => {
  // Who heals one kill makes ready for the next: a start costs seconds.
  let heir: ManagedProcess | undefined;
  afterAll(() => heir?.kill());

  test.for(POINTS)('$name loses nothing', async ({ point, hit = 1 }) => {
    if (!heir?.isRunning()) heir = await stack.startWorker();
    const app = await drill(stack, A);
    await app.home.ready('Kustomization', 'app');
    await heir.stop();
    const doomed = await stack.startWorker({ env: { PAWL_FAULT: `${point}:${hit}` } });
    onTestFinished(() => doomed.kill());

    await app.push(B);
    await app.fetch();
    await expect.poll(doomed.isRunning, { timeout: 20_000, interval: 20 }).toBe(false);
    await app.expectNoOrphans();
    heir = await stack.startWorker();
    const revision = await app.push(C);
    await app.fetch();

    await app.expectConverged(C, revision);
  });
});

describe('Temporal', () => {
  const KILLED = [
    { name: 'killed during an apply, its database kept', keeps: true },
    { name: 'killed during an apply, its database lost', keeps: false },
  ];

  test.for(KILLED)('$name: the run is resumed and the schedules are there', async ({ keeps }) => {
    const front = await apiFront(stack);
    const worker = await stack.startWorker({ kubeconfig: front.kubeconfig });
    const app = await drill(stack, A);
    await app.home.ready('Kustomization', 'app');
    await expectSchedules(app);
    front.setFault((request) => (isMapWrite(request) ? { delayMs: 500 } : undefined));
    await app.push(B);
    await app.fetch();
    await expect.poll(async () => Object.values(await app.live()).includes('b'), POLL).toBe(true);

    await stack.temporal().kill();
    await app.expectNoOrphans();
    if (!keeps) removeDatabase(stack.temporal().databaseFile);
    await stack.restartTemporal();
    front.setFault(undefined);
    const revision = await app.push(C);
    await app.fetch();

    await app.expectConverged(C, revision);
    await expectSchedules(app);
    await expect.poll(() => watchStatus(), POLL).toBe('RUNNING');
    const later = await app.push(A);
    await app.fetch();
    await app.expectConverged(A, later);
    await worker.kill();
  });
});

/** Both objects have their schedule. */
async function expectSchedules({ home }: Drill): Promise<void> {
  const client = await temporalClient(stack);
  for (const ref of [home.ref('GitRepository', 'home'), home.ref('Kustomization', 'app')])
    await expect.poll(() => scheduleOf(client, ref), POLL_BEHIND).toBeDefined();
}

async function watchStatus(): Promise<string> {
  const client = await temporalClient(stack);
  const { status } = await client.workflow.getHandle('default/watch').describe();
  return status.name;
}

test('an artifact that was lost with its worker is made again as soon as somebody needs it', async () => {
  const lost = await stack.startWorker();
  const app = await drill(stack, A);
  await app.home.ready('Kustomization', 'app');
  await lost.kill();
  const heir = await stack.startWorker();
  const before = await app.home.get('GitRepository', 'home');

  const { status } = await app.home.reconcile('Kustomization', 'app');

  expect(status?.conditions).toContainEqual(expect.objectContaining({ type: 'Ready', status: 'True' }));
  const after = await app.home.get('GitRepository', 'home');
  expect(after.status?.artifact?.digest).toBe(before.status?.artifact?.digest);
  expect(after.status?.artifact?.url).not.toBe(before.status?.artifact?.url);
  await heir.kill();
});
