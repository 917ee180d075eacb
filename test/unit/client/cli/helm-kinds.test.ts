import { describe, expect, it } from 'vitest';
import { chartOf } from '../../../../client/cli/chart-of.ts';
import { headerFor, rowFor } from '../../../../client/cli/get-columns.ts';
import { KINDS, kindNamed } from '../../../../client/cli/kinds.ts';
import { kstatus, specProgress } from '../../../../client/cli/readiness.ts';
import type { Reconciled } from '../../../../client/cli/reconciled.ts';
import { refOf } from '../../../../client/cli/run-id.ts';
import { sourceToReconcile } from '../../../../client/cli/source-to-reconcile.ts';

const { HelmRepository, HelmChart, HelmRelease, GitRepository, Kustomization } = KINDS;

const object = (spec: object, status?: object): Reconciled =>
  ({ apiVersion: 'x', kind: 'x', metadata: { name: 'web', namespace: 'apps' }, spec, status }) as Reconciled;

const sourceRef = { kind: 'HelmRepository', name: 'charts', namespace: 'sources' };
const withChart = object({ chart: { spec: { chart: 'web', version: '1.x', sourceRef } } });
const withRef = object({ chartRef: { kind: 'HelmChart', name: 'shared', namespace: 'sources' } });

describe('words of the Helm kinds', () => {
  it.each([
    ['hr', 'HelmRelease'],
    ['HelmRelease', 'HelmRelease'],
    ['helmreleases', 'HelmRelease'],
    ['helmrepo', 'HelmRepository'],
    ['helm', 'HelmRepository'],
    ['helmrepositories', 'HelmRepository'],
    ['hc', 'HelmChart'],
    ['chart', 'HelmChart'],
    ['helmchart', 'HelmChart'],
    ['constructor', undefined],
  ])('%s is %s', (word, kind) => {
    expect(kindNamed(word)?.kind).toBe(kind);
  });

  const session = { flags: { namespace: 'apps' } };
  it.each([
    [['hr', 'web'], 'HelmRelease'],
    [['helmrelease/web'], 'HelmRelease'],
    [['source', 'helm', 'web'], 'HelmRepository'],
    [['source', 'chart', 'web'], 'HelmChart'],
  ])('%j names an object with runs', (words, kind) => {
    expect(refOf(session as never, words)).toEqual({ kind, namespace: 'apps', name: 'web' });
  });
});

describe('the chart of an object', () => {
  it.each([
    [withChart, { source: sourceRef, name: 'web', version: '1.x', isReferred: false }],
    [withRef, { source: withRef.spec['chartRef' as never], isReferred: true }],
    [
      object({ chart: 'web', version: '*', sourceRef }),
      { source: sourceRef, name: 'web', version: '*', isReferred: false },
    ],
    [object({}), { isReferred: false }],
  ])('of %j', (each, chart) => {
    expect(chartOf(each)).toEqual(chart);
  });
});

describe('what --with-source reconciles first', () => {
  it.each([
    ['the chart made for a release', HelmRelease, withChart, 'HelmChart sources/apps-web'],
    [
      'one beside it, where the source has no namespace',
      HelmRelease,
      object({ chart: { spec: { chart: 'web', sourceRef: { kind: 'GitRepository', name: 'x' } } } }),
      'HelmChart apps/apps-web',
    ],
    ['the chart that a release refers to', HelmRelease, withRef, 'HelmChart sources/shared'],
    [
      'the source of a chart, always beside it',
      HelmChart,
      object({ chart: 'web', sourceRef: { kind: 'GitRepository', name: 'x' } }),
      'GitRepository apps/x',
    ],
    ['the source of a Kustomization', Kustomization, object({ sourceRef }), 'HelmRepository sources/charts'],
    ['nothing of a source', GitRepository, object({ url: 'x' }), undefined],
  ])('is %s', (_what, info, each, expected) => {
    const found = sourceToReconcile(info, each, 'apps');

    expect(found && `${found.info.kind} ${found.namespace}/${found.name}`).toBe(expected);
  });

  it.each(['OCIRepository', 'ExternalArtifact', 'Kustomization'])('is never a %s', (kind) => {
    const release = object({ chartRef: { kind, name: 'x' } });

    expect(() => sourceToReconcile(HelmRelease, release, 'apps')).toThrow(
      `cannot reconcile source of kind ${kind}`,
    );
  });
});

describe('the tables', () => {
  const hash = 'a'.repeat(40);
  const ready = { type: 'Ready', status: 'True', reason: 'x', message: `at ${hash}`, lastTransitionTime: '' };
  const status = { artifact: { revision: `1.0.0+${hash}` }, conditions: [ready] };

  it.each([
    [HelmRepository, status, [`1.0.0+${'a'.repeat(8)}`, 'False', 'True', `at ${'a'.repeat(8)}`]],
    [HelmChart, status, [`1.0.0+${hash}`, 'False', 'True', `at ${'a'.repeat(8)}`]],
    [
      HelmRelease,
      { conditions: [ready], lastAttemptedRevision: '2.0.0', history: [{ chartVersion: `1.0.0+${hash}` }] },
      [`1.0.0+${hash}`, 'False', 'True', `at ${hash}`],
    ],
    [
      HelmRelease,
      { lastAttemptedRevision: '2.0.0', history: [] },
      ['2.0.0', 'False', 'False', 'waiting to be reconciled'],
    ],
  ])('cut hashes of $kind as flux does', (info, each, cells) => {
    expect(rowFor(info, object({}, each), {})).toEqual(['web', ...cells]);
  });

  it('say of a registry that it is ready, whatever its status says', () => {
    expect(rowFor(HelmRepository, object({ type: 'oci', url: 'oci://x' }), {}).slice(-2)).toEqual([
      'True',
      'Helm repository is Ready',
    ]);
  });

  it.each([
    [HelmRelease, withChart, ['HelmRepository/sources/charts', 'web', '1.x']],
    [HelmRelease, withRef, ['HelmChart/sources/shared', '', '']],
    [HelmRepository, object({ url: 'oci://x', type: 'oci' }), ['oci://x', 'oci']],
  ])('have more columns of $kind when wide', (info, each, cells) => {
    const row = rowFor(info, each, { output: 'wide' });

    expect(row.slice(5, 5 + cells.length)).toEqual(cells);
    expect(row).toHaveLength(headerFor(info, { output: 'wide' }).length);
  });

  it('show where a release comes from', () => {
    expect(rowFor(HelmRelease, withChart, { showSource: true, isAll: true }).slice(0, 2)).toEqual([
      'helmrelease/web',
      'HelmRepository/sources/charts',
    ]);
  });
});

describe('a registry, which nobody reconciles', () => {
  const registry = object({ type: 'oci' }, { observedGeneration: -1 });

  it('is ready without a status', () => {
    expect(specProgress(HelmRepository, registry)).toEqual({ state: 'current' });
    expect(kstatus(registry)).toEqual({ state: 'inProgress' });
  });

  it('is none of the other kinds', () => {
    expect([HelmChart, HelmRelease, GitRepository].some((info) => info.isStatic(registry))).toBe(false);
  });
});
