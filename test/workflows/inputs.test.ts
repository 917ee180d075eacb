import { expect, it } from 'vitest';
import { failed } from '../../activities/failures.ts';
import { Reason } from '../../api/reasons.ts';
import { suspend, Trigger } from '../../workflows/messages.ts';
import { ARTIFACT, REVISION, readyKustomization } from '../support/fake-activities.ts';
import { workflowRig } from '../support/workflow-rig.ts';

// Replay compares the order of steps, never what they are given: this does.
const rig = workflowRig();
const ms = 1;

it('a Kustomization run gives each step what it needs', async () => {
  const survivors = [{ id: 'apps_held__ConfigMap', v: 'v1' }];
  const object = rig.kustomization({
    observeKustomization: async (input) =>
      readyKustomization(input, { checksHealth: true, requestedAt: 'now' }),
    applyKustomization: async () => ({
      ms,
      checked: 4,
      created: 1,
      configured: 0,
      changes: ['ConfigMap/apps/web created'],
      stale: 1,
    }),
    pruneKustomization: async () => ({ ms, deleted: 0, survivors }),
    checkHealth: async () => ({ ms, healthy: false, current: 3, total: 4 }),
  });
  const observed = readyKustomization(object, { checksHealth: true, requestedAt: 'now' });
  const built = { ...observed, builtDigest: 'sha256:3333' };

  await object.run();

  expect(object.calls).toEqual([
    { step: 'observeKustomization', input: { ref: object.ref } },
    { step: 'buildKustomization', input: observed },
    { step: 'applyKustomization', input: built },
    { step: 'pruneKustomization', input: built },
    { step: 'checkHealth', input: built },
    { step: 'awaitHealthy', input: built },
    {
      step: 'settleKustomization',
      input: { ...built, survivors },
    },
  ]);
});

it('a failed Kustomization run tells what it attempted', async () => {
  const object = rig.kustomization({
    observeKustomization: async (input) => readyKustomization(input, { requestedAt: 'now' }),
    applyKustomization: async () => {
      throw failed(Reason.ReconciliationFailed, 'no');
    },
  });

  await object.run();

  expect(object.inputOf('settleKustomizationFailure')).toEqual({
    ref: object.ref,
    reason: 'ReconciliationFailed',
    message: 'no',
    stalled: false,
    attempt: {
      generation: 3,
      requestedAt: 'now',
      revision: REVISION,
      startedAt: '2026-11-22T12:00:00.000Z',
      digest: 'sha256:3333',
    },
  });
});

it('a deletion and a wait give what they saw', async () => {
  const deleted = rig.kustomization({
    observeKustomization: async () => ({ ms, state: 'Deleting', timeoutMs: 90_000 }),
  });
  const seen = { reason: Reason.DependencyNotReady, message: 'not yet', revision: REVISION, retryMs: 5_000 };
  const waiting = rig.kustomization({
    observeKustomization: async () => ({ ms, state: 'Waiting', ...seen }),
  });

  await Promise.all([deleted.run(), waiting.run()]);

  expect(deleted.calls.slice(1)).toEqual([
    { step: 'finalizeKustomization', input: { ref: deleted.ref, timeoutMs: 90_000 } },
    { step: 'releaseObject', input: { ref: deleted.ref } },
  ]);
  expect(waiting.calls.slice(1)).toEqual([
    { step: 'settleKustomizationWaiting', input: { ms, state: 'Waiting', ...seen, ref: waiting.ref } },
  ]);
});

it('a GitRepository run gives each step what it needs', async () => {
  const object = rig.gitRepository();

  await object.run(Trigger.Interval);

  const observed = { ms, state: 'Ready', ref: object.ref, generation: 2, timeoutMs: 60_000 };
  const fetched = {
    ms,
    attempt: { generation: 2 },
    unchanged: false,
    artifact: { ...ARTIFACT, lastUpdateTime: '2026-11-22T12:00:00.000Z' },
  };
  expect(object.calls).toEqual([
    { step: 'observeGitRepository', input: { ref: object.ref } },
    { step: 'fetchGitRepository', input: observed },
    { step: 'settleGitRepository', input: { ...observed, fetched } },
  ]);
});

it('a suspend gives who, why and how long, and nothing else that came with it', async () => {
  const object = rig.gitRepository({
    observeGitRepository: async () => ({ ms, state: 'Suspended', message: 'suspended' }),
  });
  const request = { by: 'ada', reason: 'incident 42', forMs: 60_000, ref: { name: 'another' } };

  await object.end(await object.tell({ signal: suspend, request, trigger: Trigger.Suspend }));

  expect(object.calls).toEqual([
    { step: 'suspendObject', input: { ref: object.ref, by: 'ada', reason: 'incident 42', forMs: 60_000 } },
    { step: 'observeGitRepository', input: { ref: object.ref } },
    { step: 'settleSuspended', input: { ref: object.ref } },
  ]);
});
