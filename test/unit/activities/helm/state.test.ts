import { describe, expect, it } from 'vitest';
import { type LastRelease, releaseState, type StateInput } from '../../../../activities/helm/state.ts';
import type { HelmRelease, HelmReleaseStatus, Snapshot } from '../../../../api/helm-release.ts';

const last: LastRelease = {
  status: 'deployed',
  chartName: 'app',
  chartVersion: '1.0.0',
  isAsObserved: true,
  isReadable: true,
};
const current: Snapshot = {
  apiVersion: 'v2',
  name: 'app',
  namespace: 'apps',
  version: 1,
  status: 'deployed',
  digest: 'sha256:1',
  configDigest: 'sha256:2',
  chartName: 'app',
  chartVersion: '1.0.0',
  firstDeployed: '2026-11-22T12:00:00Z',
  lastDeployed: '2026-11-22T12:00:00Z',
};
const passed = { one: { phase: 'Succeeded' } };
const failing = { one: { phase: 'Succeeded' }, two: { phase: 'Failed' } };
const wanted = {
  chartName: 'app',
  chartVersion: '1.0.0',
  hasSameValues: true,
  postRenderersDigest: undefined,
  commonMetadataDigest: undefined,
};
const upgraded: HelmReleaseStatus = { lastAttemptedReleaseAction: 'upgrade', observedGeneration: 1 };

interface Case {
  readonly name: string;
  readonly last?: Partial<LastRelease> | null;
  readonly current?: Partial<Snapshot> | null;
  readonly wanted?: Partial<StateInput['wanted']>;
  readonly test?: HelmRelease['spec']['test'];
  readonly status?: HelmReleaseStatus;
  readonly state: string;
}

describe('a release is', () => {
  it.each<Case>([
    { name: 'in sync, deployed as it is wanted', state: 'InSync' },
    { name: 'absent, without a record', last: null, state: 'Absent: no release in storage for object' },
    {
      name: 'absent, uninstalled with its records kept',
      last: { status: 'uninstalled' },
      state: 'Absent: found uninstalled release in storage',
    },
    {
      name: 'absent, uninstalled before it was anybody’s',
      last: { status: 'uninstalled' },
      current: null,
      state: 'Absent: found uninstalled release in storage',
    },
    ...['pending-install', 'pending-upgrade', 'pending-rollback', 'uninstalling'].map((status) => ({
      name: `locked, ${status}`,
      last: { status, isAsObserved: false },
      state: `Locked: release with status '${status}'`,
    })),
    {
      name: 'locked, by a record that cannot be read',
      last: { isReadable: false },
      state: 'Locked: the newest record of helm cannot be read',
    },
    {
      name: 'unmanaged, when it was there before',
      current: null,
      state: 'Unmanaged: found existing release in storage',
    },
    {
      name: 'unmanaged, when somebody else changed its record',
      last: { isAsObserved: false },
      state: 'Unmanaged: release not observed to be made for object',
    },
    { name: 'failed, when helm says so', last: { status: 'failed' }, state: 'Failed' },
    {
      name: 'out of sync, with another version of the chart',
      wanted: { chartVersion: '2.0.0' },
      state: 'OutOfSync: release chart changed',
    },
    {
      name: 'out of sync, with another chart',
      wanted: { chartName: 'other' },
      state: 'OutOfSync: release chart changed',
    },
    {
      name: 'out of sync, with other values',
      wanted: { hasSameValues: false },
      state: 'OutOfSync: release config values changed',
    },
    {
      name: 'out of sync, with other post-renderers in a new generation',
      wanted: { postRenderersDigest: 'sha256:3' },
      status: { observedGeneration: 0 },
      state: 'OutOfSync: postrenderers digest has changed',
    },
    {
      name: 'in sync, with other post-renderers in a generation that was observed',
      wanted: { postRenderersDigest: 'sha256:3' },
      status: { observedGeneration: 1 },
      state: 'InSync',
    },
    {
      name: 'out of sync, without the post-renderers that it had',
      status: { observedGeneration: 0, observedPostRenderersDigest: 'sha256:3' },
      state: 'OutOfSync: postrenderers digest has changed',
    },
    {
      name: 'out of sync, with other common metadata',
      wanted: { commonMetadataDigest: 'sha256:3' },
      status: { observedGeneration: 0 },
      state: 'OutOfSync: common metadata digest has changed',
    },
    { name: 'untested, where tests are wanted', test: { enable: true }, state: 'Untested' },
    {
      name: 'untested, while a test runs',
      test: { enable: true },
      current: { testHooks: { one: { phase: 'Running' } } },
      state: 'Untested',
    },
    {
      name: 'in sync, with tests that passed',
      test: { enable: true },
      current: { testHooks: passed },
      state: 'InSync',
    },
    {
      name: 'in sync, with a chart that has no tests',
      test: { enable: true },
      current: { testHooks: {} },
      state: 'InSync',
    },
    {
      name: 'failed, with a test that failed after an upgrade',
      test: { enable: true },
      current: { testHooks: failing },
      status: upgraded,
      state: 'Failed: release has test in failed phase',
    },
    {
      name: 'in sync, with a failed test that is to be ignored',
      test: { enable: true, ignoreFailures: true },
      current: { testHooks: failing },
      status: upgraded,
      state: 'InSync',
    },
  ])('$name', (given) => {
    const state = releaseState(inputOf(given));

    expect('reason' in state && state.reason ? `${state.status}: ${state.reason}` : state.status).toBe(
      given.state,
    );
  });

  it('nothing that is known, in a state that no release rests in', () => {
    const input = inputOf({ name: '', state: '', last: { status: 'unknown' } });

    expect(() => releaseState(input)).toThrow("release with status 'unknown'");
  });
});

function inputOf(given: Case): StateInput {
  const { status = { observedGeneration: 1 }, test } = given;
  return {
    object: {
      apiVersion: 'helm.toolkit.fluxcd.io/v2',
      kind: 'HelmRelease',
      metadata: { name: 'app', namespace: 'apps', uid: 'uid', resourceVersion: '1', generation: 1 },
      spec: { interval: '1h', ...(test && { test }) },
      status,
    },
    last: given.last === null ? undefined : { ...last, ...given.last },
    current: given.current === null ? undefined : { ...current, ...given.current },
    wanted: { ...wanted, ...given.wanted },
  };
}
