import { describe, expect, it } from 'vitest';
import { pawlFor } from '../../support/harness.ts';
import { type HelmHome, helmHome } from '../../support/helm-home.ts';

interface Home {
  readonly home: HelmHome;
  readonly namespace: string;
  /** Runs `pawl` in the namespace of the test. */
  readonly run: (line: string) => ReturnType<ReturnType<typeof pawlFor>>;
}

async function openHome(): Promise<Home> {
  const home = await helmHome({ charts: ['bench'], repository: false });
  const { namespace, stack } = home;
  const run = (line: string) => pawlFor(stack)([...line.split(' '), '-n', namespace, '--timeout', '60s']);
  return { home, namespace, run };
}

async function releasedHome(): Promise<Home> {
  const opened = await openHome();
  await opened.run(`create source helm charts --url=${opened.home.charts.url}`);
  const created = await opened.run('create hr app --source=HelmRepository/charts --chart=bench');
  expect(created).toMatchObject({ code: 0, stdout: '' });
  return opened;
}

describe('pawl and HelmReleases, with a worker', () => {
  it('creates a repository and a release, and says what flux says', async () => {
    const { home, run } = await openHome();

    const source = await run(`create source helm charts --url=${home.charts.url}`);
    const release = await run('create hr app --source=HelmRepository/charts --chart=bench');

    expect(source.stderr).toMatch(
      /^✚ generating HelmRepository source\n► applying HelmRepository source\n✔ source created\n◎ .*\n✔ .*\n✔ fetched revision: sha256:[0-9a-f]{64}\n$/,
    );
    expect(release.stderr.split('\n')).toEqual([
      '✚ generating HelmRelease',
      '► applying HelmRelease',
      '✔ HelmRelease created',
      '◎ waiting for HelmRelease reconciliation',
      '✔ HelmRelease app is ready',
      '✔ applied revision 0.1.0',
      '',
    ]);
    expect((await run('get hr app')).stdout).toMatch(
      /\napp \t0\.1\.0 +\tFalse +\tTrue +\tHelm install succeeded for release \S+\/app\.v1 with chart bench@0\.1\.0\t\n$/,
    );
  });

  it('releases another version of the chart on request, its sources first', async () => {
    const { home, run, namespace } = await releasedHome();
    await home.charts.publish('bench', { version: '2.0.0' });

    const { code, stderr } = await run('reconcile hr app --with-source');

    expect(stderr.replace(/sha256:[0-9a-f]{64}/, 'DIGEST').split('\n')).toEqual([
      `► annotating HelmRepository charts in ${namespace} namespace`,
      '✔ HelmRepository annotated',
      '◎ waiting for HelmRepository reconciliation',
      '✔ fetched revision DIGEST',
      `► annotating HelmChart ${namespace}-app in ${namespace} namespace`,
      '✔ HelmChart annotated',
      '◎ waiting for HelmChart reconciliation',
      '✔ fetched revision 2.0.0',
      `► annotating HelmRelease app in ${namespace} namespace`,
      '✔ HelmRelease annotated',
      '◎ waiting for HelmRelease reconciliation',
      '✔ applied revision 2.0.0',
      '',
    ]);
    expect(code).toBe(0);
  });

  it('releases once more when it is forced, and only then', async () => {
    const { home, run } = await releasedHome();

    await run('reconcile hr app');
    const before = await home.history('app');
    const forced = await run('reconcile hr app --force');

    expect(before).toHaveLength(1);
    expect(forced).toMatchObject({ code: 0 });
    expect(await home.history('app')).toHaveLength(2);
  });

  it('shows before a resume what it will change', async () => {
    const { home, run, namespace } = await releasedHome();

    const same = await run('diff hr app');
    const suspended = await run('suspend hr app');
    await home.update('HelmRelease', 'app', { values: { text: 'changed' } });
    const different = await run('diff hr app');
    const refused = await run('reconcile hr app');
    const resumed = await run('resume hr app');

    expect(same).toMatchObject({ code: 0, stdout: '' });
    expect(suspended.stderr).toBe(
      `► suspending helmrelease app in ${namespace} namespace\n✔ helmrelease suspended\n`,
    );
    expect(different).toMatchObject({ code: 1, stdout: expect.stringContaining('changed') });
    expect(refused).toMatchObject({ code: 1, stderr: '✗ resource is suspended\n' });
    expect(resumed.stderr).toContain('✔ HelmRelease app reconciliation completed\n');
    expect((await run('diff hr app')).code).toBe(0);
  });

  it('shows what a release is made of, and where it came from', async () => {
    const { run, namespace } = await releasedHome();

    const [tree, events, values, history] = await Promise.all([
      run('tree hr app'),
      run('events --for HelmRelease/app'),
      run('debug hr app --show-values'),
      run('debug hr app --show-history'),
    ]);
    const [, object = ''] = /├── (\w+\/[^/]+\/\S+)/.exec(tree.stdout) ?? [];
    const [kind, , name] = object.split('/');
    const trace = await run(`trace ${kind}/${name}`);

    expect(tree.stdout).toContain(`HelmRelease/${namespace}/app\n├── `);
    for (const object of ['HelmRelease/app', `HelmChart/${namespace}-app`, 'HelmRepository/charts']) {
      expect(events.stdout).toContain(object);
    }
    expect(values.stdout).toBe('{}\n');
    expect(history.stdout).toMatch(/chartVersion: 0\.1\.0\n[^]*status: deployed\n/);
    expect(trace.stdout).toContain(`HelmRelease:    app\nNamespace:      ${namespace}\n`);
    expect(trace.stdout).toContain(`HelmChart:      ${namespace}-app\n`);
    expect(trace.stdout).toContain('HelmRepository: charts\n');
  });

  it('lists the runs of a release, shows one and steps it through the code', async () => {
    const { run } = await releasedHome();

    const runs = await run('runs hr app');
    const shown = await run('run show hr app');
    const local = await run('replay hr app --local');

    expect(runs.stdout).toContain('helmrelease/app');
    expect(shown.stdout).toMatch(/Status: +Completed/);
    expect(local).toMatchObject({ code: 0, stderr: expect.stringContaining('✔ replays cleanly') });
    expect((await run('runs source helm charts')).stdout).toContain('helmrepository/charts');
  });

  it('says of a chart that is not there what is wrong with it', async () => {
    const { home, run } = await openHome();
    await run(`create source helm charts --url=${home.charts.url}`);

    const created = await run('create source chart other --source=HelmRepository/charts --chart=nosuchchart');

    expect(created.code).toBe(1);
    expect(created.stderr).toContain("has no 'nosuchchart'");
  });

  it('deletes, and the release goes with it', async () => {
    const { home, run, namespace } = await releasedHome();

    const deleted = await run('delete hr app -s');

    expect(deleted.stderr).toBe(
      `► deleting helmrelease app in ${namespace} namespace\n✔ helmrelease deleted\n`,
    );
    await expect.poll(() => home.records('app'), { timeout: 20_000 }).toEqual([]);
  });
});
