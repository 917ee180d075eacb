import { describe, expect, it } from 'vitest';
import {
  activeRemediation,
  detectsDrift,
  installRemediation,
  retryIntervalMs,
  testsDecide,
  timeoutMs,
  upgradeRemediation,
} from '../../../../activities/helm/spec.ts';
import type { HelmRelease, HelmReleaseSpec, HelmReleaseStatus } from '../../../../api/helm-release.ts';

function release(spec: Partial<HelmReleaseSpec> = {}, status?: HelmReleaseStatus): HelmRelease {
  return {
    apiVersion: 'helm.toolkit.fluxcd.io/v2',
    kind: 'HelmRelease',
    metadata: { name: 'app', namespace: 'apps', uid: 'uid', resourceVersion: '1', generation: 1 },
    spec: { interval: '1h', ...spec },
    ...(status && { status }),
  };
}

describe('the remediation of an install', () => {
  it('is an uninstall, without retries where nothing is said', () => {
    expect(installRemediation(release())).toEqual({
      strategy: 'uninstall',
      retries: 0,
      failures: 0,
      isExhausted: false,
      remediatesLastFailure: false,
      ignoresTestFailures: false,
      reinstalls: false,
    });
  });

  it('leaves the last failure, however many retries there are', () => {
    expect(installRemediation(release({ install: { remediation: { retries: 3 } } }))).toMatchObject({
      remediatesLastFailure: false,
    });
  });
});

describe('the remediation of an upgrade', () => {
  it.each([
    { remediation: {}, expected: { strategy: 'rollback', remediatesLastFailure: false, reinstalls: false } },
    { remediation: { retries: 1 }, expected: { remediatesLastFailure: true } },
    { remediation: { retries: -1 }, expected: { remediatesLastFailure: false } },
    { remediation: { retries: 1, remediateLastFailure: false }, expected: { remediatesLastFailure: false } },
    { remediation: { remediateLastFailure: true }, expected: { remediatesLastFailure: true } },
    {
      remediation: { strategy: 'uninstall' as const },
      expected: { strategy: 'uninstall', reinstalls: true },
    },
  ])('of $remediation is $expected', ({ remediation, expected }) => {
    expect(upgradeRemediation(release({ upgrade: { remediation } }))).toMatchObject(expected);
  });
});

it.each([
  { retries: 0, failures: 0, isExhausted: false },
  { retries: 0, failures: 1, isExhausted: true },
  { retries: 2, failures: 2, isExhausted: false },
  { retries: 2, failures: 3, isExhausted: true },
  { retries: -1, failures: 99, isExhausted: false },
])(
  '$retries retries after $failures failures are over: $isExhausted',
  ({ retries, failures, isExhausted }) => {
    const spec = { install: { remediation: { retries } }, upgrade: { remediation: { retries } } };
    const status = { installFailures: failures, upgradeFailures: failures };

    expect(installRemediation(release(spec, status))).toMatchObject({ failures, isExhausted });
    expect(upgradeRemediation(release(spec, status))).toMatchObject({ failures, isExhausted });
  },
);

it.each([
  { test: { ignoreFailures: true }, own: undefined, ignores: true },
  { test: { ignoreFailures: true }, own: false, ignores: false },
  { test: undefined, own: true, ignores: true },
  { test: undefined, own: undefined, ignores: false },
])('failures of tests are ignored by $test and $own: $ignores', ({ test, own, ignores }) => {
  const remediation = own === undefined ? {} : { ignoreTestFailures: own };
  const object = release({ ...(test && { test }), install: { remediation }, upgrade: { remediation } });

  expect([installRemediation(object), upgradeRemediation(object)]).toMatchObject([
    { ignoresTestFailures: ignores },
    { ignoresTestFailures: ignores },
  ]);
});

it.each([
  { action: undefined, strategy: undefined },
  { action: 'install' as const, strategy: 'uninstall' },
  { action: 'upgrade' as const, strategy: 'rollback' },
])('the remediation of a release whose last action was $action: $strategy', ({ action, strategy }) => {
  const status = action === undefined ? {} : { lastAttemptedReleaseAction: action };

  expect(activeRemediation(release({}, status))?.strategy).toBe(strategy);
});

it.each([
  {
    name: 'of the action that was tried last',
    action: 'upgrade',
    strategy: 'RetryOnFailure',
    own: '30s',
    ms: 30_000,
  },
  {
    name: 'after five minutes where none is said',
    action: 'upgrade',
    strategy: 'RetryOnFailure',
    ms: 300_000,
  },
  { name: 'not of the other one', action: 'install', strategy: 'RetryOnFailure', ms: undefined },
  {
    name: 'not where failures are remediated',
    action: 'upgrade',
    strategy: 'RemediateOnFailure',
    ms: undefined,
  },
  { name: 'not before anything was tried', action: undefined, strategy: 'RetryOnFailure', ms: undefined },
] as const)('an action is tried again $name', ({ action, strategy, ms, ...more }) => {
  const retryInterval = 'own' in more ? { retryInterval: more.own } : {};
  const spec = { upgrade: { strategy: { name: strategy, ...retryInterval } } };

  expect(retryIntervalMs(release(spec, action && { lastAttemptedReleaseAction: action }))).toBe(ms);
});

it.each([
  { spec: {}, ms: 300_000 },
  { spec: { timeout: '2m' }, ms: 120_000 },
  { spec: { timeout: '2m', upgrade: { timeout: '10s' } }, ms: 10_000 },
  { spec: { upgrade: { timeout: '10s' } }, action: 'install' as const, ms: 300_000 },
])('$spec may take $ms ms', ({ spec, action = 'upgrade' as const, ms }) => {
  expect(timeoutMs(release(spec), action)).toBe(ms);
});

it('a timeout that is none stalls its object, and names the field', () => {
  expect(() => timeoutMs(release({ test: { timeout: '9999999999h' } }), 'test')).toThrow(
    'spec.test.timeout: "9999999999h" is not a duration',
  );
});

it.each([
  { test: undefined, decide: false },
  { test: { enable: false }, decide: false },
  { test: { enable: true }, decide: true },
  { test: { enable: true, ignoreFailures: true }, decide: false },
])('tests of $test decide: $decide', ({ test, decide }) => {
  expect(testsDecide(release(test && { test }))).toBe(decide);
});

it.each([
  { mode: undefined, detects: false },
  { mode: 'disabled' as const, detects: false },
  { mode: 'warn' as const, detects: true },
  { mode: 'enabled' as const, detects: true },
])('drift is looked for in mode $mode: $detects', ({ mode, detects }) => {
  expect(detectsDrift(release({ driftDetection: mode === undefined ? {} : { mode } }))).toBe(detects);
});
