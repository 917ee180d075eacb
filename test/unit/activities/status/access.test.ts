import { expect, it } from 'vitest';
import { checkAccess, checkCrossNamespace } from '../../../../activities/status/access.ts';
import type { HelmRelease, HelmReleaseSpec } from '../../../../api/helm-release.ts';

const foreign = { kind: 'GitRepository', namespace: 'other', name: 'fleet' };

it.each([
  ['a reference without a namespace', [{ kind: 'GitRepository', name: 'fleet' }], true],
  ['a reference into its own namespace', [{ ...foreign, namespace: 'team' }], true],
  ['a reference elsewhere where that is allowed', [foreign], false],
  ['no reference at all', [], true],
])('allows %s', (_name, references, noCrossNamespaceRefs) => {
  expect(() => checkCrossNamespace('team', references, noCrossNamespaceRefs)).not.toThrow();
});

it.each([
  ['a source', [foreign], "can't access 'GitRepository/other/fleet'"],
  [
    'a dependency among others',
    [
      { kind: 'Kustomization', name: 'a' },
      { ...foreign, kind: 'Kustomization' },
    ],
    "'Kustomization/other/fleet'",
  ],
])('refuses %s elsewhere where that is forbidden', (_name, references, message) => {
  const check = () => checkCrossNamespace('team', references, true);

  expect(check).toThrow(message);
  expect(check).toThrow(
    expect.objectContaining({ type: 'AccessDenied', nonRetryable: true, details: [{ stalled: true }] }),
  );
});

const release = (spec: Partial<HelmReleaseSpec>) =>
  ({ kind: 'HelmRelease', metadata: { namespace: 'team', name: 'app' }, spec }) as unknown as HelmRelease;
const chartOf = (namespace?: string) => ({
  chart: {
    spec: { chart: 'web', sourceRef: { kind: 'HelmRepository' as const, name: 'charts', namespace } },
  },
});

it.each<{ readonly name: string; readonly spec: object; readonly denied: string }>([
  {
    name: 'the source of its chart: the chart would be made there',
    spec: chartOf('other'),
    denied: 'HelmChart/other/team-app',
  },
  {
    name: 'the chart that it refers to',
    spec: { chartRef: { kind: 'HelmChart', name: 'web', namespace: 'other' } },
    denied: 'HelmChart/other/web',
  },
  {
    name: 'a dependency',
    spec: { ...chartOf(), dependsOn: [{ name: 'base' }, { name: 'base', namespace: 'other' }] },
    denied: 'HelmRelease/other/base',
  },
])('a release may not leave its namespace for $name', ({ spec, denied }) => {
  const check = (isForbidden: boolean) => () => checkAccess(release(spec), isForbidden);

  expect(check(true)).toThrow(`can't access '${denied}', cross-namespace references have been blocked`);
  expect(check(false)).not.toThrow();
});

it.each<object>([
  chartOf(),
  chartOf('team'),
  { chartRef: { kind: 'HelmChart', name: 'web' } },
  { chartRef: { kind: 'HelmChart', name: 'web', namespace: 'team' }, dependsOn: [{ name: 'base' }] },
])('a release in its own namespace may have %j', (spec) => {
  expect(() => checkAccess(release(spec), true)).not.toThrow();
});
