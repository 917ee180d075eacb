import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { Kind } from '../../../api/object-ref.ts';
import { expectTold, footprint, runningRelease } from '../../support/bad-input.ts';
import { packageChart } from '../../support/charts.ts';
import { type ForgedEntry, forgeTar } from '../../support/forge-tar.ts';
import type { Told } from '../../support/told.ts';

type Fields = Readonly<Record<string, unknown>>;

interface Served extends Told {
  readonly name: string;
  /** What is served as version 9.9.9. */
  readonly archive?: () => Buffer | Promise<Buffer>;
  /** More of its entry in the index. */
  readonly entry?: Fields;
  /** How the server answers for it instead. */
  readonly status?: number;
}

const CHART_YAML = 'apiVersion: v2\nname: bench\nversion: 9.9.9\n';
const chartWith = (...entries: readonly ForgedEntry[]) =>
  forgeTar([{ path: 'bench/Chart.yaml', content: CHART_YAML }, ...entries]);
const pulling = '^(chart pull error|failed to authenticate)';

const SERVED: readonly Served[] = [
  {
    name: 'is no archive',
    archive: () => Buffer.from('<html>hello</html>'),
    reason: 'ChartPullError',
    message: pulling,
  },
  { name: 'is empty', archive: () => Buffer.alloc(0), reason: 'ChartPullError', message: pulling },
  {
    name: 'is no chart',
    archive: () => forgeTar([{ path: 'bench/readme.md', content: 'x' }]),
    reason: 'ChartPullError',
    message: `${pulling}.*Chart.yaml`,
  },
  {
    name: 'is cut off',
    archive: async () => (await readFile(await packageChart('bench', { version: '9.9.9' }))).subarray(0, 300),
    reason: 'ChartPullError',
    message: pulling,
  },
  {
    name: 'is another chart',
    archive: async () => readFile(await packageChart('web', { version: '9.9.9' })),
    reason: 'ChartPullError',
    message: `${pulling}.*its Chart.yaml calls it 'web'`,
  },
  {
    name: 'is another version',
    archive: async () => readFile(await packageChart('bench', { version: '8.8.8' })),
    reason: 'ChartPullError',
    message: `${pulling}.*its version is '8.8.8'`,
  },
  {
    name: 'has links',
    archive: () => chartWith({ path: 'bench/templates/x.yaml', type: '2', link: '/etc/passwd' }),
    reason: 'ChartPullError',
    message: `${pulling}.*link`,
  },
  {
    name: 'has paths that lead out',
    archive: () => chartWith({ path: 'bench/../../x.yaml', content: 'a: b' }),
    reason: 'ChartPullError',
    message: pulling,
  },
  {
    name: 'has a Chart.yaml that is a list',
    archive: () => forgeTar([{ path: 'bench/Chart.yaml', content: '- a\n' }]),
    reason: 'ChartPullError',
    message: `${pulling}.*Chart.yaml`,
  },
  {
    name: 'has dependencies that are null',
    archive: () => forgeTar([{ path: 'bench/Chart.yaml', content: `${CHART_YAML}dependencies: [null]\n` }]),
    reason: 'ChartPullError',
    message: `${pulling}.*dependencies`,
  },
  {
    name: 'has another digest than its entry',
    archive: async () => readFile(await packageChart('bench', { version: '9.9.9' })),
    entry: { digest: createHash('sha256').update('other').digest('hex') },
    reason: 'ChartPullError',
    message: `${pulling}.*digest`,
  },
  {
    name: 'is not where its entry says',
    entry: { urls: ['gone.tgz'] },
    reason: 'ChartPullError',
    message: `${pulling}.*404`,
  },
  { name: 'has an entry without a URL', entry: { urls: [] }, reason: 'ChartPullError', message: pulling },
  {
    name: 'is behind another scheme',
    entry: { urls: ['ftp://127.0.0.1/x.tgz'] },
    reason: 'ChartPullError',
    message: pulling,
  },
  { name: 'is refused', status: 401, reason: 'AuthenticationFailed', message: `${pulling}.*401` },
  { name: 'is forbidden', status: 403, reason: 'AuthenticationFailed', message: `${pulling}.*403` },
  { name: 'fails the server', status: 500, reason: 'ChartPullError', message: `${pulling}.*500` },
];

describe('a release that runs is left as it was by a newer chart that', () => {
  test.each(SERVED)('$name, and takes the one after it', async ({ archive, entry, status, ...told }) => {
    const { home, before } = await runningRelease();

    if (archive) home.charts.put('bench-9.9.9.tgz', await archive());
    home.charts.put('index.yaml', index({ version: '9.9.9', urls: ['bench-9.9.9.tgz'], ...entry }));
    if (status) home.charts.setFault(({ path }) => (path.endsWith('9.9.9.tgz') ? status : undefined));
    await home.request(Kind.HelmRepository, 'charts');
    await expectTold(home, Kind.HelmChart, `${home.namespace}-app`, told);
    expect(await footprint(home)).toEqual(before);

    home.charts.setFault(undefined);
    home.charts.put('bench-9.9.9.tgz', await readFile(await packageChart('bench', { version: '9.9.9' })));
    home.charts.put(
      'index.yaml',
      index({ version: '9.9.9', urls: ['bench-9.9.9.tgz'], created: '2026-01-01T00:00:00Z' }),
    );
    await home.request(Kind.HelmRepository, 'charts');
    await home.ready(Kind.HelmRelease, 'app', '9.9.9');
  });
});

function index(...entries: readonly Fields[]): string {
  const good = { name: 'bench', version: '0.1.0', urls: ['bench-0.1.0.tgz'] };
  return JSON.stringify({
    apiVersion: 'v1',
    entries: { bench: [...entries.map((entry) => ({ name: 'bench', ...entry })), good] },
  });
}
