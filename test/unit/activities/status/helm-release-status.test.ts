import { describe, expect, it } from 'vitest';
import {
  acted,
  acting,
  attempting,
  drifted,
  failedStatus,
  inSync,
  releasedMessage,
  suspendedStatus,
  waitingStatus,
} from '../../../../activities/status/helm-release-status.ts';
import type { Condition, ConditionChange } from '../../../../api/conditions.ts';
import type {
  HelmRelease,
  HelmReleaseSpec,
  HelmReleaseStatus,
  Snapshot,
} from '../../../../api/helm-release.ts';
import { Reason } from '../../../../api/reasons.ts';

const NOW = new Date('2026-11-22T12:00:00.000Z');
const GENERATION = 3;
const ANNOTATIONS = { 'reconcile.fluxcd.io/requestedAt': 'now' };

const current: Snapshot = {
  apiVersion: 'v2',
  name: 'app',
  namespace: 'apps',
  version: 2,
  status: 'deployed',
  digest: 'sha256:1',
  configDigest: 'sha256:2',
  chartName: 'app',
  chartVersion: '1.0.0',
  firstDeployed: '2026-11-22T12:00:00Z',
  lastDeployed: '2026-11-22T12:00:00Z',
};

interface Given {
  readonly spec?: Partial<HelmReleaseSpec>;
  readonly status?: HelmReleaseStatus;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** `Type=Status/Reason`, with `@generation` where it is not the newest. */
function condition(text: string): Condition {
  const [, type = '', status = '', reason = '', generation = `${GENERATION}`] =
    /^(\w+)=(\w+)\/(\w+)(?:@(\d+))?$/.exec(text) ?? [];
  return {
    type,
    status: status as Condition['status'],
    reason,
    message: `message of ${reason}`,
    lastTransitionTime: '2026-11-22T11:00:00Z',
    observedGeneration: Number(generation),
  };
}

function release({ spec = {}, status = {}, annotations = ANNOTATIONS }: Given = {}): HelmRelease {
  return {
    apiVersion: 'helm.toolkit.fluxcd.io/v2',
    kind: 'HelmRelease',
    metadata: {
      name: 'app',
      namespace: 'apps',
      uid: 'u',
      resourceVersion: '1',
      generation: GENERATION,
      annotations,
    },
    spec: { interval: '1h', ...spec },
    status,
  };
}

function withConditions(...conditions: readonly string[]): HelmReleaseStatus {
  return { conditions: conditions.map(condition) };
}

/** Each as `Type=Status/Reason`, sorted. */
function conditionsOf({ conditions = [] }: HelmReleaseStatus): readonly string[] {
  return conditions.map(({ type, status, reason }) => `${type}=${status}/${reason}`).sort();
}

function readyOf({ conditions = [] }: HelmReleaseStatus): Condition | undefined {
  return conditions.find(({ type }) => type === 'Ready');
}

const change = (text: string): ConditionChange => {
  const { type, status, reason, message } = condition(text);
  return { type, status, reason, message } as ConditionChange;
};

describe('Ready sums up what was done last', () => {
  const testing = { test: { enable: true } };

  it.each<{
    readonly name: string;
    readonly spec?: Partial<HelmReleaseSpec>;
    readonly conditions: readonly string[];
    readonly ready: string;
  }>([
    { name: 'the release', conditions: ['Released=True/InstallSucceeded'], ready: 'True/InstallSucceeded' },
    { name: 'its failure', conditions: ['Released=False/UpgradeFailed'], ready: 'False/UpgradeFailed' },
    {
      name: 'the remediation before the release, and as no success',
      conditions: ['Released=False/UpgradeFailed', 'Remediated=True/RollbackSucceeded'],
      ready: 'False/RollbackSucceeded',
    },
    {
      name: 'the remediation before the tests',
      spec: testing,
      conditions: [
        'Released=True/UpgradeSucceeded',
        'TestSuccess=False/TestFailed',
        'Remediated=False/RollbackFailed',
      ],
      ready: 'False/RollbackFailed',
    },
    {
      name: 'the tests before the release',
      spec: testing,
      conditions: ['Released=True/InstallSucceeded', 'TestSuccess=True/TestSucceeded'],
      ready: 'True/TestSucceeded',
    },
    {
      name: 'tests that are still awaited',
      spec: testing,
      conditions: ['Released=True/InstallSucceeded', 'TestSuccess=Unknown/AwaitingTests'],
      ready: 'Unknown/AwaitingTests',
    },
    {
      name: 'the release where failures of tests are ignored',
      spec: { test: { enable: true, ignoreFailures: true } },
      conditions: ['Released=True/InstallSucceeded', 'TestSuccess=False/TestFailed'],
      ready: 'True/InstallSucceeded',
    },
    {
      name: 'what is of a newer generation first',
      conditions: ['Remediated=True/RollbackSucceeded@2', 'Released=True/UpgradeSucceeded@3'],
      ready: 'True/UpgradeSucceeded',
    },
  ])('$name', ({ spec = {}, conditions, ready }) => {
    const status = acted(
      release({ spec, status: withConditions(...conditions) }),
      { set: [], remove: [] },
      NOW,
    );

    const found = readyOf(status);
    expect(`${found?.status}/${found?.reason}`).toBe(ready);
    expect(found).toMatchObject({
      message: `message of ${found?.reason}`,
      observedGeneration: GENERATION,
    });
  });

  it('says nothing before anything was done', () => {
    expect(acted(release(), { set: [], remove: [] }, NOW)).toEqual({ conditions: [] });
  });

  it('forgets tests that are not wanted any more, and what stalled once it is good', () => {
    const status = withConditions('Stalled=True/RetriesExceeded', 'TestSuccess=True/TestSucceeded@2');

    const after = acted(
      release({ status }),
      { set: [change('Released=True/UpgradeSucceeded')], remove: [] },
      NOW,
    );

    expect(conditionsOf(after)).toEqual(['Ready=True/UpgradeSucceeded', 'Released=True/UpgradeSucceeded']);
  });
});

describe('an action that begins', () => {
  it.each([
    {
      name: 'to release makes the readiness unknown',
      isRelease: true,
      expected: [
        'Ready=Unknown/Progressing',
        'Reconciling=True/Progressing',
        'Released=True/InstallSucceeded',
      ],
    },
    {
      name: 'to test does not',
      isRelease: false,
      expected: [
        'Ready=True/InstallSucceeded',
        'Reconciling=True/Progressing',
        'Released=True/InstallSucceeded',
      ],
    },
  ])('$name, and nothing stalls any more', ({ isRelease, expected }) => {
    const status = withConditions(
      'Ready=True/InstallSucceeded',
      'Released=True/InstallSucceeded',
      'Stalled=True/RetriesExceeded',
    );

    const after = acting(release({ status }), { message: "Running 'test' action", isRelease, now: NOW });

    expect(conditionsOf(after)).toEqual(expected);
  });
});

describe('a release in sync', () => {
  const input = {
    current,
    history: [current],
    detectsDrift: false,
    hasDrifted: false,
    postRenderersDigest: undefined,
    commonMetadataDigest: undefined,
    now: NOW,
  };

  it('keeps what was said of it, answers the request and observes the generation', () => {
    const status = withConditions('Released=True/InstallSucceeded', 'Reconciling=True/Progressing');

    const after = inSync(release({ status }), { ...input, postRenderersDigest: 'sha256:p' });

    expect(conditionsOf(after)).toEqual(['Ready=True/InstallSucceeded', 'Released=True/InstallSucceeded']);
    expect(after).toMatchObject({
      observedGeneration: GENERATION,
      lastHandledReconcileAt: 'now',
      history: [current],
      observedPostRenderersDigest: 'sha256:p',
    });
  });

  it.each([
    {
      name: 'a rollback led to what is wanted',
      conditions: ['Released=False/UpgradeFailed', 'Remediated=True/RollbackSucceeded'],
      reason: 'UpgradeSucceeded',
      action: 'upgrade' as const,
    },
    {
      name: 'an upgrade that failed came good by itself',
      conditions: ['Released=False/UpgradeFailed'],
      reason: 'UpgradeSucceeded',
      action: 'upgrade' as const,
    },
    {
      name: 'an install that failed came good by itself',
      conditions: ['Released=False/InstallFailed'],
      reason: 'InstallSucceeded',
      action: 'install' as const,
    },
  ])('is ready although the last action was not, as $name', ({ conditions, reason, action }) => {
    const status = withConditions(...conditions, 'Stalled=True/RetriesExceeded');

    const after = inSync(release({ status }), input);

    expect(conditionsOf(after)).toEqual([`Ready=True/${reason}`, `Released=True/${reason}`]);
    expect(readyOf(after)?.message).toBe(releasedMessage(action, current));
  });

  it.each([
    { name: 'nobody looks for drift', detectsDrift: false, hasDrifted: false, expected: undefined },
    { name: 'nothing has drifted', detectsDrift: true, hasDrifted: false, expected: 'False/NoDriftDetected' },
    { name: 'something has', detectsDrift: true, hasDrifted: true, expected: 'True/DriftDetected' },
  ])('tells of drift when $name: $expected', ({ detectsDrift, hasDrifted, expected }) => {
    const status = withConditions('Released=True/InstallSucceeded', 'Drifted=True/DriftDetected@2');

    const after = inSync(release({ status }), { ...input, detectsDrift, hasDrifted });

    const told = after.conditions?.find(({ type }) => type === 'Drifted');
    expect(told && `${told.status}/${told.reason}`).toBe(expected);
    // What drifted is still the release that was wanted.
    expect(readyOf(after)?.status).toBe('True');
  });

  it('forgets the digests of what it is not made with any more', () => {
    const status = { observedPostRenderersDigest: 'sha256:p', observedCommonMetadataDigest: 'sha256:m' };

    const after = inSync(release({ status }), { ...input, commonMetadataDigest: 'sha256:n' });

    expect(after.observedPostRenderersDigest).toBeUndefined();
    expect(after.observedCommonMetadataDigest).toBe('sha256:n');
  });
});

describe('a pass that failed', () => {
  const failure = { message: 'no', isTold: false, now: NOW };

  it.each([
    {
      name: 'is tried again, and says so',
      input: { ...failure, reason: Reason.ValuesError, stalled: false },
      expected: [
        'Ready=False/ValuesError',
        'Reconciling=True/ProgressingWithRetry',
        'Released=True/InstallSucceeded',
      ],
      observed: undefined,
    },
    {
      name: 'for good observes the generation: only a change helps',
      input: { ...failure, reason: Reason.InvalidSpec, stalled: true },
      expected: ['Ready=False/InvalidSpec', 'Released=True/InstallSucceeded', 'Stalled=True/InvalidSpec'],
      observed: GENERATION,
    },
    {
      name: 'by what helm told leaves Ready to sum up',
      input: { ...failure, reason: Reason.UpgradeFailed, stalled: false, isTold: true },
      expected: [
        'Ready=True/InstallSucceeded',
        'Reconciling=True/ProgressingWithRetry',
        'Released=True/InstallSucceeded',
      ],
      observed: undefined,
    },
    {
      name: 'after all retries leaves Ready to say why',
      input: { ...failure, reason: Reason.RetriesExceeded, stalled: true },
      expected: [
        'Ready=True/InstallSucceeded',
        'Released=True/InstallSucceeded',
        'Stalled=True/RetriesExceeded',
      ],
      observed: GENERATION,
    },
  ])('$name', ({ input, expected, observed }) => {
    const status = withConditions('Released=True/InstallSucceeded', 'Ready=Unknown/Progressing');

    const after = failedStatus(release({ status }), input);

    expect(conditionsOf(after)).toEqual(expected);
    expect(after.observedGeneration).toBe(observed);
    expect(after.lastHandledReconcileAt).toBe('now');
  });

  it('is not stalled and tried again at once', () => {
    const status = withConditions('Reconciling=True/Progressing', 'Stalled=True/RetriesExceeded');

    const types = (stalled: boolean) =>
      failedStatus(release({ status }), { ...failure, reason: Reason.StateError, stalled }).conditions?.map(
        ({ type }) => type,
      );

    expect(types(true)).not.toContain('Reconciling');
    expect(types(false)).not.toContain('Stalled');
  });
});

it('a release that waits says for what, and is not stalled', () => {
  const status = { ...withConditions('Stalled=True/RetriesExceeded'), observedGeneration: 2 };

  const after = waitingStatus(release({ status }), {
    reason: Reason.SourceNotReady,
    message: 'no chart',
    now: NOW,
  });

  expect(conditionsOf(after)).toEqual(['Ready=False/SourceNotReady', 'Reconciling=True/Progressing']);
  expect(after).toMatchObject({ observedGeneration: 2, lastHandledReconcileAt: 'now' });
  expect(after.conditions?.find(({ type }) => type === 'Reconciling')?.message).toBe(
    'Fulfilling prerequisites',
  );
});

describe('a suspended release', () => {
  it('stays what it is, current with its generation', () => {
    const status = withConditions('Ready=True/InstallSucceeded', 'Released=True/InstallSucceeded');

    const after = suspendedStatus(release({ status }), 'suspended by ada', NOW);

    expect(after).toEqual({ ...status, observedGeneration: GENERATION, lastHandledReconcileAt: 'now' });
  });

  it('says that it was stopped when it was', () => {
    const status = withConditions('Ready=Unknown/Progressing', 'Reconciling=True/Progressing');

    const after = suspendedStatus(release({ status }), 'suspended by ada', NOW);

    expect(conditionsOf(after)).toEqual(['Ready=False/ReconciliationFailed']);
    expect(readyOf(after)?.message).toBe('stopped by a suspension before it was done: suspended by ada');
  });
});

it('drift is told beside everything else', () => {
  const status = withConditions('Ready=True/InstallSucceeded');

  expect(conditionsOf(drifted(release({ status }), 'one object', NOW))).toEqual([
    'Drifted=True/DriftDetected',
    'Ready=True/InstallSucceeded',
  ]);
});

describe('an attempt', () => {
  const attempt = {
    chartVersion: '1.1.0',
    configDigest: 'sha256:c',
    storageNamespace: 'apps',
    resetsFailures: false,
  };
  const failures = { failures: 3, installFailures: 1, upgradeFailures: 2 };

  it('is named in the status, and what older versions left there goes', () => {
    const status = { ...failures, lastAttemptedValuesChecksum: 'x', lastReleaseRevision: 7 };

    expect(attempting(release({ status }), attempt)).toEqual({
      ...failures,
      storageNamespace: 'apps',
      lastAttemptedGeneration: GENERATION,
      lastAttemptedRevision: '1.1.0',
      lastAttemptedConfigDigest: 'sha256:c',
    });
  });

  it('counts no failure of another one', () => {
    const after = attempting(release({ status: failures }), { ...attempt, resetsFailures: true });

    expect(after).not.toHaveProperty('failures');
    expect(after).not.toHaveProperty('installFailures');
    expect(after).not.toHaveProperty('upgradeFailures');
  });

  it('notes the tokens of the request that it serves, and leaves those of a later one', () => {
    const serving = (requestedAt: string | undefined) =>
      attempting(
        release({
          annotations: {
            ...(requestedAt !== undefined && { 'reconcile.fluxcd.io/requestedAt': requestedAt }),
            'reconcile.fluxcd.io/forceAt': 'now',
            'reconcile.fluxcd.io/resetAt': 'now',
          },
        }),
        attempt,
      );

    expect(serving('now')).toMatchObject({ lastHandledForceAt: 'now', lastHandledResetAt: 'now' });
    for (const other of [serving('before'), serving(undefined)]) {
      expect(other).not.toHaveProperty('lastHandledForceAt');
      expect(other).not.toHaveProperty('lastHandledResetAt');
    }
  });
});
