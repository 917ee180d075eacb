import { join } from 'node:path';
import pLimit from 'p-limit';
import type { HelmRelease } from '../../api/helm-release.ts';
import type { KubeObject } from '../../api/kube-object.ts';
import { Annotation } from '../../api/names.ts';
import { API_VERSION, Kind } from '../../api/object-ref.ts';
import { startChartServer } from '../support/chart-server.ts';
import { packageChart } from '../support/charts.ts';
import { type BareHelm, bareHelm } from './bare-helm.ts';
import { costOf, describeCost } from './cost.ts';
import { peakMemory, watchChildren } from './processes.ts';
import type { Row } from './report.ts';
import { requestsTo } from './requests.ts';
import type { Rig } from './rig.ts';
import { historyEvents, type Passes, passesSince } from './runs.ts';
import { isReady } from './sync.ts';
import { until } from './until.ts';
import { NAMESPACE } from './workload.ts';

const RELEASES = { apiVersion: API_VERSION.HelmRelease, kind: Kind.HelmRelease, namespace: NAMESPACE };
const REPOSITORY = {
  apiVersion: API_VERSION.HelmRepository,
  kind: Kind.HelmRepository,
  namespace: NAMESPACE,
  name: 'charts',
};
const NEWER = '0.2.0';
const IN_FLIGHT = 20;

interface Measure {
  readonly what: string;
  readonly bare: BareHelm;
  readonly act: () => Promise<unknown>;
  readonly claim: (release: KubeObject) => boolean;
}

/** Install, a new version of the chart, changed values and a pass without a change, of `count` HelmReleases of one HelmRepository. */
export async function measureReleases(rig: Rig, count: number): Promise<readonly Row[]> {
  const { kube, worker } = rig;
  await using charts = await startChartServer({ root: join(rig.stack.dir, 'charts') });
  await charts.publish('bench');
  await kube.create({ ...objectOf(REPOSITORY), spec: { url: charts.url, interval: '1h' } });
  await until(kube, REPOSITORY, ([repository]) => repository !== undefined && isReady(repository));
  using children = watchChildren(worker.pid);

  const rows: Row[] = [];
  for (const measure of await measures(rig, count, () => charts.publish('bench', { version: NEWER })))
    rows.push(...(await measured(rig, count, measure)));
  const name = (what: string) => `${what}, N=${count}`;
  rows.push({ what: name('worker memory, peak'), value: peakMemory(worker.pid), unit: 'MiB' });
  rows.push({ what: name('helm processes, all together, peak'), value: children.peak, unit: 'MiB' });
  for (const type of ['helmChart', 'helmRelease'])
    rows.push({
      what: name(`history events of a run of ${type}, median`),
      value: await historyEvents(rig, type),
      unit: '',
    });
  return rows;
}

async function measures(rig: Rig, count: number, publish: () => Promise<void>): Promise<readonly Measure[]> {
  const { kube } = rig;
  const limit = pLimit(IN_FLIGHT);
  const each = <T>(work: (index: number) => Promise<T>) =>
    Promise.all(Array.from({ length: count }, (_, index) => limit(() => work(index))));
  const older = await packageChart('bench');
  const newer = await packageChart('bench', { version: NEWER });
  const bare = {
    install: await bareHelm(rig, count, { chart: older, text: 'a' }),
    upgrade: await bareHelm(rig, count, { chart: newer, text: 'a' }),
    values: await bareHelm(rig, count, { chart: newer, text: 'b' }),
    same: await bareHelm(rig, count, { chart: newer, text: 'b' }),
  };
  const request = { metadata: { annotations: { [Annotation.requestedAt]: 'bench' } } };
  const values = { spec: { values: { text: 'b' } } };
  return [
    {
      what: 'install',
      bare: bare.install,
      act: () => each((index) => kube.create(helmRelease(index))),
      claim: isReady,
    },
    {
      what: 'a new version of the chart',
      bare: bare.upgrade,
      act: async () => {
        await publish();
        await kube.patch(REPOSITORY, request, { type: 'merge' });
      },
      claim: (object) => isReady(object) && newest(object)?.chartVersion === NEWER,
    },
    {
      what: 'changed values',
      bare: bare.values,
      act: () => each((index) => kube.patch(targetOf(index), values, { type: 'merge' })),
      claim: (object) => isReady(object) && object.metadata.generation === 2,
    },
    {
      what: 'a pass without a change',
      bare: bare.same,
      act: () => each((index) => kube.patch(targetOf(index), request, { type: 'merge' })),
      claim: (object) => statusOf(object).lastHandledReconcileAt === 'bench',
    },
  ];
}

async function measured(
  rig: Rig,
  count: number,
  { what, bare, act, claim }: Measure,
): Promise<readonly Row[]> {
  const { kube } = rig;
  const name = (of: string) => `releases: ${of}, N=${count}`;
  const before = { cost: costOf(rig), requests: await requestsTo(kube) };
  const since = new Date();
  const started = performance.now();
  await Promise.all([
    act(),
    until(kube, RELEASES, (objects) => objects.length === count && objects.every(claim)),
  ]);
  const ms = performance.now() - started;
  const note = describeCost(rig, before.cost, count);
  const after = await requestsTo(kube);
  const requests = Math.round((after.all - before.requests.all) / count);
  const statuses = ((after.statuses - before.requests.statuses) / count).toFixed(1);
  const passes = {
    charts: describePasses(await passesSince(rig, 'helmChart', since)),
    releases: describePasses(await passesSince(rig, 'helmRelease', since)),
  };
  console.error(`${name(what)}: ${Math.round(ms)} ms, bare helm ${Math.round(bare.ms)} ms; ${note}`);
  console.error(
    `  requests of each ${requests}, of statuses ${statuses}; charts: ${passes.charts}; releases: ${passes.releases}`,
  );
  return [
    {
      what: name(what),
      value: ms,
      unit: 'ms',
      bareMs: bare.ms,
      note: `${note}; of a bare helm ${Math.round(bare.cpu)}`,
    },
    {
      what: name('requests to the API server, of each'),
      value: requests,
      unit: '',
      note: `${statuses} of them write a status; passes of charts: ${passes.charts}; of releases: ${passes.releases}`,
    },
  ];
}

function describePasses(passes: Passes): string {
  return [...passes].map(([what, count]) => `${count} ${what}`).join(', ') || 'none';
}

function statusOf(object: KubeObject): NonNullable<HelmRelease['status']> {
  return (object['status'] ?? {}) as NonNullable<HelmRelease['status']>;
}

function newest(object: KubeObject) {
  return statusOf(object).history?.[0];
}

function helmRelease(index: number): KubeObject {
  const chart = { chart: 'bench', sourceRef: { kind: Kind.HelmRepository, name: REPOSITORY.name } };
  return {
    ...objectOf(targetOf(index)),
    spec: { interval: '1h', chart: { spec: chart }, values: { text: 'a' } },
  };
}

function targetOf(index: number) {
  return { ...RELEASES, name: `release-${String(index).padStart(4, '0')}` };
}

function objectOf({ apiVersion, kind, ...metadata }: typeof REPOSITORY | ReturnType<typeof targetOf>) {
  return { apiVersion, kind, metadata };
}
