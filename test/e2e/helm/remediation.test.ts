import { describe, expect, test } from 'vitest';
import { targetOfRef } from '../../../activities/observe/object.ts';
import { findCondition } from '../../../api/conditions.ts';
import type { HelmRelease } from '../../../api/helm-release.ts';
import { Annotation } from '../../../api/names.ts';
import { Kind } from '../../../api/object-ref.ts';
import { POLL } from '../../support/flux.ts';
import { type HelmHome, helmHome } from '../../support/helm-home.ts';

const GOOD = { fits: true };
const BAD = { fits: false, text: 'two' };
const QUICK = { timeout: '3s' };

describe('an upgrade that fails', () => {
  test('is rolled back, tried again as often as wanted, and then waits for a change', async () => {
    const home = await helmHome({ charts: ['never-ready'] });
    const upgrade = { ...QUICK, remediation: { retries: 1 } };
    await home.install('app', 'never-ready', { values: GOOD, upgrade });

    await home.update(Kind.HelmRelease, 'app', { values: BAD });
    const stalled = await home.condition(Kind.HelmRelease, 'app', 'Stalled', 'RetriesExceeded');

    expect(stalled.message).toBe('Failed to upgrade after 2 attempt(s)');
    const { status } = await home.get(Kind.HelmRelease, 'app');
    expect(conditionsOf(status)).toMatchObject({
      Ready: { status: 'False', reason: 'RollbackSucceeded' },
      Released: { status: 'False', reason: 'UpgradeFailed' },
      Remediated: { status: 'True', reason: 'RollbackSucceeded' },
    });
    expect(status).toMatchObject({ upgradeFailures: 2, lastAttemptedReleaseAction: 'upgrade' });
    expect(status?.history?.[0]).toMatchObject({ version: 5, status: 'deployed', action: 'rollback' });
    const running = await home.live('Deployment', 'app', 'apps/v1');
    expect(running).not.toHaveProperty('spec.template.spec.nodeSelector');
  });

  test('is mended by the next change, at once and without counting what failed before', async () => {
    const home = await helmHome({ charts: ['never-ready'] });
    await home.install('app', 'never-ready', { values: GOOD, upgrade: QUICK });
    await home.update(Kind.HelmRelease, 'app', { values: BAD });
    await home.condition(Kind.HelmRelease, 'app', 'Stalled', 'RetriesExceeded');

    await home.update(Kind.HelmRelease, 'app', { values: { ...GOOD, text: 'three' } });
    const { status } = await home.ready(Kind.HelmRelease, 'app');

    expect(conditionsOf(status)).toMatchObject({ Ready: { reason: 'UpgradeSucceeded' } });
    expect(status).not.toHaveProperty('upgradeFailures');
    expect((await home.history('app')).map((line) => line.status)).toEqual([
      'superseded',
      'failed',
      'deployed',
    ]);
  });

  test('is taken down and installed anew, when that is the strategy', async () => {
    const home = await helmHome({ charts: ['never-ready'] });
    const upgrade = { ...QUICK, remediation: { retries: 1, strategy: 'uninstall' } };
    await home.install('app', 'never-ready', { values: GOOD, upgrade, install: QUICK });

    await home.update(Kind.HelmRelease, 'app', { values: BAD });
    const failed = await home.condition(Kind.HelmRelease, 'app', 'Released', 'InstallFailed');

    expect(failed.message).toMatch(
      /^Helm install failed for release .*\/app with chart never-ready@0\.1\.0: /,
    );
  });

  test('is tried again as an upgrade after an interval, when that is the strategy', async () => {
    const home = await helmHome({ charts: ['never-ready'] });
    const upgrade = { ...QUICK, strategy: { name: 'RetryOnFailure', retryInterval: '1s' } };
    await home.install('app', 'never-ready', { values: GOOD, upgrade });

    await home.update(Kind.HelmRelease, 'app', { values: BAD });
    const versions = async () => (await home.records('app')).map(({ info }) => info.status);
    await expect.poll(versions, POLL).toEqual(expect.arrayContaining(['failed', 'failed']));

    const { status } = await home.get(Kind.HelmRelease, 'app');
    expect(findCondition(status?.conditions, 'Stalled')).toBeUndefined();
    expect(findCondition(status?.conditions, 'Remediated')).toBeUndefined();
  });
});

describe('an install that fails', () => {
  test('stays as it is without remediation, and says what helm said', async () => {
    const home = await helmHome({ charts: ['never-ready'] });
    await home.release('app', 'never-ready', { values: BAD, install: QUICK });
    await home.condition(Kind.HelmRelease, 'app', 'Stalled', 'RetriesExceeded');

    const { status } = await home.get(Kind.HelmRelease, 'app');
    expect(conditionsOf(status)).toMatchObject({
      Ready: { status: 'False', reason: 'InstallFailed' },
      Stalled: { message: 'Failed to install after 1 attempt(s)' },
    });
    expect((await home.records('app')).map(({ info }) => info.status)).toEqual(['failed']);
    const warnings = (await home.events(Kind.HelmRelease, 'app')).filter(({ type }) => type === 'Warning');
    expect(warnings.map(({ message }) => message).join()).toContain('Last Helm logs:');
  });

  test('is taken down before each retry', async () => {
    const home = await helmHome({ charts: ['never-ready'] });
    const install = { ...QUICK, remediation: { retries: 1, remediateLastFailure: true } };
    await home.release('app', 'never-ready', { values: BAD, install });
    await home.condition(Kind.HelmRelease, 'app', 'Stalled', 'RetriesExceeded');

    const { status } = await home.get(Kind.HelmRelease, 'app');
    expect(conditionsOf(status)).toMatchObject({
      Ready: { status: 'False', reason: 'UninstallSucceeded' },
      Stalled: { message: 'Failed to install after 2 attempt(s)' },
    });
    expect(await home.records('app')).toEqual([]);
  });
});

describe('after the last retry', () => {
  test.each([
    { name: 'force makes one more release', annotation: Annotation.forceAt, versions: 2 },
    { name: 'reset forgets the failures', annotation: Annotation.resetAt, versions: 2 },
  ])('$name', async ({ annotation, versions }) => {
    const home = await helmHome({ charts: ['never-ready'] });
    await home.release('app', 'never-ready', { values: BAD, install: QUICK, upgrade: QUICK });
    await home.condition(Kind.HelmRelease, 'app', 'Stalled', 'RetriesExceeded');

    await ask(home, 'app', annotation);

    const records = async () => (await home.records('app')).length;
    await expect.poll(records, POLL).toBe(versions);
    await expect
      .poll(async () => (await home.get(Kind.HelmRelease, 'app')).status, POLL)
      .toMatchObject({
        [annotation === Annotation.forceAt ? 'lastHandledForceAt' : 'lastHandledResetAt']: 'now',
        lastHandledReconcileAt: 'now',
      });
  });
});

test('a release in sync is made anew when forced, and once for each time', async () => {
  const home = await helmHome({ charts: ['bench'] });
  await home.install('app', 'bench');

  await ask(home, 'app', Annotation.forceAt);
  const handled = async () => (await home.get(Kind.HelmRelease, 'app')).status?.lastHandledReconcileAt;
  await expect.poll(handled, POLL).toBe('now');
  await home.reconcile(Kind.HelmRelease, 'app');

  expect((await home.history('app')).map(({ revision }) => revision)).toEqual([1, 2]);
});

describe('the tests of a chart', () => {
  test('decide about the release, and are told one by one', async () => {
    const home = await helmHome({ charts: ['tests-pass'] });
    const { status } = await home.install('app', 'tests-pass', { test: { enable: true } });

    expect(conditionsOf(status)).toMatchObject({
      Ready: { status: 'True' },
      TestSuccess: { status: 'True' },
    });
    const phases = Object.values(status?.history?.[0]?.testHooks ?? {}).map(({ phase }) => phase);
    expect(new Set(phases)).toEqual(new Set(['Succeeded']));
  });

  test('that fail fail the release', async () => {
    const home = await helmHome({ charts: ['tests-fail'] });
    await home.release('app', 'tests-fail', { test: { enable: true } });

    const failed = await home.condition(Kind.HelmRelease, 'app', 'Ready', 'TestFailed');

    expect(failed.message).toMatch(
      /^Helm test failed for release .*\/app\.v1 with chart tests-fail@0\.1\.0: /,
    );
  });

  test('that fail are only told, when they are to be ignored', async () => {
    const home = await helmHome({ charts: ['tests-fail'] });
    const { status } = await home.install('app', 'tests-fail', {
      test: { enable: true, ignoreFailures: true },
    });

    expect(conditionsOf(status)).toMatchObject({
      Ready: { status: 'True' },
      TestSuccess: { status: 'False' },
    });
  });
});

async function ask(home: HelmHome, name: string, annotation: string): Promise<void> {
  const annotations = { [Annotation.requestedAt]: 'now', [annotation]: 'now' };
  const target = targetOfRef(home.ref(Kind.HelmRelease, name));
  await home.kube.patch(target, { metadata: { annotations } }, { type: 'merge' });
}

function conditionsOf(status: HelmRelease['status']) {
  return Object.fromEntries((status?.conditions ?? []).map((condition) => [condition.type, condition]));
}
