import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { API_VERSION, Kind } from '../../api/object-ref.ts';
import { startChartServer } from '../support/chart-server.ts';
import { writeLargeIndex } from '../support/large-index.ts';
import { costOf, describeCost } from './cost.ts';
import { peakMemory } from './processes.ts';
import type { Row } from './report.ts';
import type { Rig } from './rig.ts';
import { isReady } from './sync.ts';
import { until } from './until.ts';
import { NAMESPACE } from './workload.ts';

// About 44 MB.
const CHARTS = 530;
const VERSIONS = 100;

/** A HelmRepository with an index of 44 MB, and `count` HelmCharts of it. */
export async function measureLargeIndex(rig: Rig, count: number): Promise<readonly Row[]> {
  const { kube, worker, stack } = rig;
  const root = join(stack.dir, 'charts');
  await using server = await startChartServer({ root });
  await server.publish('bench');
  server.put('index.yaml', await enlarged(join(root, 'index.yaml'), join(stack.dir, 'large.yaml')));
  const make = (kind: 'HelmRepository' | 'HelmChart', name: string, spec: object) =>
    kube.create({ apiVersion: API_VERSION[kind], kind, metadata: { name, namespace: NAMESPACE }, spec });
  const ready = (kind: 'HelmRepository' | 'HelmChart', wanted: number) =>
    until(
      kube,
      { apiVersion: API_VERSION[kind], kind, namespace: NAMESPACE },
      (objects) => objects.length === wanted && objects.every(isReady),
    );
  const rows: Row[] = [];
  const measured = async (what: string, among: number, work: () => Promise<unknown>) => {
    const before = costOf(rig);
    server.clearRequests();
    const started = performance.now();
    await work();
    const value = performance.now() - started;
    const fetched = server.requests.filter(({ path }) => path.endsWith('index.yaml')).length;
    const note = `${describeCost(rig, before, among)}; the index was fetched ${fetched} times`;
    console.error(`${what}: ${Math.round(value)} ms; ${note}`);
    rows.push({ what, value, unit: 'ms', note });
  };

  await measured('an index of 44 MB, fetched and read', 1, async () => {
    await make('HelmRepository', 'large', { url: server.url, interval: '1h' });
    await ready('HelmRepository', 1);
  });
  const sourceRef = { kind: Kind.HelmRepository, name: 'large' };
  await measured(`${count} HelmCharts of that index`, count, async () => {
    for (let index = 0; index < count; index += 1)
      await make('HelmChart', `chart-${index}`, { chart: 'bench', interval: '1h', sourceRef });
    await ready('HelmChart', count);
  });
  rows.push({ what: 'worker memory with that index, peak', value: peakMemory(worker.pid), unit: 'MiB' });
  return rows;
}

/** The index with the entries of many others behind its own. */
async function enlarged(own: string, large: string): Promise<string> {
  await writeLargeIndex(large, CHARTS, VERSIONS);
  const [others, ours] = await Promise.all([readFile(large, 'utf8'), readFile(own, 'utf8')]);
  const [, entries = ''] = /^entries:\n(.*?)^generated:/ms.exec(ours) ?? [];
  return others.replace('entries:\n', () => `entries:\n${entries}`);
}
