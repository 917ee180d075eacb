import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { enabledCrds } from '../../../../../activities/helm/chart/enabled-crds.ts';
import { type Chart, readChart } from '../../../../../activities/helm/chart/read-chart.ts';
import { type ForgedEntry, forgeTar } from '../../../../support/forge-tar.ts';
import { helm } from '../../../../support/helm.ts';

let folder: string;
let count = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pawl-read-chart-'));
});
afterAll(() => rm(folder, { recursive: true }));

type Files = Readonly<Record<string, string | Buffer>>;

async function archive(files: Files | readonly ForgedEntry[]): Promise<string> {
  const path = join(folder, `chart-${(count += 1)}.tgz`);
  await writeFile(path, forgeTar(Array.isArray(files) ? files : entriesOf(files as Files)));
  return path;
}

function entriesOf(files: Files): ForgedEntry[] {
  return Object.entries(files).map(([path, content]) => ({ path: `web/${path}`, content }));
}

const crd = (name: string) =>
  `apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: ${name}.example.com\n`;
const metadata = (name: string, more = '') => `apiVersion: v2\nname: ${name}\nversion: 1.2.3\n${more}`;

const DEPENDENCIES = `dependencies:
- {name: on, version: 1.x}
- {name: off, version: 1.x, condition: off.enabled}
- {name: tagged, version: '>= 1', tags: [heavy, other]}
- {name: both, version: 1.x, tags: [heavy], condition: "nothing,both.enabled"}
- {name: cache, version: 1.x, alias: second, condition: second.enabled}
- {name: old, version: 0.x}
- {name: deep, version: 1.x}
- {name: packed, version: 1.x, condition: global.packed}
`;

/** Subcharts in every way that helm knows to turn them on and off. */
const FAMILY: Files = {
  'Chart.yaml': metadata('web', DEPENDENCIES),
  'values.yaml':
    'off: {enabled: false}\nboth: {enabled: true}\ntags: {heavy: false}\ndeep: {inner: {enabled: false}}\n',
  'crds/web.yaml': crd('web'),
  'crds/nested/more.yml': crd('more'),
  'crds/README.md': 'no manifest',
  ...subchart('charts/on', 'on'),
  ...subchart('charts/off', 'off'),
  ...subchart('charts/tagged', 'tagged'),
  ...subchart('charts/both', 'both'),
  ...subchart('charts/cache', 'cache', 'values.yaml', 'enabled: true\n'),
  ...subchart('charts/old', 'old'),
  ...subchart('charts/unlisted', 'unlisted'),
  ...subchart('charts/_ignored', 'ignored'),
  ...subchart('charts/deep', 'deep'),
  'charts/deep/Chart.yaml': metadata(
    'deep',
    'dependencies:\n- {name: inner, version: 1.x, condition: inner.enabled}\n',
  ),
  'charts/deep/values.yaml': 'inner: {enabled: true}\n',
  ...subchart('charts/deep/charts/inner', 'inner'),
  'charts/packed-1.2.3.tgz': forgeTar(entriesOf(subchart('', 'packed'))),
};

function subchart(at: string, name: string, more?: string, content = ''): Files {
  const prefix = at === '' ? '' : `${at}/`;
  return {
    [`${prefix}Chart.yaml`]: metadata(name),
    [`${prefix}crds/${name}.yaml`]: crd(name),
    ...(more !== undefined && { [`${prefix}${more}`]: content }),
  };
}

/** What helm takes of the chart's definitions, by name. */
async function byHelm(path: string, values: string): Promise<string[]> {
  const file = `${path}.yaml`;
  await writeFile(file, values);
  const text = await helm(['template', 'test', path, '--include-crds', '--values', file]);
  return [...text.matchAll(/^ {2}name: (\w+)\.example\.com$/gm)].map(([, name = '']) => name).toSorted();
}

const names = (chart: Chart, values: string) =>
  enabledCrds(chart, values)
    .map(({ content }) => /name: (\w+)/.exec(content)?.[1] ?? '')
    .toSorted();

describe('a chart', () => {
  it('is read with its name, versions and definitions', async () => {
    const path = await archive({
      'Chart.yaml': metadata('web', 'appVersion: 1.10\n'),
      'crds/a.yaml': crd('a'),
      'templates/job.yaml': 'metadata: {annotations: {helm.sh/hook: pre-install}}',
    });

    const chart = await readChart(path);

    expect(chart).toMatchObject({ name: 'web', version: '1.2.3', mayHavePostHooks: false, charts: [] });
    expect(chart.ownCrds).toEqual([{ path: 'web/crds/a.yaml', content: crd('a') }]);
    expect(await readChart(path)).toBe(chart);
  });

  it.each([
    { name: 'a template of its own', path: 'templates/a.yaml' },
    { name: 'a template of a subchart', path: 'charts/sub/templates/a.yaml' },
  ])('is told to have hooks that come after, in $name', async ({ path }) => {
    const chart = await readChart(
      await archive({
        'Chart.yaml': metadata('web'),
        'charts/sub/Chart.yaml': metadata('sub'),
        [path]: 'metadata:\n  annotations:\n    "helm.sh/hook": pre-install,post-install\n',
      }),
    );

    expect(chart.mayHavePostHooks).toBe(true);
  });

  it.each([
    ['{}'],
    ['{off: {enabled: true}}'],
    ['{tags: {heavy: true}}'],
    ['{tags: {other: true}}'],
    ['{tags: {heavy: false, other: false}, both: {enabled: false}}'],
    ['{tags: {heavy: true}, both: {enabled: "no"}}'],
    ['{second: {enabled: false}}'],
    ['{second: {enabled: null}}'],
    ['{deep: {inner: {enabled: true}}}'],
    ['{deep: {inner: {enabled: null}}}'],
    ['{deep: null}'],
    ['{global: {packed: false}}'],
    ['{global: {packed: true}, off: {enabled: null}}'],
    ['{both: {enabled: null}}'],
  ])('has the definitions that helm takes with %s', async (values) => {
    const path = await archive(FAMILY);

    expect(names(await readChart(path), values)).toEqual(await byHelm(path, values));
  });

  it.each<[string, Files | readonly ForgedEntry[], RegExp]>([
    ['has no Chart.yaml', { 'values.yaml': '' }, /no Chart\.yaml/],
    ['has a name that leads elsewhere', { 'Chart.yaml': metadata('../x') }, /name/],
    ['has null dependencies', { 'Chart.yaml': metadata('web', 'dependencies: [null]\n') }, /dependencies/],
    [
      'has a link',
      [
        { path: 'web/Chart.yaml', content: metadata('web') },
        { path: 'web/crds/a.yaml', type: '2', link: '/etc/passwd' },
      ],
      /link/,
    ],
    ['leads out of its folder', [{ path: 'web/../../x', content: '' }], /chart/],
    [
      'has a file beyond bounds',
      { 'Chart.yaml': metadata('web'), 'crds/a.yaml': Buffer.alloc(6 * 1024 * 1024) },
      /larger than/,
    ],
  ])('that %s is refused', async (_name, files, message) => {
    const failure = readChart(await archive(files));

    await expect(failure).rejects.toThrow(message);
    await expect(failure).rejects.toMatchObject({ type: 'ArtifactFailed', nonRetryable: true });
  });

  it('that is no archive is refused', async () => {
    const path = join(folder, 'none.tgz');
    await writeFile(path, 'no archive');

    await expect(readChart(path)).rejects.toMatchObject({ type: 'ArtifactFailed' });
  });
});
