import { expect, test } from 'vitest';
import { Kind } from '../../../api/object-ref.ts';
import { chartOf, helmHome } from '../../support/helm-home.ts';

type Fields = Readonly<Record<string, unknown>>;

interface Case {
  readonly chart: string;
  readonly values: Fields;
  /** With which the same chart installs. */
  readonly good?: Fields;
  /** In the condition's message. */
  readonly says: string | RegExp;
  /** Whether helm got as far as noting a release, so that the attempt counts. */
  readonly counts?: true;
}

const CASES: readonly Case[] = [
  {
    chart: 'broken-template',
    good: { broken: false },
    values: { broken: true },
    says: 'broken-template/templates/bad.yaml',
  },
  {
    chart: 'broken-yaml',
    good: { broken: false },
    values: { broken: true },
    says: 'broken-yaml/templates/config.yaml',
  },
  { chart: 'library', values: {}, says: 'library charts are not installable' },
  { chart: 'required', good: { owner: 'somebody' }, values: { owner: '' }, says: 'owner has to be set' },
  { chart: 'required', good: { owner: 'me' }, values: { owner: 'nobody' }, says: 'owner cannot be nobody' },
  { chart: 'schema', good: {}, values: { port: 70_000 }, says: 'port' },
  { chart: 'schema', good: {}, values: { mode: 'slow' }, says: 'mode' },
  { chart: 'wants-newer', values: {}, says: '>= 99.0.0' },
  { chart: 'refused', good: {}, values: { unknownKind: true }, says: 'nobody.test.example/v1' },
  { chart: 'refused', good: {}, values: { badName: true }, says: 'Not_A_Name', counts: true },
  { chart: 'refused', good: {}, values: { badField: true }, says: 'number', counts: true },
  { chart: 'failing-job', good: { failing: false }, values: { failing: true }, says: /job/i, counts: true },
  { chart: 'hooks', good: {}, values: { failing: 'pre-install' }, says: 'app-pre-install', counts: true },
  { chart: 'hooks', good: {}, values: { failing: 'post-install' }, says: 'app-post-install', counts: true },
];

test.each(CASES)('installing $chart with $values fails, and says why', async (each) => {
  const { chart, values, says, counts = false } = each;
  const home = await helmHome({ charts: [chart] });
  const version = chart === 'library' ? '2.3.0' : '0.1.0';

  await home.release('app', chart, { values });
  const released = await home.condition(Kind.HelmRelease, 'app', 'Released', 'InstallFailed');
  const ready = await home.condition(Kind.HelmRelease, 'app', 'Ready', 'InstallFailed');

  const begin = `Helm install failed for release ${home.namespace}/app with chart ${chart}@${version}: `;
  expect(released).toMatchObject({ status: 'False', message: expect.stringContaining(begin) });
  expect(released.message.slice(begin.length)).toMatch(says);
  expect(ready.message).toBe(released.message);
  const [type = '', reason = ''] = counts
    ? ['Stalled', 'RetriesExceeded']
    : ['Reconciling', 'ProgressingWithRetry'];
  expect(await home.condition(Kind.HelmRelease, 'app', type, reason)).toMatchObject({ status: 'True' });
  expect((await home.records('app')).map(({ info }) => info.status)).toEqual(counts ? ['failed'] : []);
});

const UPGRADES = CASES.filter(({ good, values }) => good && values['failing'] === undefined);

test.each(UPGRADES)('$chart that runs is left as it is by $values', async ({ chart, good, values, says }) => {
  const home = await helmHome({ charts: [chart] });
  await home.install('app', chart, { values: good }, '0.1.0');
  const before = await home.live('ConfigMap', 'app');

  await home.update(Kind.HelmRelease, 'app', { values });
  const released = await home.condition(Kind.HelmRelease, 'app', 'Released', 'UpgradeFailed');

  expect(released.message).toMatch(says);
  expect(await home.live('ConfigMap', 'app')).toEqual(before);
  const deployed = (await home.records('app')).filter(({ info }) => info.status === 'deployed');
  expect(deployed.map(({ version }) => version)).toEqual([1]);
});

test('an upgrade that fails halfway is rolled back, and the fix goes through', async () => {
  const home = await helmHome({ charts: ['immutable'] });
  const upgrade = { remediation: { retries: 0, remediateLastFailure: true } };
  await home.install('app', 'immutable', { upgrade }, '0.1.0');

  await home.update(Kind.HelmRelease, 'app', { values: { text: 'two', fixed: 'two' } });
  await home.condition(Kind.HelmRelease, 'app', 'Remediated', 'RollbackSucceeded');

  expect(await home.live('ConfigMap', 'app-a')).toMatchObject({ data: { text: 'one' } });
  expect((await home.history('app')).map(({ status }) => status)).toEqual([
    'superseded',
    'failed',
    'deployed',
  ]);
  await home.update(Kind.HelmRelease, 'app', { values: { text: 'three', fixed: 'one' } });
  await home.ready(Kind.HelmRelease, 'app', '0.1.0');
  expect(await home.live('ConfigMap', 'app-a')).toMatchObject({ data: { text: 'three' } });
});

test('a Deployment that never gets ready fails the upgrade, and is rolled back', async () => {
  const home = await helmHome({ charts: ['never-ready'] });
  const upgrade = { timeout: '3s', remediation: { retries: 0, remediateLastFailure: true } };
  await home.install('app', 'never-ready', { upgrade, values: { fits: true } }, '0.1.0');

  await home.update(Kind.HelmRelease, 'app', { values: { fits: false } });
  const remediated = await home.condition(Kind.HelmRelease, 'app', 'Remediated', 'RollbackSucceeded');

  expect(remediated.message).toBe(
    `Helm rollback to previous release ${home.namespace}/app.v1 with chart never-ready@0.1.0 succeeded`,
  );
});

test('tests that pass make the release ready; of those that fail the first is named', async () => {
  const home = await helmHome({ charts: ['tests-pass', 'tests-fail'] });
  const spec = { test: { enable: true } };

  const passed = await home.install('good', 'tests-pass', spec, '0.1.0');
  await home.release('bad', 'tests-fail', spec);
  const failed = await home.condition(Kind.HelmRelease, 'bad', 'TestSuccess', 'TestFailed');

  expect(passed.status?.history?.[0]?.testHooks).toMatchObject({
    'good-removed': { phase: 'Succeeded' },
    'good-pod': { phase: 'Succeeded' },
    'good-job': { phase: 'Succeeded' },
  });
  expect(failed.message).toContain('bad-bad');
  const { status } = await home.get(Kind.HelmRelease, 'bad');
  expect(status?.history?.[0]?.testHooks).toMatchObject({
    'bad-good': { phase: 'Succeeded' },
    'bad-bad': { phase: 'Failed' },
  });
});

test('failures of tests may be ignored, and tests may be left out', async () => {
  const home = await helmHome({ charts: ['tests-fail'] });

  const ignored = home.install('ignored', 'tests-fail', { test: { enable: true, ignoreFailures: true } });
  const filters = [{ name: 'left-out-bad', exclude: true }];
  const leftOut = home.install('left-out', 'tests-fail', { test: { enable: true, filters } });

  const reasons = (await Promise.all([ignored, leftOut])).map(({ status }) =>
    status?.conditions?.filter(({ type }) => type === 'TestSuccess').map(({ reason }) => reason),
  );
  expect(reasons).toEqual([['TestFailed'], ['TestSucceeded']]);
});

test('a version that nobody has published is waited for', async () => {
  const home = await helmHome({ charts: ['bench'] });

  await home.release('app', 'bench', { chart: chartOf('bench', { version: '>= 2' }) });
  await home.condition(Kind.HelmRelease, 'app', 'Ready', 'SourceNotReady');
  await home.offer('bench', { version: '2.1.0' });

  const { status } = await home.ready(Kind.HelmRelease, 'app', '2.1.0');
  expect(status?.lastAttemptedRevision).toBe('2.1.0');
});
