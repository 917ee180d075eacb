import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { parse } from 'yaml';
import { startChartRegistry } from '../../support/chart-registry.ts';
import { type ChartServerOptions, startChartServer, testCertificates } from '../../support/chart-server.ts';
import { CHART_NAMES, packageChart } from '../../support/charts.ts';
import { helm } from '../../support/helm.ts';

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'pawl-charts-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const serve = (options: Partial<ChartServerOptions> = {}) =>
  startChartServer({ root: join(dir, 'served'), ...options });

/** What the plain helm finds in the repository under the name. */
async function version(url: string, chart: string, ...flags: readonly string[]): Promise<string> {
  const metadata = await helm(['show', 'chart', chart, '--repo', url, ...flags]);
  return (parse(metadata) as { version: string }).version;
}

it.each(CHART_NAMES)('the chart %s is packed, and says what it is for', async (chart) => {
  const metadata = await helm(['show', 'chart', await packageChart(chart)]);

  expect((parse(metadata) as { description: string }).description).toMatch(/^\w.+\.$/);
});

it('publishes versions that helm finds, and takes them away again', async () => {
  await using server = await serve({ path: '/stable' });
  await server.publish('bench');
  await server.publish('bench', { version: '0.2.0', values: { text: 'two' } });
  const newest = await version(server.url, 'bench');

  await server.unpublish('bench', '0.2.0');

  expect([newest, await version(server.url, 'bench')]).toEqual(['0.2.0', '0.1.0']);
});

it('lets in who knows the password, over TLS', async () => {
  const files = testCertificates();
  const auth = { username: 'reader', password: 'CANARY' };
  await using server = await serve({ auth, tls: { cert: files['server.crt'], key: files['server.key'] } });
  await server.publish('bench');
  const authority = join(dir, 'ca.crt');
  writeFileSync(authority, files['ca.crt'] ?? '');
  const trusting = ['--ca-file', authority];

  await expect(version(server.url, 'bench', ...trusting)).rejects.toThrow('401');
  const known = ['--username', 'reader', '--password', 'CANARY'];
  expect(await version(server.url, 'bench', ...trusting, ...known)).toBe('0.1.0');
});

it('answers that nothing has changed, counts requests, and fails when told', async () => {
  await using server = await serve();
  await server.publish('bench');
  const index = `${server.url}/index.yaml`;
  const tag = (await fetch(index)).headers.get('etag') ?? '';

  const again = await fetch(index, { headers: { 'If-None-Match': tag } });
  server.setFault(({ path }) => (path === '/index.yaml' ? 503 : undefined));
  const broken = await fetch(index);

  expect([again.status, broken.status, server.requests.length]).toEqual([304, 503, 3]);
});

it('a registry holds what helm pushed', async () => {
  await using registry = await startChartRegistry(dir);
  const digest = await registry.push('weird.names');

  const reference = `${registry.url}/9weird.na-mes_x@${digest}`;
  const metadata = await helm(['show', 'chart', reference, '--plain-http']);

  expect(parse(metadata)).toMatchObject({ version: '0.1.0-rc.1+build.7' });
});
