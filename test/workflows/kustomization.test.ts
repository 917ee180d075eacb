import { describe, expect, it } from 'vitest';
import type { Activities } from '../../activities/index.ts';
import { Reason } from '../../api/reasons.ts';
import { Trigger } from '../../workflows/messages.ts';
import { REVISION, readyKustomization } from '../support/fake-activities.ts';
import { workflowRig } from '../support/workflow-rig.ts';

const rig = workflowRig();
const ms = 1;

interface Path {
  readonly name: string;
  readonly fakes?: Partial<Activities>;
  /** Of the activities, in order. */
  readonly steps: readonly (keyof Activities)[];
  readonly pass: object;
}

const waits: Partial<Activities> = {
  observeKustomization: async (input) => readyKustomization(input, { checksHealth: true }),
  checkHealth: async () => ({ ms, healthy: false, current: 3, total: 4 }),
};

const completes: readonly Path[] = [
  {
    name: 'builds, applies and writes the status',
    steps: ['observeKustomization', 'buildKustomization', 'applyKustomization', 'settleKustomization'],
    pass: {
      outcome: 'Succeeded',
      revision: REVISION,
      message: `Applied revision: ${REVISION}`,
      steps: ['observe', 'build', 'apply', 'status'].map((name) => ({ name, ms })),
    },
  },
  {
    name: 'prunes what the build has no more',
    fakes: {
      applyKustomization: async () => ({ ms, checked: 4, created: 0, configured: 0, changes: [], stale: 2 }),
    },
    steps: [
      'observeKustomization',
      'buildKustomization',
      'applyKustomization',
      'pruneKustomization',
      'settleKustomization',
    ],
    pass: { outcome: 'Succeeded', revision: REVISION },
  },
  {
    name: 'waits for nothing when all is healthy at the first look',
    fakes: { ...waits, checkHealth: async () => ({ ms, healthy: true, current: 4, total: 4 }) },
    steps: [
      'observeKustomization',
      'buildKustomization',
      'applyKustomization',
      'checkHealth',
      'settleKustomization',
    ],
    pass: { outcome: 'Succeeded' },
  },
  {
    name: 'waits until what it applied is healthy',
    fakes: waits,
    steps: [
      'observeKustomization',
      'buildKustomization',
      'applyKustomization',
      'checkHealth',
      'awaitHealthy',
      'settleKustomization',
    ],
    pass: { outcome: 'Succeeded' },
  },
  {
    name: 'ends where the apply was told to stop',
    fakes: {
      applyKustomization: async () => ({
        ms,
        checked: 4,
        created: 0,
        configured: 0,
        changes: [],
        stale: 1,
        stopped: 'the object was suspended during the apply',
      }),
    },
    steps: ['observeKustomization', 'buildKustomization', 'applyKustomization'],
    pass: {
      outcome: 'Superseded',
      message: 'the object was suspended during the apply',
      revision: REVISION,
    },
  },
  {
    name: 'does nothing for a suspended object but say so',
    fakes: { observeKustomization: async () => ({ ms, state: 'Suspended', message: 'suspended by ada' }) },
    steps: ['observeKustomization', 'settleSuspended'],
    pass: { outcome: 'Suspended', message: 'suspended by ada' },
  },
  {
    name: 'says what it waits for',
    fakes: {
      observeKustomization: async () => ({
        ms,
        state: 'Waiting',
        reason: Reason.DependencyNotReady,
        message: "dependency 'flux-system/base' is not ready",
        revision: REVISION,
        retryMs: 30_000,
      }),
    },
    steps: ['observeKustomization', 'settleKustomizationWaiting'],
    pass: {
      outcome: 'Waiting',
      message: "dependency 'flux-system/base' is not ready",
      revision: REVISION,
    },
  },
  {
    name: 'removes what a deleted object made, then lets it go',
    fakes: { observeKustomization: async () => ({ ms, state: 'Deleting', timeoutMs: 60_000 }) },
    steps: ['observeKustomization', 'finalizeKustomization', 'releaseObject'],
    pass: { outcome: 'Deleted', message: '4 objects deleted' },
  },
  {
    name: 'forgets an object that is gone',
    fakes: { observeKustomization: async () => ({ ms, state: 'Gone' }) },
    steps: ['observeKustomization', 'forgetObject'],
    pass: { outcome: 'Gone' },
  },
];

describe('a Kustomization run that completes', () => {
  it.concurrent.each(completes)('$name', async ({ fakes, steps, pass }) => {
    const object = rig.kustomization(fakes);

    const { status, passes } = await object.run(Trigger.Source);

    expect(status).toBe('COMPLETED');
    expect(object.steps).toEqual(steps);
    expect(passes).toEqual([expect.objectContaining({ trigger: 'Source', ...pass })]);
  });
});

it('keeps the survivors of a prune in the status', async () => {
  const survivors = [{ id: 'apps_held__ConfigMap', v: 'v1' }];
  const object = rig.kustomization({
    applyKustomization: async () => ({ ms, checked: 4, created: 0, configured: 0, changes: ['x'], stale: 1 }),
    pruneKustomization: async () => ({ ms, deleted: 0, survivors }),
  });

  await object.run();

  expect(object.inputOf('settleKustomization')).toMatchObject({ survivors });
});
