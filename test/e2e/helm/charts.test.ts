import { isDeepStrictEqual } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { Kind } from '../../../api/object-ref.ts';
import { startChartRegistry } from '../../support/chart-registry.ts';
import { chartFiles, type PackageOptions, packageChart } from '../../support/charts.ts';
import { createNamespace, temporaryFolder } from '../../support/harness.ts';
import { helm } from '../../support/helm.ts';
import { chartOf, type HelmHome, helmHome } from '../../support/helm-home.ts';
import { leftBehind } from '../../support/left-behind.ts';

type Fields = Readonly<Record<string, unknown>>;

type Left = Awaited<ReturnType<typeof leftBehind>>;

interface Case {
  readonly chart: string;
  /** In its Chart.yaml, where that is another name. */
  readonly name?: string;
  /** The chart's own, and that of the upgrade. */
  readonly versions?: readonly [string, string];
  /** Values of the install; those of the upgrade are laid over them. */
  readonly values?: Fields;
  readonly upgrade: Fields;
  /** What is different each time that the chart is rendered. */
  readonly random?: RegExp;
}

const PATIENCE = { timeout: 30_000, interval: 250 };

const CASES: readonly Case[] = [
  { chart: 'bench', upgrade: { text: 'two' } },
  { chart: 'web', upgrade: { replicas: 3, host: 'other.example' } },
  { chart: 'hooks', upgrade: { text: 'two' } },
  { chart: 'crd-template', upgrade: { gadgets: 1 } },
  { chart: 'subcharts', upgrade: { tags: { heavy: true }, second: { enabled: false }, cache: { size: 7 } } },
  { chart: 'library-user', upgrade: { data: { text: 'two', more: 'of it' } } },
  { chart: 'lookup', upgrade: { text: 'two' }, random: /(?<="password":")[^"]*/g },
  { chart: 'schema', upgrade: { port: 8080, mode: 'safe' } },
  { chart: 'ignored', upgrade: { text: 'two' } },
  { chart: 'notes', upgrade: { greeting: 'goodbye' } },
  {
    chart: 'weird.names',
    name: '9weird.na-mes_x',
    versions: ['0.1.0-rc.1+build.7', '0.1.0-rc.2+build.8'],
    upgrade: { text: 'two' },
  },
  { chart: 'kept', upgrade: { text: 'two', extra: false } },
  { chart: 'tests-pass', upgrade: { text: 'two' } },
  { chart: 'tests-fail', upgrade: { text: 'two' } },
  { chart: 'never-ready', values: { fits: true }, upgrade: { text: 'two' } },
  { chart: 'workloads', upgrade: { text: 'two', replicas: 3 } },
  { chart: 'jobs', upgrade: { text: 'two' } },
  { chart: 'failing-job', values: { failing: false }, upgrade: { text: 'two' } },
  { chart: 'raw-text', upgrade: { text: ' two\n---\n${TWO}\r\n', big: 98765432109876543210n.toString() } },
  { chart: 'cluster-scoped', upgrade: { verbs: ['get'] } },
  { chart: 'namespaces', upgrade: { text: 'two', parts: ['front', 'side'] } },
  { chart: 'credentials', upgrade: { password: 'second-password' } },
  { chart: 'hundred', upgrade: { text: 'two', count: 110 } },
  { chart: 'random', upgrade: { text: 'two' }, random: /(?<="(password|id|time|tls\.crt)":")[^"]*/g },
  { chart: 'generated-names', upgrade: { text: 'two' }, random: /(?<=app-)[a-z0-9]{6}\b/g },
  { chart: 'tpl', upgrade: { port: 9090, extra: 'again: {{ .Release.Name }}' } },
  { chart: 'required', values: { owner: 'somebody' }, upgrade: { owner: 'somebody-else' } },
  { chart: 'capabilities', upgrade: { text: 'two' } },
  { chart: 'immutable', upgrade: { text: 'two' } },
  { chart: 'legacy', upgrade: { part: { enabled: false } } },
  { chart: 'empty', upgrade: { text: 'something' } },
  { chart: 'documents', upgrade: { text: 'two' } },
  { chart: 'broken-template', values: { broken: false }, upgrade: { more: 1 } },
  { chart: 'broken-yaml', values: { broken: false }, upgrade: { more: 1 } },
  { chart: 'refused', upgrade: { more: 1 } },
];

/** A namespace in which the plain helm does by hand what a HelmRelease does in the other. */
class ByHand {
  readonly home: HelmHome;
  readonly namespace: string;

  constructor(home: HelmHome, namespace: string) {
    this.home = home;
    this.namespace = namespace;
  }

  async release(name: string, chart: string, options: PackageOptions, values: Fields): Promise<void> {
    const file = await packageChart(chart, options);
    const waiting = ['--wait', '--wait-for-jobs', '--timeout', '30s'];
    const flags = ['--install', '--values', '-', '--history-max', '5', ...waiting];
    await this.helm(['upgrade', name, file, ...flags], JSON.stringify(values));
  }

  helm(args: readonly string[], stdin?: string): Promise<string> {
    const { kubeconfig } = this.home.stack;
    return helm([...args, '--namespace', this.namespace], { kubeconfig, ...(stdin && { stdin }) });
  }
}

async function byHand(home: HelmHome): Promise<ByHand> {
  return new ByHand(home, await createNamespace(home.kube, 'plain'));
}

/** What charts left in a namespace, with the same word for what is random. */
async function left({ kube }: HelmHome, namespace: string, random: RegExp | undefined): Promise<Left> {
  const found = JSON.stringify(await leftBehind(kube, namespace));
  return JSON.parse(random ? found.replace(random, 'random') : found) as Left;
}

/** Waits until both namespaces look the same: controllers and deletions take their time. What they look like. */
async function expectSame(home: HelmHome, plain: ByHand, random: RegExp | undefined): Promise<Left> {
  const differences = async () => {
    const [ours, theirs] = await Promise.all([
      left(home, home.namespace, random),
      left(home, plain.namespace, random),
    ]);
    const keys = [...new Set([...Object.keys(ours), ...Object.keys(theirs)])];
    const different = keys.filter((key) => !isDeepStrictEqual(ours[key], theirs[key]));
    return Object.fromEntries(different.map((key) => [key, { ours: ours[key], theirs: theirs[key] }]));
  };
  await expect.poll(differences, PATIENCE).toEqual({});
  return left(home, home.namespace, random);
}

/** What helm has noted of a release, whoever made it. */
async function noted(home: HelmHome, { namespace }: { readonly namespace: string }): Promise<unknown> {
  const records = await home.records('app', namespace);
  return records.map(({ version, info, chart, config, hooks = [] }) => ({
    version,
    status: info.status,
    description: info.description,
    notes: info.notes,
    chart: chart.metadata,
    config,
    hooks: hooks.map(({ name, events }) => ({ name, events })),
  }));
}

/** Publishes a newer version, and asks for it together with other values, so that one upgrade does both. */
async function upgradeTo(
  home: HelmHome,
  { chart, name = chart }: Case,
  version: string,
  values: Fields,
): Promise<void> {
  await home.offer(chart, { version });
  await home.update(Kind.HelmRelease, 'app', { values, chart: chartOf(name, { version }) });
  await home.ready(Kind.HelmRelease, 'app', version);
}

test.each(CASES)('the chart $chart leaves what the plain helm leaves', async (each) => {
  const { chart, name = chart, versions = ['0.1.0', '0.2.0'], values = {}, random } = each;
  const [first, second] = versions;
  const later = { ...values, ...each.upgrade };
  const home = await helmHome({ charts: [chart] });
  const plain = await byHand(home);

  await Promise.all([
    home.install('app', name, { chart: chartOf(name, { version: first }), values }, first),
    plain.release('app', chart, {}, values),
  ]);
  const installed = await expectSame(home, plain, random);
  await Promise.all([
    upgradeTo(home, each, second, later),
    plain.release('app', chart, { version: second }, later),
  ]);
  const upgraded = await expectSame(home, plain, random);
  const records = await noted(home, home);

  expect(upgraded).not.toEqual(installed);
  expect(records).toEqual(await noted(home, plain));
  await Promise.all([home.uninstall('app'), plain.helm(['uninstall', 'app', '--wait'])]);
  await expectSame(home, plain, random);
  expect(await home.records('app')).toEqual([]);
});

test('a definition of a chart is there for the release that depends on it, and stays', async () => {
  const home = await helmHome({ charts: ['crds', 'crd-user'] });
  const plain = await byHand(home);

  await home.release('user', 'crd-user', { dependsOn: [{ name: 'crds' }], values: { size: 5 } });
  await home.release('crds', 'crds');
  await home.ready(Kind.HelmRelease, 'user', '0.1.0');
  await plain.release('crds', 'crds', {}, {});
  await plain.release('user', 'crd-user', {}, { size: 5 });
  const found = await expectSame(home, plain, undefined);

  expect(found['Widget/user']).toMatchObject({ spec: { size: 5 } });
  await Promise.all([home.uninstall('user'), plain.helm(['uninstall', 'user', '--wait'])]);
  await Promise.all([home.uninstall('crds'), plain.helm(['uninstall', 'crds', '--wait'])]);
  await expectSame(home, plain, undefined);
  const name = 'widgets.charts.test.example';
  const definition = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', name };
  expect(await home.kube.get(definition)).toBeDefined();
});

test('a chart in Git is packed with the dependency that it names by file', async () => {
  const files = { ...chartFiles('library', 'charts/library'), ...chartFiles('library-user', 'charts/user') };
  const home = await helmHome({ repository: false, source: {}, files });
  const plain = await byHand(home);
  const values = { data: { from: 'git' } };
  const sourceRef = { kind: Kind.GitRepository, name: 'home' };

  await home.release('app', '', { chart: { spec: { chart: './charts/user', sourceRef } }, values });
  await home.ready(Kind.HelmRelease, 'app', '0.1.0');
  await plain.release('app', 'library-user', {}, values);

  expect(await expectSame(home, plain, undefined)).not.toEqual({});
});

test('a chart of a registry is found by its version, also one with a plus', async () => {
  const home = await helmHome({ repository: false });
  const plain = await byHand(home);
  const registry = await startChartRegistry(temporaryFolder());
  onTestFinished(() => registry[Symbol.asyncDispose]());
  await registry.push('weird.names');
  await registry.push('weird.names', { version: '0.1.0-rc.2+build.8' });

  await home.repository('charts', { type: 'oci', url: registry.url, insecure: true });
  const chart = chartOf('9weird.na-mes_x', { version: '< 0.1.0-rc.2' });
  await home.install('app', '', { chart }, '0.1.0-rc.1+build.7');
  await plain.release('app', 'weird.names', {}, {});

  expect(await expectSame(home, plain, undefined)).not.toEqual({});
});
