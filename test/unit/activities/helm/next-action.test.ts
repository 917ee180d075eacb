import { describe, expect, it } from 'vitest';
import { type NextActionInput, nextAction, typeOf } from '../../../../activities/helm/next-action.ts';
import type { ReleaseState } from '../../../../activities/helm/state.ts';
import type { HelmRelease, HelmReleaseSpec, HelmReleaseStatus } from '../../../../api/helm-release.ts';

type Word = ReleaseState['status'];

interface Case {
  readonly name: string;
  readonly state: Word;
  readonly spec?: Partial<HelmReleaseSpec>;
  readonly status?: HelmReleaseStatus;
  readonly isForced?: boolean;
  readonly rollbackTarget?: NextActionInput['rollbackTarget'];
  readonly next: string;
}

const installing = { lastAttemptedReleaseAction: 'install' } as const;
const upgrading = { lastAttemptedReleaseAction: 'upgrade' } as const;
const retries = (count: number, more = {}) => ({ remediation: { retries: count, ...more } });
const retryOnFailure = { strategy: { name: 'RetryOnFailure' as const } };

describe('the next action', () => {
  it.each<Case>([
    { name: 'nothing, of a release in sync', state: 'InSync', next: 'none' },
    { name: 'an upgrade, of one in sync that is forced', state: 'InSync', isForced: true, next: 'upgrade' },
    { name: 'an unlock, of a pending one', state: 'Locked', next: 'unlock' },
    { name: 'an unlock first, also when forced', state: 'Locked', isForced: true, next: 'unlock' },
    { name: 'a test, of one that needs it', state: 'Untested', next: 'test' },
    { name: 'an upgrade, of one that nobody here made', state: 'Unmanaged', next: 'upgrade' },
    {
      name: 'an upgrade, of one that nobody here made, whatever failed before',
      state: 'Unmanaged',
      status: { ...upgrading, upgradeFailures: 9 },
      next: 'upgrade',
    },
    { name: 'an install, where there is none', state: 'Absent', next: 'install' },
    {
      name: 'an install, while retries are left',
      state: 'Absent',
      spec: { install: retries(2) },
      status: { ...installing, installFailures: 2 },
      next: 'install',
    },
    {
      name: 'no install, after the last retry',
      state: 'Absent',
      spec: { install: retries(2) },
      status: { ...installing, installFailures: 3 },
      next: 'RetriesExceeded: Failed to install after 3 attempt(s)',
    },
    {
      name: 'an install after the last retry, when forced',
      state: 'Absent',
      status: { ...installing, installFailures: 1 },
      isForced: true,
      next: 'install',
    },
    {
      name: 'installs without end',
      state: 'Absent',
      spec: { install: retries(-1) },
      status: { ...installing, installFailures: 99 },
      next: 'install',
    },
    { name: 'an upgrade, of one out of sync', state: 'OutOfSync', next: 'upgrade' },
    {
      name: 'no upgrade, after the last retry',
      state: 'OutOfSync',
      status: { ...upgrading, upgradeFailures: 1 },
      next: 'RetriesExceeded: Failed to upgrade after 1 attempt(s)',
    },
    {
      name: 'an upgrade after the last retry, when forced',
      state: 'OutOfSync',
      status: { ...upgrading, upgradeFailures: 1 },
      isForced: true,
      next: 'upgrade',
    },
    { name: 'an upgrade, of one that failed before anybody attempted it', state: 'Failed', next: 'upgrade' },
    {
      name: 'an upgrade, when what failed has changed since',
      state: 'Failed',
      spec: { upgrade: retries(3) },
      status: upgrading,
      next: 'upgrade',
    },
    {
      name: 'an upgrade, when failures are only tried again',
      state: 'Failed',
      spec: { install: retryOnFailure },
      status: { ...installing, installFailures: 5 },
      next: 'upgrade',
    },
    {
      name: 'an upgrade of a failed one, when forced',
      state: 'Failed',
      spec: { upgrade: retries(1) },
      status: { ...upgrading, upgradeFailures: 1 },
      isForced: true,
      next: 'upgrade',
    },
    {
      name: 'an uninstall, of an install that failed and is tried again',
      state: 'Failed',
      spec: { install: retries(1) },
      status: { ...installing, installFailures: 1 },
      next: 'uninstall',
    },
    {
      name: 'nothing, of the last install that failed',
      state: 'Failed',
      spec: { install: retries(1) },
      status: { ...installing, installFailures: 2 },
      next: 'RetriesExceeded: Failed to install after 2 attempt(s)',
    },
    {
      name: 'an uninstall of the last install that failed, when wanted',
      state: 'Failed',
      spec: { install: retries(1, { remediateLastFailure: true }) },
      status: { ...installing, installFailures: 2 },
      next: 'uninstall',
    },
    {
      name: 'a rollback, of an upgrade that failed',
      state: 'Failed',
      spec: { upgrade: retries(1) },
      status: { ...upgrading, upgradeFailures: 1 },
      next: 'rollback',
    },
    {
      name: 'a rollback of the last upgrade that failed, as retries were wanted',
      state: 'Failed',
      spec: { upgrade: retries(1) },
      status: { ...upgrading, upgradeFailures: 2 },
      next: 'rollback',
    },
    {
      name: 'no rollback of the last upgrade that failed, when not wanted',
      state: 'Failed',
      spec: { upgrade: retries(1, { remediateLastFailure: false }) },
      status: { ...upgrading, upgradeFailures: 2 },
      next: 'RetriesExceeded: Failed to upgrade after 2 attempt(s)',
    },
    {
      name: 'nothing, of an upgrade that failed without remediation',
      state: 'Failed',
      status: { ...upgrading, upgradeFailures: 1 },
      next: 'RetriesExceeded: Failed to upgrade after 1 attempt(s)',
    },
    {
      name: 'an uninstall of an upgrade that failed, when that is the strategy',
      state: 'Failed',
      spec: { upgrade: retries(1, { strategy: 'uninstall' }) },
      status: { ...upgrading, upgradeFailures: 1 },
      next: 'uninstall',
    },
    {
      name: 'an upgrade, when what a rollback would bring is not known any more',
      state: 'Failed',
      spec: { upgrade: retries(1) },
      status: { ...upgrading, upgradeFailures: 1 },
      rollbackTarget: 'changed',
      next: 'upgrade',
    },
    {
      name: 'nothing, when there is nothing to roll back to',
      state: 'Failed',
      spec: { upgrade: retries(1) },
      status: { ...upgrading, upgradeFailures: 1 },
      rollbackTarget: 'missing',
      next: 'MissingRollbackTarget: Failed to perform remediation: missing target release for rollback: cannot remediate failed release',
    },
  ])('is $name', ({ state, spec, status, isForced = false, rollbackTarget = 'good', next }) => {
    const given = { state: { status: state, reason: '' } as ReleaseState, isForced, rollbackTarget };

    expect(told(nextAction({ ...given, object: release(spec, status) }))).toBe(next);
  });
});

it.each([
  ['install', 'release'],
  ['upgrade', 'release'],
  ['rollback', 'remediate'],
  ['uninstall', 'remediate'],
  ['test', 'test'],
  ['unlock', 'unlock'],
] as const)('%s counts as %s, of which a pass does one', (action, type) => {
  expect(typeOf(action)).toBe(type);
});

function told(next: ReturnType<typeof nextAction>): string {
  return next.kind === 'stalled' ? `${next.reason}: ${next.message}` : next.kind;
}

function release(spec: Partial<HelmReleaseSpec> = {}, status: HelmReleaseStatus = {}): HelmRelease {
  return {
    apiVersion: 'helm.toolkit.fluxcd.io/v2',
    kind: 'HelmRelease',
    metadata: { name: 'app', namespace: 'apps', uid: 'uid', resourceVersion: '1', generation: 1 },
    spec: { interval: '1h', ...spec },
    status,
  };
}
