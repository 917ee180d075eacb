import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, onTestFinished } from 'vitest';
import type { HelmRelease } from '../../api/helm-release.ts';
import { API_VERSION, Kind } from '../../api/object-ref.ts';
import { type ChartServer, type ChartServerOptions, startChartServer } from './chart-server.ts';
import type { PackageOptions } from './charts.ts';
import { FluxHome, type FluxHomeOptions, fluxHome, POLL } from './flux.ts';
import { temporaryFolder } from './harness.ts';
import { helm } from './helm.ts';

type Fields = Readonly<Record<string, unknown>>;

export interface HelmHomeOptions extends FluxHomeOptions {
  readonly server?: Omit<ChartServerOptions, 'root'>;
  /** Charts of the set that are published before the HelmRepository `charts` is made. */
  readonly charts?: readonly string[];
  /** More of the HelmRepository's spec; false makes none. */
  readonly repository?: Fields | false;
}

/** What helm keeps of one revision, as far as tests read it. */
export interface ReleaseRecord {
  readonly name: string;
  readonly namespace: string;
  readonly version: number;
  readonly info: { readonly status: string; readonly description: string; readonly notes?: string };
  readonly chart: { readonly metadata: { readonly name: string; readonly version: string } };
  readonly config?: Fields;
  readonly manifest: string;
  readonly hooks?: readonly { readonly name: string; readonly events: readonly string[] }[];
}

/** What `helm history` says of one revision. */
export interface HistoryLine {
  readonly revision: number;
  readonly status: string;
  readonly chart: string;
  readonly app_version: string;
  readonly description: string;
}

/** A namespace with a chart repository of its own and a HelmRepository `charts` for it, removed with the running test. */
export class HelmHome extends FluxHome {
  readonly charts: ChartServer;

  constructor(home: FluxHome, charts: ChartServer) {
    super(home.stack, home.kube, home.namespace, home.git);
    this.charts = charts;
  }

  /** Creates a HelmRepository of the home's server. */
  async repository(name = 'charts', spec: Fields = {}): Promise<void> {
    await this.kube.create({
      apiVersion: API_VERSION.HelmRepository,
      kind: Kind.HelmRepository,
      metadata: { name, namespace: this.namespace },
      spec: { url: this.charts.url, interval: '1h', ...spec },
    });
  }

  /** Publishes a chart, and waits until the HelmRepository has seen it. */
  async offer(chart: string, options?: PackageOptions): Promise<void> {
    await this.charts.publish(chart, options);
    await this.reconcile(Kind.HelmRepository, 'charts');
  }

  /** Creates a HelmRelease of a chart of the HelmRepository, its newest version; `spec.chart` replaces that. */
  async release(name: string, chart: string, spec: Fields = {}, metadata: Fields = {}): Promise<void> {
    await this.kube.create({
      apiVersion: API_VERSION.HelmRelease,
      kind: Kind.HelmRelease,
      metadata: { name, namespace: this.namespace, ...metadata },
      spec: { interval: '1h', timeout: '30s', chart: chartOf(chart), ...spec },
    });
  }

  /** Creates a HelmRelease, and waits until it is ready, with this version of the chart where one is given. */
  async install(name: string, chart: string, spec: Fields = {}, version?: string): Promise<HelmRelease> {
    await this.release(name, chart, spec);
    return this.ready(Kind.HelmRelease, name, version);
  }

  /** Deletes a HelmRelease, and waits until it is gone. */
  async uninstall(name: string): Promise<void> {
    await this.delete(Kind.HelmRelease, name);
    const { apiVersion, kind, namespace } = {
      ...this.ref(Kind.HelmRelease, name),
      apiVersion: API_VERSION.HelmRelease,
    };
    await this.gone({ apiVersion, kind, namespace, name });
  }

  /** The plain `helm`, as a person would run it in this namespace. */
  helm(...args: readonly string[]): Promise<string> {
    return helm([...args, '--namespace', this.namespace], { kubeconfig: this.stack.kubeconfig });
  }

  /** What `helm history` says, oldest first. */
  async history(release: string): Promise<readonly HistoryLine[]> {
    return JSON.parse(await this.helm('history', release, '--output', 'json')) as HistoryLine[];
  }

  /** The records of helm, oldest first; those of this namespace by default. */
  async records(release: string, namespace: string = this.namespace): Promise<readonly ReleaseRecord[]> {
    const labelSelector = `owner=helm,name=${release}`;
    const { items } = await this.kube.list({ apiVersion: 'v1', kind: 'Secret', namespace, labelSelector });
    return items
      .map((secret) => readRecord((secret['data'] as Record<string, string>)['release'] ?? ''))
      .toSorted((a, b) => a.version - b.version);
  }

  /** Waits until the newest record of helm has the status. */
  async recorded(release: string, status: string): Promise<ReleaseRecord> {
    const newest = async () => (await this.records(release)).at(-1);
    await expect.poll(newest, POLL).toMatchObject({ info: { status } });
    const record = await newest();
    if (record === undefined) throw new Error(`helm has no record of ${release} any more`);
    return record;
  }
}

/** A home for the running test, with the charts published and the HelmRepository created; no GitRepository by default. */
export async function helmHome(options: HelmHomeOptions = {}): Promise<HelmHome> {
  const { server = {}, charts = [], repository = {}, ...rest } = options;
  const home = await fluxHome({ source: false, ...rest });
  const served = await startChartServer({ ...server, root: join(temporaryFolder(), 'charts') });
  onTestFinished(() => served[Symbol.asyncDispose]());
  const made = new HelmHome(home, served);
  for (const chart of charts) await served.publish(chart);
  if (repository !== false) await made.repository('charts', repository);
  return made;
}

/** `spec.chart` of a HelmRelease. */
export function chartOf(chart: string, more: Fields = {}): Fields {
  return { spec: { chart, sourceRef: { kind: Kind.HelmRepository, name: 'charts' }, ...more } };
}

// Base64 of Kubernetes around base64 of helm around gzip.
function readRecord(data: string): ReleaseRecord {
  const packed = Buffer.from(Buffer.from(data, 'base64').toString(), 'base64');
  return JSON.parse(gunzipSync(packed).toString()) as ReleaseRecord;
}
