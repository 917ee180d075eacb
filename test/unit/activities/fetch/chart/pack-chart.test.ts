import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ChartBudget, type ChartFiles } from '../../../../../activities/fetch/chart/chart-files.ts';
import { readChartMetadata } from '../../../../../activities/fetch/chart/chart-metadata.ts';
import { loadChart } from '../../../../../activities/fetch/chart/load-chart.ts';
import {
  packageName,
  packChart,
  withBuildMetadata,
  withVersion,
} from '../../../../../activities/fetch/chart/pack-chart.ts';
import { readChartArchive } from '../../../../../activities/fetch/chart/read-chart-archive.ts';
import { readChartDirectory } from '../../../../../activities/fetch/chart/read-chart-directory.ts';
import { CHART_NAMES, chartFiles } from '../../../../support/charts.ts';
import { helm } from '../../../../support/helm.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'pawl-pack-'));
});
afterAll(() => rm(root, { recursive: true }));

async function write(folder: string, files: Readonly<Record<string, string>>): Promise<string> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, folder, path)), { recursive: true });
    await writeFile(join(root, folder, path), content);
  }
  return join(root, folder);
}

async function pack(directory: string): Promise<Buffer> {
  const budget = new ChartBudget();
  const { metadata, files } = await loadChart(await readChartDirectory(directory, budget), budget);
  return await packChart(metadata, files);
}

/** What has a form of its own in helm's packages: metadata is written anew, charts inside are unpacked. */
function comparable(files: ChartFiles): Record<string, string> {
  return Object.fromEntries(
    [...files]
      .filter(([path]) => !/^(Chart\.(yaml|lock)|charts\/.*)$/.test(path))
      .map(([path, content]) => [path, content.toString('utf8')]),
  );
}

describe('a chart that is packed here is the one that helm packs', () => {
  // Those that need charts from elsewhere first are packed by the builder's tests.
  const names = CHART_NAMES.filter((name) => !Object.keys(chartFiles(name)).some(needsOthers(name)));

  let byHelm: string;
  beforeAll(async () => {
    for (const name of names) await write('set', chartFiles(name));
    byHelm = join(root, 'by-helm');
    await helm(['package', ...names.map((name) => join(root, 'set', name)), '--destination', byHelm]);
  });

  it.each(names)('%s', async (folder) => {
    const files = await readChartArchive(await pack(join(root, 'set', folder)), new ChartBudget());
    const { name, version } = readChartMetadata(files);
    const theirs = await readChartArchive(
      await readFile(join(byHelm, packageName(name, version))),
      new ChartBudget(),
    );

    expect(comparable(files)).toEqual(comparable(theirs));
    expect(readChartMetadata(files)).toEqual(readChartMetadata(theirs));
  });

  it.each(names.filter((name) => ['subcharts', 'web', 'weird.names', 'legacy', 'tpl'].includes(name)))(
    'and %s renders the same',
    async (folder) => {
      const ours = join(root, `${folder}.tgz`);
      await writeFile(ours, await pack(join(root, 'set', folder)));
      const render = (chart: string) => helm(['template', 'release', chart]);

      expect(await render(ours)).toBe(await render(join(root, 'set', folder)));
    },
  );
});

function needsOthers(name: string): (path: string) => boolean {
  const files = chartFiles(name);
  return (path) => /\/(Chart|requirements)\.yaml$/.test(path) && /repository: *\S/.test(files[path] ?? '');
}

describe('a packed chart', () => {
  const FILES = new Map([
    ['values.yaml', Buffer.from('a: 1\n')],
    ['Chart.yaml', Buffer.from('# mine\nname: app\nversion: 1.0.0\nappVersion: "1.10"\n')],
  ]);

  it('has the same bytes in whatever order its files come', async () => {
    const reversed = new Map([...FILES].reverse());

    expect(await packChart({ name: 'app' }, reversed)).toEqual(await packChart({ name: 'app' }, FILES));
  });

  it('has the same bytes on any day', async () => {
    const packed = await packChart({ name: 'app' }, FILES);

    // No time in gzip's header, and "unknown" for the system.
    expect(packed.subarray(4, 10)).toEqual(Buffer.from([0, 0, 0, 0, 0, 255]));
  });

  it('keeps every field but the version', () => {
    const changed = withVersion(FILES, '1.0.0+3');

    expect(changed.get('Chart.yaml')?.toString()).toBe('name: app\nversion: "1.0.0+3"\nappVersion: "1.10"\n');
    expect(changed.get('values.yaml')).toBe(FILES.get('values.yaml'));
  });
});

describe('the version with build metadata', () => {
  it.each([
    ['1.2.3', '7', '1.2.3+7'],
    ['v1.2.3', '7', '1.2.3+7'],
    ['1.2', 'c0ffee', '1.2.0+c0ffee'],
    ['1.2.3-rc.1', 'c0ffee.7', '1.2.3-rc.1+c0ffee.7'],
    ['1.2.3+old', '7', '1.2.3+7'],
    ['1.2.3-rc.1+old.build', '7', '1.2.3-rc.1+7'],
    ['01.2.3', '7', '1.2.3+7'],
  ])('%s with %s is %s', (version, metadata, expected) => {
    expect(withBuildMetadata(version, metadata)).toBe(expected);
  });

  it.each([
    ['latest', '7'],
    ['1.2.3', 'a b'],
    ['1.2.3', ''],
  ])('%j cannot carry %j', (version, metadata) => {
    expect(() => withBuildMetadata(version, metadata)).toThrow(/cannot carry/);
  });
});
