import { describe, expect, it } from 'vitest';
import type { ChartIndex, ChartVersion } from '../../../../../activities/fetch/helm/contract.ts';
import { resolveVersion } from '../../../../../activities/fetch/helm/http-charts.ts';
import { chooseVersion } from '../../../../../activities/fetch/helm/resolve-version.ts';

const PUBLISHED = ['2.1.0-rc.1', '2.0.0', '1.10.0', 'v1.9.0', '1.2.3+two', '1.2.3+one', '1.2', '0.9.0'];

function versions(texts: readonly string[]): ChartVersion[] {
  return texts.map((version) => ({ name: 'app', version, urls: [] }));
}

function chosen(range: string, texts: readonly string[] = PUBLISHED): string {
  const found = chooseVersion(versions(texts), 'app', range);
  return 'problem' in found ? found.problem : found.version;
}

describe('the version that Flux takes', () => {
  it.each([
    ['', '2.0.0'],
    ['*', '2.0.0'],
    ['>=1.0.0, <2.0.0', '1.10.0'],
    ['1.x', '1.10.0'],
    ['~1.9', 'v1.9.0'],
    ['>=2.0.0-0', '2.1.0-rc.1'],
    ['2.1.0-rc.1', '2.1.0-rc.1'],
    ['v1.9.0', 'v1.9.0'],
    ['1.9.0', 'v1.9.0'],
    ['1.2.3+one', '1.2.3+one'],
    ['1.2.3', '1.2.3+two'],
    // What is written so is taken, though no range would find it.
    ['1.2', '1.2'],
    ['^0.9 || ^1.10', '1.10.0'],
  ])('for %j is %s', (range, version) => {
    expect(chosen(range)).toBe(version);
  });

  it.each([
    ['3.x', '2.1.0-rc.1, 2.0.0, 1.10.0'],
    ['1.9.5', '1.10.0, v1.9.0, 1.2.3+two'],
    ['<0.5', '1.2.3+two, 1.2.3+one, 0.9.0'],
  ])('for %s is none, and the nearest are named', (range, names) => {
    expect(chosen(range)).toBe(
      `no 'app' chart with version matching '${range}' found; the nearest there are of 7: ${names}`,
    );
  });

  it('is none where only a prerelease would do, and the message says how to admit it', () => {
    expect(chosen('>=2.0.0', ['2.1.0-rc.1'])).toContain('prereleases count only where the range names one');
  });

  it.each([
    ['not a range', 'improper constraint: "not a range" is no range'],
    ['1.0.0.0', 'improper constraint: "1.0.0.0" is no range'],
  ])('for %j is none, since that is no range', (range, problem) => {
    expect(chosen(range)).toBe(problem);
  });

  it('is none among versions that no range could match', () => {
    expect(chosen('*', ['1.2'])).toContain('it has no version that could match any range');
  });
});

describe('a chart of an index', () => {
  const index: ChartIndex = {
    digest: 'sha256:x',
    charts: 2,
    versions: 1,
    warnings: [],
    bytes: 0,
    names: () => ['app', 'app-extras'],
    versionsOf: (chart) => (chart === 'app' ? versions(['1.0.0']) : undefined),
  };
  const repository = {
    metadata: { namespace: 'apps', name: 'charts' },
    spec: { url: 'https://user:CANARY@charts.example.com/stable?token=CANARY', provider: 'generic' },
  } as const;

  it.each([
    [
      'that is not there',
      { chart: 'apps', version: '*' },
      "no chart name found: HelmRepository 'apps/charts' (https://charts.example.com/stable) has no 'apps', but app",
    ],
    [
      'of no such version',
      { chart: 'app', version: '2.x' },
      "no 'app' chart with version matching '2.x' found; the nearest there are: 1.0.0; in HelmRepository 'apps/charts' (https://charts.example.com/stable)",
    ],
  ])('%s stalls as InvalidChartReference', (_name, wanted, problem) => {
    const prefix = 'invalid chart reference: failed to get chart version for remote reference: ';

    expect(() => resolveVersion(index, repository, wanted)).toThrow(
      expect.objectContaining({
        type: 'InvalidChartReference',
        details: [{ stalled: true }],
        message: `${prefix}${problem}`,
      }),
    );
  });
});
