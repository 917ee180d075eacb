import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHART_LIMITS, ChartBudget } from '../../../../../activities/fetch/chart/chart-files.ts';
import { loadChart } from '../../../../../activities/fetch/chart/load-chart.ts';
import { readChartArchive } from '../../../../../activities/fetch/chart/read-chart-archive.ts';
import { readChartDirectory } from '../../../../../activities/fetch/chart/read-chart-directory.ts';
import { type ForgedEntry, forgeTar } from '../../../../support/forge-tar.ts';
import { helm } from '../../../../support/helm.ts';

const CHART = 'apiVersion: v2\nname: app\nversion: 1.0.0\n';
const INNER = 'apiVersion: v2\nname: inner\nversion: 2.0.0\n';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'pawl-load-'));
});
afterAll(() => rm(root, { recursive: true }));

type Files = Readonly<Record<string, string | Buffer>>;

async function write(files: Files): Promise<string> {
  const directory = await mkdtemp(join(root, 'chart-'));
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), content);
  }
  return directory;
}

async function load(files: Files) {
  const budget = new ChartBudget();
  return await loadChart(await readChartDirectory(await write(files), budget), budget);
}

function archive(entries: readonly ForgedEntry[]): Buffer {
  return forgeTar([{ path: 'app/Chart.yaml', content: CHART }, ...entries]);
}

async function loadArchive(bytes: Buffer) {
  const budget = new ChartBudget();
  return await loadChart(await readChartArchive(bytes, budget), budget);
}

describe('a chart', () => {
  it.each([
    { name: 'app', version: '1.0.0' },
    { name: 'my-app', version: 'v1.2.3' },
    { name: 'my_app', version: '1.2' },
    { name: 'weird.name', version: '1.2.3-rc.1+build.5' },
    { name: 'MyApp', version: '1.0.0' },
    { name: '0', version: '1' },
    { name: 'a--b..c__d', version: '1.0.0' },
  ])('may be called $name and have version $version, as helm allows', async ({ name, version }) => {
    const files = { 'Chart.yaml': `apiVersion: v2\nname: "${name}"\nversion: "${version}"\n` };

    const { metadata } = await load(files);

    expect(metadata).toEqual({ name, version, dependencies: [] });
    await expect(helm(['lint', await write({ ...files, 'templates/a.yaml': '' })])).resolves.toBeDefined();
  });

  it.each([
    ['numbers as texts', 'name: app\nversion: 1.10\nappVersion: 2\nannotations: {a: 1, b: true}\n', '1.1'],
    ['the last of equal keys', 'name: old\nversion: 0.1.0\nname: app\nversion: 1.0.0\n', '1.0.0'],
    ['fields that nobody knows', 'name: app\nversion: 1.0.0\nfuture: [1]\n', '1.0.0'],
    ['a mark before the text', '\ufeffname: app\nversion: 1.0.0\n', '1.0.0'],
  ])('may have %s in its Chart.yaml', async (_what, text, version) => {
    expect((await load({ 'Chart.yaml': text })).metadata).toMatchObject({ name: 'app', version });
  });

  it('of the first format names its dependencies in requirements.yaml', async () => {
    const { metadata } = await load({
      'Chart.yaml': 'name: app\nversion: 1.0.0\n',
      'requirements.yaml': 'dependencies:\n- {name: a, version: ^1, repository: "https://x", alias: b}\n',
    });

    expect(metadata.dependencies).toMatchObject([
      { name: 'a', version: '^1', repository: 'https://x', alias: 'b' },
    ]);
  });

  it('knows the charts in charts/, packed or not', async () => {
    const { charts } = await load({
      'Chart.yaml': CHART,
      'charts/dir/Chart.yaml': INNER,
      'charts/packed-1.tgz': forgeTar([{ path: 'inner/Chart.yaml', content: INNER }]),
      'charts/_off/anything': '',
      'charts/.off/anything': '',
      'charts/packed-1.tgz.prov': 'signature',
    });

    expect(charts).toMatchObject([
      { name: 'inner', version: '2.0.0' },
      { name: 'inner', version: '2.0.0' },
    ]);
  });

  it.each([
    ['no-such-file', {}, 'it has no Chart.yaml'],
    ['name', { 'Chart.yaml': 'version: 1.0.0\n' }, 'Chart.yaml: name is missing'],
    ['name', { 'Chart.yaml': 'name: ..\nversion: 1.0.0\n' }, 'Chart.yaml: name is missing, or'],
    ['name', { 'Chart.yaml': 'name: a/../b\nversion: 1.0.0\n' }, 'Chart.yaml: name is missing, or'],
    ['version', { 'Chart.yaml': 'name: app\n' }, 'Chart.yaml: version is missing or no semantic version'],
    ['version', { 'Chart.yaml': 'name: app\nversion: latest\n' }, 'Chart.yaml: version is missing or no'],
    ['apiVersion', { 'Chart.yaml': `${CHART}apiVersion: v9\n` }, 'Chart.yaml: apiVersion is not v1 or v2'],
    [
      'type',
      { 'Chart.yaml': `${CHART}type: plugin\n` },
      'Chart.yaml: type is neither application nor library',
    ],
    ['null', { 'Chart.yaml': `${CHART}dependencies: [null]\n` }, 'Chart.yaml: dependencies.0 is null'],
    ['null', { 'Chart.yaml': `${CHART}maintainers: [~]\n` }, 'Chart.yaml: maintainers.0 is null'],
    ['list', { 'Chart.yaml': `${CHART}description: [a]\n` }, 'Chart.yaml: description is not a text'],
    ['yaml', { 'Chart.yaml': 'name: [' }, 'Chart.yaml:1:'],
    ['yaml', { 'Chart.yaml': '- name: app\n' }, 'Chart.yaml:1: is no mapping'],
    [
      'alias',
      { 'Chart.yaml': `${CHART}dependencies: [{name: a, alias: a.b}]\n` },
      'Chart.yaml: dependencies.0.alias may hold letters, digits, "_" and "-" only',
    ],
    [
      'twins',
      { 'Chart.yaml': `${CHART}dependencies: [{name: a}, {name: b, alias: a}]\n` },
      'Chart.yaml: dependencies has a twice',
    ],
    ['values', { 'Chart.yaml': CHART, 'values.yaml': 'a: [' }, 'values.yaml:1:'],
    ['values', { 'Chart.yaml': CHART, 'values.yaml': '- a\n' }, 'values.yaml:1: is no mapping'],
    ['schema', { 'Chart.yaml': CHART, 'values.schema.json': '{' }, 'values.schema.json: '],
    ['inner', { 'Chart.yaml': CHART, 'charts/README.md': '' }, 'charts/README.md: it has no Chart.yaml'],
    ['inner', { 'Chart.yaml': CHART, 'charts/a/values.yaml': '' }, 'charts/a: it has no Chart.yaml'],
    ['inner', { 'Chart.yaml': CHART, 'charts/a.tgz': 'text' }, 'charts/a.tgz: it is no sound tar.gz'],
    ['inner', { 'Chart.yaml': CHART, 'charts/a.tgz/x': 'text' }, 'charts/a.tgz: a.tgz is a directory'],
  ] as const)('is refused, as by helm, for its %s: %j', async (_what, files, message) => {
    await expect(load(files)).rejects.toThrow(message);
    await expect(helm(['package', await write(files), '--destination', root])).rejects.toThrow(
      'helm package',
    );
  });

  it.each([
    ['-x', 'an option to a program'],
    ['.hidden', 'a file that nobody sees'],
    ['a b', 'two words of a command line'],
    ['x'.repeat(251), 'too long for a file'],
  ])('is not called %s: %s', async (name) => {
    await expect(load({ 'Chart.yaml': `name: "${name}"\nversion: 1.0.0\n` })).rejects.toThrow(
      /name is missing, or/,
    );
  });

  it('is refused when a file of it is too large', async () => {
    const large = Buffer.alloc(CHART_LIMITS.fileBytes + 1);
    const schema = Buffer.alloc(CHART_LIMITS.schemaBytes + 1, ' ');

    await expect(load({ 'Chart.yaml': CHART, 'files/a': large })).rejects.toThrow('files/a is larger than');
    await expect(load({ 'Chart.yaml': CHART, 'values.schema.json': schema })).rejects.toThrow(
      'values.schema.json is larger than 1048576',
    );
  });
});

describe('a packaged chart', () => {
  it('may call its directory as it likes, and have paths of Windows', async () => {
    const bytes = forgeTar(
      [
        { path: 'whatever\\Chart.yaml', content: CHART },
        { path: './' },
        { path: 'whatever/templates/', type: '5' },
        { path: 'whatever\\templates\\a.yaml', content: 'a: 1' },
      ].filter(({ path }) => path !== './'),
    );

    expect([...(await loadArchive(bytes)).files.keys()]).toEqual(['Chart.yaml', 'templates/a.yaml']);
  });

  it.each([
    ['a symbolic link', { path: 'app/templates/x', type: '2', link: '/etc/passwd' }, 'templates/x is a link'],
    ['a hard link', { path: 'app/Chart.lock', type: '1', link: 'app/Chart.yaml' }, 'Chart.lock is a link'],
    ['charts/ as a link', { path: 'app/charts', type: '2', link: '/' }, 'app/charts is a link'],
    ['a device', { path: 'app/x', type: '3' }, 'app/x is neither a file nor a directory'],
    ['a path that leads out', { path: 'app/../../x' }, 'leads out of the chart'],
    ['an absolute path', { path: 'app//etc/x' }, 'is absolute'],
    ['a drive of Windows', { path: 'app/c:/x' }, 'is absolute'],
    ['a path without a directory', { path: 'x' }, 'is outside the directory of the chart'],
    ['a control character', { path: 'app/a\u0007b' }, 'holds control characters'],
    ['a lie about a size', { path: 'app/x', size: '77777777777\0' }, 'it ends in the middle of an entry'],
  ] as const)('is refused for %s', async (_what, entry, message) => {
    await expect(loadArchive(archive([entry]))).rejects.toThrow(message);
  });

  it.each([
    ['text', Buffer.from('name: app\n'), 'it is no sound tar.gz'],
    ['an empty archive', forgeTar([]), 'it has no files'],
    [
      'Chart.yaml at the top',
      forgeTar([{ path: 'Chart.yaml', content: CHART }]),
      'not in a directory of its own',
    ],
    [
      'too many bytes',
      Buffer.alloc(CHART_LIMITS.archiveBytes + 1),
      'larger than 10485760 bytes when packaged',
    ],
  ])('is not %s', async (_what, bytes, message) => {
    await expect(loadArchive(bytes)).rejects.toThrow(message);
  });

  it('does not unpack without end, nor by charts inside charts', async () => {
    const megabytes = (count: number) =>
      Array.from({ length: count }, (_, i) => ({ path: `app/${i}`, content: Buffer.alloc(4 * 1024 * 1024) }));
    const half = archive(megabytes(13));
    const nested = archive([
      { path: 'app/charts/a.tgz', content: half },
      { path: 'app/charts/b.tgz', content: half },
    ]);

    await expect(loadArchive(archive(megabytes(26)))).rejects.toThrow('larger than 104857600 bytes together');
    await expect(loadArchive(nested)).rejects.toThrow('larger than 104857600 bytes together');
  });

  it('does not nest charts without end', async () => {
    let bytes = archive([]);
    for (let depth = 0; depth <= CHART_LIMITS.depth; depth += 1)
      bytes = archive([{ path: 'app/charts/a.tgz', content: bytes }]);

    await expect(loadArchive(bytes)).rejects.toThrow(`nested deeper than ${CHART_LIMITS.depth}`);
  });

  it('has a bounded number of files', async () => {
    const many = Array.from({ length: CHART_LIMITS.entries }, (_, i) => ({ path: `app/${i}` }));

    await expect(loadArchive(archive(many))).rejects.toThrow(`more than ${CHART_LIMITS.entries} files`);
  });

  it('does not end in the middle', async () => {
    const whole = archive([{ path: 'app/values.yaml', content: 'a: 1\n'.repeat(1000) }]);

    await expect(loadArchive(whole.subarray(0, -20))).rejects.toThrow('it is no sound tar.gz');
    await expect(loadArchive(gzipSync(Buffer.alloc(100)))).rejects.toThrow(/middle of an entry|no sound/);
  });
});
