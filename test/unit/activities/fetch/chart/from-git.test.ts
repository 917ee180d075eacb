import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { failed, transient } from '../../../../../activities/failures.ts';
import { ChartBudget } from '../../../../../activities/fetch/chart/chart-files.ts';
import { readChartArchive } from '../../../../../activities/fetch/chart/read-chart-archive.ts';
import type { HelmChart } from '../../../../../api/helm-chart.ts';
import { Reason } from '../../../../../api/reasons.ts';
import {
  after,
  aHelmChart,
  aRepository,
  type ChartBench,
  COMMIT,
  createChartBench,
  failureOf,
} from '../../../../support/chart-bench.ts';
import { chartFiles, packageChart } from '../../../../support/charts.ts';
import { forgeTar } from '../../../../support/forge-tar.ts';
import { helm } from '../../../../support/helm.ts';

type Files = Readonly<Record<string, string | Buffer>>;

const APP: Files = {
  'charts/app/Chart.yaml': 'apiVersion: v2\nname: app\nversion: 1.0.0\n',
  'charts/app/values.yaml': 'a: 1\nb: {c: 1}\n',
  'charts/app/templates/a.yaml': '# {{ .Values.a }}\n',
  'charts/app/.helmignore': '*.md\n',
  'charts/app/notes.md': 'mine',
  'env/prod.yaml': 'b: {c: 2}\n',
};
const HTTPS = 'https://charts.example/stable';

const step = { signal: new AbortController().signal, heartbeat: () => undefined };

let bench: ChartBench;
let folder: string;
beforeEach(async () => {
  bench = await createChartBench();
  folder = await mkdtemp(join(tmpdir(), 'pawl-rendered-'));
});
afterEach(async () => {
  await bench[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const aChart = (path = 'charts/app', spec: Partial<HelmChart['spec']> = {}, generation = 1) =>
  aHelmChart(path, spec, { kind: 'GitRepository', generation });

async function build(files: Files, chart: HelmChart = aChart()) {
  return await bench.builder.build(chart, await bench.git(files), step);
}

async function filesOf(files: Files, chart?: HelmChart): Promise<ReadonlyMap<string, Buffer>> {
  const { artifact } = await build(files, chart);
  return await readChartArchive(await bench.read(artifact), new ChartBudget());
}

describe('a chart in a directory of a repository', () => {
  it('is packed with what it does not exclude', async () => {
    const built = await build(APP);

    expect(built).toMatchObject({
      unchanged: false,
      name: 'app',
      version: '1.0.0',
      pulled: false,
      sourceRevision: `main@sha1:${COMMIT}`,
      message: "packaged 'app' chart with version '1.0.0'",
      artifact: { path: 'helmchart/apps/chart/app-1.0.0.tgz', revision: '1.0.0' },
    });
    const files = await readChartArchive(await bench.read(built.artifact), new ChartBudget());
    expect([...files.keys()]).toEqual(['.helmignore', 'Chart.yaml', 'templates/a.yaml', 'values.yaml']);
    expect(files.get('Chart.yaml')?.toString()).toBe(APP['charts/app/Chart.yaml']);
  });

  it('has the same bytes on any worker', async () => {
    await using other = await createChartBench();
    const chart = aChart('charts/app', { valuesFiles: ['env/prod.yaml'], reconcileStrategy: 'Revision' });

    const [first, second] = [
      await build(APP, chart),
      await other.builder.build(chart, await other.git(APP), step),
    ];

    expect(second.artifact.digest).toBe(first.artifact.digest);
  });

  it.each(['.', './', 'charts/../.'])('may be the root: %s', async (path) => {
    expect(await build({ 'Chart.yaml': 'name: top\nversion: 1.0.0\n' }, aChart(path))).toMatchObject({
      name: 'top',
    });
  });

  it('stays while its version does, and is made again with each commit where that is wanted', async () => {
    const next = { ...APP, 'charts/app/templates/a.yaml': '# other\n' };
    const steady = aChart();
    const eager = aChart('charts/app', { reconcileStrategy: 'Revision' });
    const revision = `main@sha1:${'ab'.repeat(20)}`;
    const source = await bench.git(next);
    const moved = {
      ...source,
      status: { ...source.status, artifact: { ...source.status?.artifact, revision } },
    } as typeof source;

    const [ofSteady, ofEager] = [await build(APP, steady), await build(APP, eager)];
    const checked = await bench.builder.check(after(steady, ofSteady), moved, step);
    const againSteady = await bench.builder.build(after(steady, ofSteady), moved, step);
    const againEager = await bench.builder.build(after(eager, ofEager), moved, step);

    expect(checked).toMatchObject({ changed: true, version: '1.0.0' });
    expect(againSteady).toMatchObject({ unchanged: true, version: '1.0.0', sourceRevision: revision });
    expect(ofEager.version).toBe(`1.0.0+${COMMIT.slice(0, 12)}`);
    expect(againEager).toMatchObject({ unchanged: false, version: '1.0.0+abababababab' });
  });

  it('is not looked at while its source stands still', async () => {
    const source = await bench.git(APP);
    const chart = aChart();
    const built = after(chart, await bench.builder.build(chart, source, step));
    const gone = {
      ...source,
      status: {
        artifact: { ...source.status?.artifact, path: 'x', url: 'http://127.0.0.1:9/x', digest: 'none' },
      },
    };

    expect(await bench.builder.check(built, gone as typeof source, step)).toMatchObject({ changed: false });
  });

  it('takes values files from the root of the repository', async () => {
    const spec = { valuesFiles: ['charts/app/values.yaml', 'env/prod.yaml'] };
    const built = await build(APP, aChart('charts/app', { ...spec, reconcileStrategy: 'Revision' }, 4));

    expect(built).toMatchObject({
      version: `1.0.0+${COMMIT.slice(0, 12)}.4`,
      valuesFiles: spec.valuesFiles,
      message: `packaged 'app' chart with version '1.0.0+${COMMIT.slice(0, 12)}.4' and merged values files [charts/app/values.yaml env/prod.yaml]`,
    });
    const files = await readChartArchive(await bench.read(built.artifact), new ChartBudget());
    expect(files.get('values.yaml')?.toString()).toBe('a: 1\nb:\n  c: 2\n');
  });

  it('loses its default values where all values files are missing and may be', async () => {
    const spec = { valuesFiles: ['no.yaml'], ignoreMissingValuesFiles: true };

    const built = await build(APP, aChart('charts/app', spec));

    expect(built).toMatchObject({
      version: '1.0.0+1',
      message: "packaged 'app' chart with version '1.0.0+1'",
    });
    expect(built).not.toHaveProperty('valuesFiles');
  });
});

describe('a packaged chart in a repository', () => {
  it('is taken as it is', async () => {
    const file = await packageChart('web', { version: '1.0.0' });
    const content = await readFile(file);

    const built = await build({ 'web.tgz': content }, aChart('web.tgz'));

    expect(built).toMatchObject({ pulled: true, message: "pulled 'web' chart with version '1.0.0'" });
    expect(await bench.read(built.artifact)).toEqual(content);
  });

  it('is packed again with values files or a commit', async () => {
    const files = {
      'web.tgz': await readFile(await packageChart('web', { version: '1.0.0' })),
      'v.yaml': 'a: 1\n',
    };

    expect(await build(files, aChart('web.tgz', { valuesFiles: ['v.yaml'] }))).toMatchObject({
      pulled: false,
      version: '1.0.0+1',
    });
    expect(await build(files, aChart('web.tgz', { reconcileStrategy: 'Revision' }))).toMatchObject({
      pulled: false,
      version: `1.0.0+${COMMIT.slice(0, 12)}`,
    });
  });
});

describe('a chart of a repository that cannot be built', () => {
  const REFERENCE = 'stalled InvalidChartReference: invalid chart reference: chart ';
  it.each([
    ['', `${REFERENCE}'' of GitRepository 'repo': spec.chart is empty`],
    [
      'charts/no',
      `${REFERENCE}'charts/no' of GitRepository 'repo': charts/no does not exist in the artifact`,
    ],
    ['../app', `${REFERENCE}'../app' of GitRepository 'repo': ../app is outside the artifact`],
    ['charts/../../app', 'is outside the artifact'],
    ['/charts/app', `${REFERENCE}'/charts/app' of GitRepository 'repo': /charts/app is outside the artifact`],
    ['charts', 'it has no Chart.yaml'],
    ['env/prod.yaml', 'it is no sound tar.gz'],
  ])('because of its path %j', async (path, message) => {
    expect(await failureOf(build(APP, aChart(path)))).toContain(message);
  });

  it.each<[string, Files, Partial<HelmChart['spec']>, string]>([
    [
      'a bad name',
      { 'charts/app/Chart.yaml': 'name: a/b\nversion: 1.0.0\n' },
      {},
      `${REFERENCE}'charts/app' of GitRepository 'repo': Chart.yaml: name`,
    ],
    [
      'null dependencies',
      { 'charts/app/Chart.yaml': 'name: app\nversion: 1.0.0\ndependencies: [~]\n' },
      {},
      `${REFERENCE}'charts/app' of GitRepository 'repo': Chart.yaml: dependencies.0 is null`,
    ],
    [
      'bad values',
      { 'charts/app/values.yaml': 'a: [\n' },
      {},
      "ChartPackageError: chart package error: chart 'charts/app' of GitRepository 'repo': values.yaml:",
    ],
    [
      'a bad .helmignore',
      { 'charts/app/.helmignore': 'a**\n' },
      {},
      "ChartPackageError: chart package error: chart 'charts/app' of GitRepository 'repo': .helmignore:1:",
    ],
    [
      'a missing values file',
      {},
      { valuesFiles: ['no.yaml'] },
      "stalled ValuesFilesError: values files merge error: chart 'charts/app' of GitRepository 'repo': no values file found at path 'no.yaml'",
    ],
    [
      'a values file outside',
      {},
      { valuesFiles: ['../x.yaml'] },
      'stalled ValuesFilesError: values files merge error: ',
    ],
    [
      'a broken values file',
      { 'env/prod.yaml': 'a: [' },
      { valuesFiles: ['env/prod.yaml'] },
      'spec.valuesFiles[0] env/prod.yaml: env/prod.yaml:1:',
    ],
  ])('because of %s', async (_what, files, spec, message) => {
    expect(await failureOf(build({ ...APP, ...files }, aChart('charts/app', spec)))).toContain(message);
  });

  it('because its source has no artifact', async () => {
    const { status: _none, ...source } = await bench.git(APP);

    expect(await failureOf(bench.builder.build(aChart(), source, step))).toBe(
      "NoSourceArtifact: no artifact available for GitRepository source 'repo'",
    );
  });
});

/** A chart with these dependencies, and what lies beside it. */
function needing(dependencies: string, files: Files = {}): Files {
  return {
    'app/Chart.yaml': `apiVersion: v2\nname: app\nversion: 1.0.0\ndependencies:\n${dependencies}`,
    'app/values.yaml': '',
    ...files,
  };
}

const withCharts = (files: ReadonlyMap<string, Buffer>) =>
  [...files.keys()].filter((path) => path.startsWith('charts/'));

describe('dependencies that a chart lacks', () => {
  it('come from the artifact, and render as helm renders them', async () => {
    const files = { ...chartFiles('library-user', 'a/library-user'), ...chartFiles('library', 'a/library') };
    const { artifact, dependencies } = await build(files, aChart('a/library-user'));
    await writeFile(join(folder, 'ours.tgz'), await bench.read(artifact));

    expect(dependencies).toBe(1);
    expect(await helm(['template', 'r', join(folder, 'ours.tgz')])).toBe(
      await helm(['template', 'r', await packageChart('library-user')]),
    );
  });

  it('come from the HelmRepository with the URL, with its credentials and its index', async () => {
    const mine = aRepository('mine', `${HTTPS}/`, { secretRef: { name: 'secret' } });
    bench.repositories.push(aRepository('other', 'https://other.example'), mine);
    const library = await packageChart('library');
    await bench.publish(`${HTTPS}/`, library);

    const files = await filesOf(
      needing(`- {name: library, version: ^2, repository: "${HTTPS}"}\n`),
      aChart('app'),
    );

    expect(withCharts(files)).toEqual([`charts/${basename(library)}`]);
    expect(files.get(`charts/${basename(library)}`)).toEqual(await readFile(library));
    expect(bench.calls).toEqual([
      `resolve secret@${HTTPS}/ library ^2`,
      `download secret@${HTTPS}/ library 2.3.0`,
    ]);
  });

  it.each([HTTPS, 'oci://registry.example/charts'])(
    'come from %s without credentials where no object has it',
    async (url) => {
      bench.repositories.push(aRepository('other', `${url}/deeper`, { secretRef: { name: 'secret' } }));
      const normal = url.startsWith('oci') ? url : `${url}/`;
      await bench.publish(normal, await packageChart('library'));

      await build(needing(`- {name: library, version: 2.x, repository: "${url}"}\n`), aChart('app'));

      expect(bench.calls).toEqual([`resolve ${normal} library 2.x`, `download ${normal} library 2.3.0`]);
    },
  );

  it('are those of the lock', async () => {
    await bench.publish(
      `${HTTPS}/`,
      await packageChart('library', { version: '2.1.0' }),
      await packageChart('library'),
    );
    const lock = `dependencies:\n- {name: library, version: 2.1.0, repository: "${HTTPS}"}\n`;

    const files = await filesOf(
      needing(`- {name: library, version: ^2, repository: "${HTTPS}"}\n`, { 'app/Chart.lock': lock }),
      aChart('app'),
    );

    expect(withCharts(files)).toEqual(['charts/library-2.1.0.tgz']);
  });

  it('of one name may be there in two versions', async () => {
    for (const version of ['1.0.0', '2.0.0']) {
      const content = forgeTar([
        { path: 'inner/Chart.yaml', content: `apiVersion: v2\nname: inner\nversion: ${version}\n` },
        { path: 'inner/templates/a.yaml', content: 'is: {{ .Chart.Name }} {{ .Chart.Version }}\n' },
      ]);
      bench.offer(`${HTTPS}/`, { name: 'inner', version, content });
    }
    const twice =
      `- {name: inner, version: ^1, repository: "${HTTPS}", alias: old}\n` +
      `- {name: inner, version: ^2, repository: "${HTTPS}"}\n`;

    const { artifact, dependencies } = await build(needing(twice), aChart('app'));
    await writeFile(join(folder, 'ours.tgz'), await bench.read(artifact));

    expect(dependencies).toBe(2);
    const rendered = await helm(['template', 'r', join(folder, 'ours.tgz')]);
    expect(rendered.match(/is: .*/g)?.sort()).toEqual(['is: inner 2.0.0', 'is: old 1.0.0']);
  });

  it('are not fetched where they lie in charts/, in whatever form', async () => {
    const inner = 'name: inner\nversion: 1.0.0\n';
    const files = needing(
      '- {name: inner, version: ^1, repository: "https://gone.example"}\n' +
        '- {name: packed, version: ^1, repository: "https://gone.example"}\n' +
        '- {name: library, version: ^1, alias: renamed, repository: "https://gone.example"}\n',
      {
        'app/charts/inner/Chart.yaml': inner,
        'app/charts/p.tgz': forgeTar([{ path: 'p/Chart.yaml', content: 'name: packed\nversion: 1.0.0\n' }]),
        'app/charts/renamed/Chart.yaml': 'name: renamed\nversion: 1.0.0\n',
      },
    );

    expect(await build(files, aChart('app'))).toMatchObject({ dependencies: 0 });
    expect(bench.calls).toEqual([]);
  });

  it('leave the directory of the artifact as it was', async () => {
    await bench.publish(`${HTTPS}/`, await packageChart('library'));
    const source = await bench.git(needing(`- {name: library, version: ^2, repository: "${HTTPS}"}\n`));

    const first = await bench.builder.build(aChart('app'), source, step);
    const second = await bench.builder.build(aChart('app'), source, step);

    expect([first.dependencies, second.dependencies]).toEqual([1, 1]);
    expect(second.artifact).toMatchObject({ digest: first.artifact.digest, path: first.artifact.path });
  });
});

describe('dependencies that cannot be had', () => {
  const inner = { 'inner/Chart.yaml': 'name: inner\nversion: 1.0.0\n' };
  const FAILED = 'DependencyBuildError: dependency build error: failed to add ';

  it.each([
    ['- {name: a, version: "1"}\n', "local dependency 'a': app/charts/a does not exist in the artifact"],
    [
      '- {name: a, version: "1", repository: "file://../no"}\n',
      "local dependency 'a': no does not exist in the artifact",
    ],
    [
      '- {name: a, version: "1", repository: "file://../../etc"}\n',
      "local dependency 'a': ../../etc is outside the artifact",
    ],
    [
      '- {name: a, version: "1", repository: "file:///etc"}\n',
      "local dependency 'a': app/etc does not exist in the artifact",
    ],
    [
      '- {name: a, version: "1", repository: "file://../inner"}\n',
      "local dependency 'a': the chart that was found is called 'inner'",
    ],
    [
      '- {name: inner, version: "^2", repository: "file://../inner"}\n',
      "can't get a valid version for constraint '^2': found '1.0.0'",
    ],
    ['- {name: inner, repository: "file://../inner"}\n', "invalid version/constraint format ''"],
    [
      '- {name: inner, version: ">>1", repository: "file://../inner"}\n',
      "invalid version/constraint format '>>1'",
    ],
    [
      '- {name: a, version: "1", repository: "@stable"}\n',
      'aliased repository dependency is not supported: "@stable"',
    ],
    [
      '- {name: a, version: "1", repository: "alias:stable"}\n',
      'aliased repository dependency is not supported',
    ],
    ['- {name: a, version: "1", repository: "ftp://x"}\n', 'invalid dependency repository URL'],
    ['- {name: a, alias: b, version: "1", repository: "ftp://x"}\n', "remote dependency 'b': "],
  ])('name themselves: %s', async (dependencies, message) => {
    const said = await failureOf(build(needing(dependencies, inner), aChart('app')));

    expect(said).toContain(FAILED);
    expect(said).toContain(message);
  });

  it.each([
    [failed(Reason.AuthenticationFailed, 'who are you'), FAILED],
    [transient(Reason.ChartPullError, 'try again'), `retried ${FAILED}`],
  ])('are tried again as the repository is: %s', async (error, start) => {
    bench.failWith(error);

    const said = await failureOf(
      build(needing(`- {name: a, version: "1", repository: "${HTTPS}"}\n`), aChart('app')),
    );

    expect(said).toBe(`${start}remote dependency 'a': ${error.message}`);
  });

  it.each([
    ['no chart', Buffer.from('text'), 'it is no sound tar.gz'],
    ['with a link', forgeTar([{ path: 'a/Chart.lock', type: '2', link: '/etc' }]), 'a/Chart.lock is a link'],
  ])('are refused as %s', async (_what, content, message) => {
    bench.offer(`${HTTPS}/`, { name: 'a', version: '1.0.0', content });

    const said = await failureOf(
      build(needing(`- {name: a, version: "1", repository: "${HTTPS}"}\n`), aChart('app')),
    );

    expect(said).toContain(`${FAILED}remote dependency 'a': ${message}`);
  });

  it.each([
    [
      'dependencies: []\n',
      "the lock does not name the dependency 'a' of Chart.yaml; run helm dependency update",
    ],
    ['dependencies: [null]\n', 'Chart.lock: dependencies.0 is null'],
    ['a: [', 'Chart.lock:1:'],
  ])('may be missing in a lock: %j', async (lock, message) => {
    const files = needing(`- {name: a, version: "1", repository: "${HTTPS}"}\n`, { 'app/Chart.lock': lock });

    expect(await failureOf(build(files, aChart('app')))).toContain(
      `DependencyBuildError: dependency build error: ${message}`,
    );
  });
});
