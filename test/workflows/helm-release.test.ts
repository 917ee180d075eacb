import { describe, expect, it } from 'vitest';
import { failed, stalled, transient } from '../../activities/failures.ts';
import type { Activities } from '../../activities/index.ts';
import { Kind } from '../../api/object-ref.ts';
import { Reason } from '../../api/reasons.ts';
import { Trigger } from '../../workflows/messages.ts';
import { releaseToAct } from '../support/fake-activities.ts';
import { workflowRig } from '../support/workflow-rig.ts';

const rig = workflowRig();
const ms = 1;
const INSTALLED = 'Helm install succeeded for release apps/app.v1 with chart app@1.0.0';

interface Path {
  readonly name: string;
  readonly fakes?: Partial<Activities>;
  /** Of the activities, in order. */
  readonly steps: readonly (keyof Activities)[];
  readonly pass: object;
}

/** Observes one thing after the other, then that all is in sync. */
function observes(...each: readonly ReturnType<typeof releaseToAct>[]): Activities['observeHelmRelease'] {
  let looks = 0;
  return async () => each[looks++] ?? { ...releaseToAct('test'), state: 'InSync', drifted: false };
}

const completes: readonly Path[] = [
  {
    name: 'observes, acts, looks again and writes the status',
    steps: ['observeHelmRelease', 'actOnRelease', 'observeHelmRelease', 'settleHelmRelease'],
    pass: {
      outcome: 'Succeeded',
      revision: '1.0.0',
      message: INSTALLED,
      steps: ['observe', 'install', 'observe', 'status'].map((name) => ({ name, ms })),
    },
  },
  {
    name: 'does nothing where the release is what it should be',
    fakes: { observeHelmRelease: observes() },
    steps: ['observeHelmRelease', 'settleHelmRelease'],
    pass: { outcome: 'NothingToDo', revision: '1.0.0', steps: [{ name: 'observe' }, { name: 'status' }] },
  },
  {
    name: 'does nothing for a suspended object but say so',
    fakes: { observeHelmRelease: async () => ({ ms, state: 'Suspended', message: 'suspended by ada' }) },
    steps: ['observeHelmRelease', 'settleSuspended'],
    pass: { outcome: 'Suspended', message: 'suspended by ada' },
  },
  {
    name: 'says what it waits for',
    fakes: {
      observeHelmRelease: async () => ({
        ms,
        state: 'Waiting',
        reason: Reason.SourceNotReady,
        message: "HelmChart 'apps/apps-app' is not ready: does not have an artifact",
        retryMs: 30_000,
      }),
    },
    steps: ['observeHelmRelease', 'settleHelmReleaseWaiting'],
    pass: {
      outcome: 'Waiting',
      message: "HelmChart 'apps/apps-app' is not ready: does not have an artifact",
    },
  },
  {
    name: 'takes down the release of a deleted object, then lets it go',
    fakes: { observeHelmRelease: async () => ({ ms, state: 'Deleting', timeoutMs: 60_000 }) },
    steps: ['observeHelmRelease', 'finalizeHelmRelease', 'releaseObject'],
    pass: { outcome: 'Deleted', message: 'Helm uninstall succeeded' },
  },
  {
    name: 'forgets an object that is gone',
    fakes: { observeHelmRelease: async () => ({ ms, state: 'Gone' }) },
    steps: ['observeHelmRelease', 'forgetObject'],
    pass: { outcome: 'Gone' },
  },
  {
    name: 'does a transient failure of an observation once more, an action never',
    fakes: { observeHelmRelease: failsOnce() },
    steps: ['observeHelmRelease', 'observeHelmRelease', 'settleHelmRelease'],
    pass: { outcome: 'NothingToDo' },
  },
];

function failsOnce(): Activities['observeHelmRelease'] {
  let attempts = 0;
  return async () => {
    if (attempts++ === 0) throw transient(Reason.ReconciliationFailed, 'reset by peer', { retryAfterMs: 1 });
    return { ...releaseToAct('test'), state: 'InSync', drifted: false };
  };
}

describe('a HelmRelease run that completes', () => {
  it.concurrent.each(completes)('$name', async ({ fakes, steps, pass }) => {
    const object = rig.object(Kind.HelmRelease, fakes);

    const { status, passes } = await object.run(Trigger.Source);

    expect(status).toBe('COMPLETED');
    expect(object.steps).toEqual(steps);
    expect(passes).toMatchObject([{ trigger: 'Source', ...pass }]);
  });
});

it('takes one action after another, and tells each look what was done', async () => {
  const actions = ['unlock', 'upgrade', 'test', 'correct'] as const;
  const types = ['unlock', 'release', 'test', 'correct'] as const;
  let acts = 0;
  const object = rig.object(Kind.HelmRelease, {
    observeHelmRelease: observes(...actions.map((action) => releaseToAct(action))),
    actOnRelease: async () => ({ ms, type: types[acts++] ?? 'test' }),
  });

  const { passes } = await object.run();

  expect(passes).toMatchObject([{ outcome: 'Succeeded', steps: { length: 10 } }]);
  expect(passes[0]?.steps.map(({ name }) => name).filter((name) => name !== 'observe')).toEqual([
    ...actions,
    'status',
  ]);
  const looks = object.calls.filter(({ step }) => step === 'observeHelmRelease');
  expect(looks.map(({ input }) => input)).toEqual(
    [0, 1, 2, 3, 4].map((done) => ({
      ref: object.ref,
      taken: types.slice(0, done),
      // What is asked for after the first look is the next pass's.
      ...(done > 0 && { serves: {} }),
    })),
  );
});

it('gives each step what it needs', async () => {
  const object = rig.object(Kind.HelmRelease, {
    observeHelmRelease: async ({ taken }) =>
      taken.length === 0
        ? { ...releaseToAct('install'), requestedAt: 'now' }
        : {
            ms,
            state: 'InSync',
            drifted: true,
            generation: 2,
            requestedAt: 'now',
            revision: '1.0.0',
            configDigest: 'sha256:4444',
          },
  });
  const { ref } = object;

  await object.run();

  expect(object.calls).toEqual([
    { step: 'observeHelmRelease', input: { ref, taken: [] } },
    { step: 'actOnRelease', input: { ref, action: 'install', generation: 2, timeoutMs: 60_000 } },
    { step: 'observeHelmRelease', input: { ref, taken: ['release'], serves: { requestedAt: 'now' } } },
    {
      step: 'settleHelmRelease',
      input: {
        ms,
        ref,
        state: 'InSync',
        drifted: true,
        generation: 2,
        requestedAt: 'now',
        revision: '1.0.0',
        configDigest: 'sha256:4444',
      },
    },
  ]);
});

interface Failing {
  readonly name: string;
  readonly fakes: Partial<Activities>;
  readonly steps: readonly (keyof Activities)[];
  readonly type: string;
  readonly message: string;
  readonly settled: object;
}

const acted: readonly (keyof Activities)[] = ['observeHelmRelease', 'actOnRelease'];
const attempt = { generation: 2, revision: '1.0.0' };

const fails: readonly Failing[] = [
  {
    name: 'at values that cannot be composed, without an action',
    fakes: {
      observeHelmRelease: async () => {
        throw failed(Reason.ValuesError, "could not find Secret 'apps/none'");
      },
    },
    steps: ['observeHelmRelease', 'settleHelmReleaseFailure'],
    type: 'ValuesError',
    message: "could not find Secret 'apps/none'",
    settled: { stalled: false },
  },
  {
    name: 'at the last retry, as stalled',
    fakes: {
      observeHelmRelease: async () => {
        throw stalled(Reason.RetriesExceeded, 'Failed to upgrade after 1 attempt(s)');
      },
    },
    steps: ['observeHelmRelease', 'settleHelmReleaseFailure'],
    type: 'RetriesExceeded',
    message: 'Failed to upgrade after 1 attempt(s)',
    settled: { stalled: true },
  },
  {
    name: 'when helm fails',
    fakes: {
      actOnRelease: async () => {
        throw failed(Reason.InstallFailed, 'Helm install failed for release apps/app: no');
      },
    },
    steps: [...acted, 'settleHelmReleaseFailure'],
    type: 'InstallFailed',
    message: 'Helm install failed for release apps/app: no',
    settled: { stalled: false, attempt },
  },
  {
    name: 'when the cluster is away in an action, which nobody tries again in the dark',
    fakes: {
      actOnRelease: async () => {
        throw transient(Reason.ReconciliationFailed, 'the API server is away');
      },
    },
    steps: [...acted, 'settleHelmReleaseFailure'],
    type: 'ReconciliationFailed',
    message: 'the API server is away',
    settled: { stalled: false, mayPass: true, attempt },
  },
  {
    name: 'when a remediation ended it: there is no second look',
    fakes: {
      observeHelmRelease: observes(releaseToAct('rollback')),
      actOnRelease: async () => ({
        ms,
        type: 'remediate',
        ended: { reason: Reason.RollbackSucceeded, message: 'Helm rollback to previous release succeeded' },
      }),
    },
    steps: [...acted, 'settleHelmReleaseFailure'],
    type: 'RollbackSucceeded',
    message: 'Helm rollback to previous release succeeded',
    settled: { stalled: false, attempt },
  },
  {
    name: 'when an action ended it for good, as stalled',
    fakes: {
      actOnRelease: async () => ({
        ms,
        type: 'release',
        ended: { reason: Reason.RetriesExceeded, message: 'Failed to install', stalled: true },
      }),
    },
    steps: [...acted, 'settleHelmReleaseFailure'],
    type: 'RetriesExceeded',
    message: 'Failed to install',
    settled: { stalled: true, attempt },
  },
  {
    name: 'when what is left belongs to a later pass',
    fakes: {
      observeHelmRelease: async ({ taken }) =>
        taken.length === 0
          ? releaseToAct('upgrade')
          : {
              ms,
              generation: 2,
              revision: '1.0.0',
              state: 'Ended',
              reason: Reason.UpgradeFailed,
              message: 'Helm upgrade failed for release apps/app: no',
            },
    },
    steps: [...acted, 'observeHelmRelease', 'settleHelmReleaseFailure'],
    type: 'UpgradeFailed',
    message: 'Helm upgrade failed for release apps/app: no',
    settled: { stalled: false, attempt },
  },
  {
    name: 'when a release does not go',
    fakes: {
      observeHelmRelease: async () => ({ ms, state: 'Deleting', timeoutMs: 60_000 }),
      finalizeHelmRelease: async () => {
        throw failed(Reason.UninstallFailed, 'Helm uninstall failed: no');
      },
    },
    steps: ['observeHelmRelease', 'finalizeHelmRelease', 'settleHelmReleaseFailure'],
    type: 'UninstallFailed',
    message: 'Helm uninstall failed: no',
    settled: { stalled: false },
  },
];

describe('a HelmRelease run fails', () => {
  it.concurrent.each(fails)('$name', async ({ fakes, steps, type, message, settled }) => {
    const object = rig.object(Kind.HelmRelease, fakes);

    const { status, failure, passes } = await object.run();

    expect(status).toBe('FAILED');
    expect(failure).toEqual({ type, message });
    expect(object.steps).toEqual(steps);
    expect(passes).toMatchObject([{ trigger: 'Request', outcome: type, message }]);
    expect(object.inputOf('settleHelmReleaseFailure')).toMatchObject({
      ref: object.ref,
      reason: type,
      message,
      ...settled,
    });
  });
});
