import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FaultPoint } from '../../activities/fault.ts';
import { A, B, C, drill } from '../support/drill.ts';
import { type Stack, startStack } from '../support/harness.ts';

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
  { point: 'object.applied', hit: 1, name: 'K4, after the first object' },
  { point: 'object.applied', hit: 7, name: 'K4, in the midst of the objects' },
  { point: 'applied', name: 'K5, after the last object' },
  { point: 'object.deleted', hit: 1, name: 'K8, after the first deletion' },
  { point: 'object.deleted', hit: 4, name: 'K8, in the midst of the deletions' },
  { point: 'pruned', name: 'K9, after the prune' },
  { point: 'status', name: 'K6, before the final status' },
  { point: 'status.written', name: 'K7, after the final status' },
];

describe('a worker that is killed', () => {
  test.for(POINTS)('$name loses nothing', async ({ point, hit = 1 }) => {
    const before = await stack.startWorker();
    const app = await drill(stack, A);
    await app.home.ready('Kustomization', 'app');
    await before.stop();
    const doomed = await stack.startWorker({ env: { PAWL_FAULT: `${point}:${hit}` } });

    await app.push(B);
    await app.fetch();
    await expect.poll(doomed.isRunning, { timeout: 20_000, interval: 20 }).toBe(false);
    await app.expectNoOrphans();
    const heir = await stack.startWorker();
    const revision = await app.push(C);
    await app.fetch();

    await app.expectConverged(C, revision);
    await heir.kill();
  });
});
