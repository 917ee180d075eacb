import { describe, expect, test } from 'vitest';
import { Kind } from '../../../api/object-ref.ts';
import { expectTold, footprint, runningRelease } from '../../support/bad-input.ts';
import { chartFiles } from '../../support/charts.ts';
import { chartOf, type HelmHome } from '../../support/helm-home.ts';
import type { Told } from '../../support/told.ts';

type Fields = Readonly<Record<string, unknown>>;

interface Case extends Told {
  readonly name: string;
  /** Of `spec.chart.spec`. */
  readonly change: Fields;
}

// Each is told by the HelmChart, and by the release that waits for it.
const SPECS: readonly Case[] = [
  {
    name: 'a chart that is not there',
    change: { chart: 'none' },
    reason: 'InvalidChartReference',
    message: '^invalid chart reference: .*none',
    isStalled: true,
  },
  {
    name: 'a range that no version matches',
    change: { version: '>= 2' },
    reason: 'InvalidChartReference',
    message: "^invalid chart reference: .*'?bench'? .*>= 2",
    isStalled: true,
  },
  {
    name: 'a range that is none',
    change: { version: 'newest' },
    reason: 'InvalidChartReference',
    message: '^invalid chart reference: .*newest',
    isStalled: true,
  },
  ...['../bench', 'a/b', '-x', '.'].map((chart) => ({
    name: `the name ${chart}`,
    change: { chart },
    reason: 'InvalidChartReference',
    message: '^invalid chart reference: invalid chart name .* in spec.chart',
    isStalled: true,
  })),
  {
    name: 'values files that are not there',
    change: { valuesFiles: ['values.yaml', 'prod.yaml'] },
    reason: 'ValuesFilesError',
    message: '^values files merge error: .*prod\\.yaml',
    isStalled: true,
  },
  {
    name: 'values files outside of the chart',
    change: { valuesFiles: ['../../../../etc/passwd'] },
    reason: 'ValuesFilesError',
    message: '^values files merge error: .*etc/passwd',
    isStalled: true,
  },
  {
    name: 'a source that is not there',
    change: { sourceRef: { kind: 'HelmRepository', name: 'none' } },
    reason: 'SourceUnavailable',
    message: '^HelmRepository/<ns>/none not found: create it, or correct spec.sourceRef$',
  },
  {
    name: 'a bucket',
    change: { sourceRef: { kind: 'Bucket', name: 'none' } },
    reason: 'UnsupportedField',
    message: '^spec\\.sourceRef\\.kind: Bucket of HelmChart is set, which this release does not honour yet',
    isStalled: true,
  },
  {
    name: 'a signature that a repository over HTTP does not have',
    change: { verify: { provider: 'cosign', secretRef: { name: 'keys' } } },
    reason: 'ChartVerificationError',
    message: "^chart verification error: HelmRepository 'charts' is no registry.*correct spec.verify",
  },
  {
    name: 'a signature by notation',
    change: { verify: { provider: 'notation', secretRef: { name: 'keys' } } },
    reason: 'UnsupportedField',
    message: '^spec\\.verify\\.provider: notation',
    isStalled: true,
  },
];

describe('a release that runs waits for a chart with', () => {
  test.each(SPECS)('$name, and is mended at once', async ({ change, ...told }) => {
    const { home, before } = await runningRelease();

    await home.update(Kind.HelmRelease, 'app', { chart: chartOf('bench', change) });
    await expectBadChart(home, told);
    expect(await footprint(home)).toEqual(before);

    await home.update(Kind.HelmRelease, 'app', { chart: chartOf('bench', absent(change)) });
    await home.ready(Kind.HelmRelease, 'app');
    expect(await footprint(home)).toEqual(before);
  });
});

/** The fields back to what they were. */
function absent(change: Fields): Fields {
  const { chart: _chart, sourceRef: _source, ...rest } = change;
  return Object.fromEntries(Object.keys(rest).map((field) => [field, null]));
}

async function expectBadChart(home: HelmHome, told: Told): Promise<void> {
  const { namespace } = home;
  await expectTold(home, Kind.HelmChart, `${namespace}-app`, told);
  const message = `^HelmChart '<ns>/<ns>-app' is not ready: .*${told.message.replace(/^\^|\$$/g, '')}`;
  await expectTold(home, Kind.HelmRelease, 'app', { reason: 'SourceNotReady', message });
}

const git = (path: string, more: Fields = {}) => ({
  chart: path,
  sourceRef: { kind: 'GitRepository', name: 'home' },
  ...more,
});

const PATHS: readonly Case[] = [
  {
    name: 'out of the artifact',
    change: git('../../../etc'),
    reason: 'InvalidChartReference',
    message: 'etc',
    isStalled: true,
  },
  {
    name: 'to nothing',
    change: git('./charts/none'),
    reason: 'InvalidChartReference',
    message: 'none',
    isStalled: true,
  },
  {
    name: 'to a folder that is no chart',
    change: git('./docs'),
    reason: 'InvalidChartReference',
    message: 'docs',
    isStalled: true,
  },
  {
    name: 'to a file',
    change: git('./docs/readme.md'),
    reason: 'InvalidChartReference',
    message: 'readme',
    isStalled: true,
  },
  {
    name: 'to a chart whose dependency nobody has',
    change: git('./charts/needy'),
    reason: 'DependencyBuildError',
    message: '^dependency build error: .*missing',
  },
  {
    name: 'with values files that are not there',
    change: git('./charts/bench', { valuesFiles: ['./prod.yaml'] }),
    reason: 'ValuesFilesError',
    message: 'prod\\.yaml',
    isStalled: true,
  },
];

describe('a release that runs waits for a chart in Git with a path', () => {
  test.each(PATHS)('$name', async ({ change, ...told }) => {
    const needy = 'apiVersion: v2\nname: needy\nversion: 0.1.0\ndependencies:\n';
    const files = {
      ...chartFiles('bench', 'charts/bench'),
      'charts/needy/Chart.yaml': `${needy}  - {name: missing, version: 1.0.0, repository: "file://../missing"}\n`,
      'docs/readme.md': '# Nothing\n',
    };
    const { home, before } = await runningRelease({ files, source: {} });
    await home.ready(Kind.GitRepository, 'home');

    await home.update(Kind.HelmRelease, 'app', { chart: { spec: change } });
    await expectBadChart(home, told);
    expect(await footprint(home)).toEqual(before);

    await home.update(Kind.HelmRelease, 'app', {
      chart: { spec: { ...git('./charts/bench'), valuesFiles: null } },
    });
    await home.ready(Kind.HelmRelease, 'app', '0.1.0');
  });
});
