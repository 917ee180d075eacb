import { describe, expect, test } from 'vitest';
import { Kind } from '../../../api/object-ref.ts';
import {
  type BadChange,
  changeBadly,
  expectTold,
  footprint,
  runningRelease,
} from '../../support/bad-input.ts';
import { chartOf, type HelmHome } from '../../support/helm-home.ts';
import { grantAll } from '../../support/rbac.ts';

type Fields = Readonly<Record<string, unknown>>;

const SPECS: readonly BadChange[] = [
  {
    name: 'a kubeConfig',
    change: { kubeConfig: { secretRef: { name: 'k' } } },
    reason: 'UnsupportedField',
    message:
      '^spec\\.kubeConfig is set, which this release does not honour yet; the release was left as it is',
    isStalled: true,
    fix: { kubeConfig: null },
  },
  ...['OCIRepository', 'ExternalArtifact'].map((kind) => ({
    name: `a chartRef to an ${kind}`,
    change: { chart: null, chartRef: { kind, name: 'web' } },
    reason: 'UnsupportedField',
    message: `^spec\\.chartRef\\.kind: ${kind} is set, which this release does not honour yet`,
    isStalled: true,
    fix: { chartRef: null, chart: chartOf('bench') },
  })),
  {
    name: 'a chartRef to nothing',
    change: { chart: null, chartRef: { kind: 'HelmChart', name: 'none' } },
    reason: 'SourceNotReady',
    message: "^HelmChart '<ns>/none' not found: create it, or correct spec.chartRef$",
    fix: { chartRef: null, chart: chartOf('bench') },
  },
  {
    name: 'a health check that does not compile',
    change: { healthCheckExprs: [{ apiVersion: 'v1', kind: 'ConfigMap', current: 'status.(' }] },
    reason: 'InvalidCELExpression',
    message: 'spec\\.healthCheckExprs\\[0\\]\\.current',
    isStalled: true,
    fix: { healthCheckExprs: null },
  },
  {
    name: 'a readyExpr that does not compile',
    change: { dependsOn: [{ name: 'x', readyExpr: 'dep..' }] },
    reason: 'InvalidCELExpression',
    message: 'spec\\.dependsOn\\[0\\]\\.readyExpr',
    isStalled: true,
    fix: { dependsOn: null },
  },
  {
    name: 'a dependency that is not there',
    change: { dependsOn: [{ name: 'none' }] },
    reason: 'DependencyNotReady',
    message: "'<ns>/none'",
    fix: { dependsOn: null },
  },
  {
    name: 'a dependency on itself',
    change: { dependsOn: [{ name: 'app' }] },
    reason: 'DependencyCycle',
    message: '^the dependencies form a cycle .*<ns>/app -> <ns>/app; remove one of the dependsOn entries',
    isStalled: true,
    fix: { dependsOn: null },
  },
  ...['interval', 'timeout'].map((field) => ({
    name: `a bad ${field}`,
    change: { [field]: '9999999999h' },
    reason: 'InvalidSpec',
    message: `^spec\\.${field}: "9999999999h" is not a duration; write for example 10m`,
    isStalled: true,
    fix: { [field]: '1h' },
  })),
  {
    name: 'a bad timeout of an action',
    change: { rollback: { timeout: '9999999999h' } },
    reason: 'InvalidSpec',
    message: '^spec\\.rollback\\.timeout: "9999999999h" is not a duration',
    isStalled: true,
    fix: { rollback: null },
  },
  {
    name: 'a release name that helm refuses',
    change: { releaseName: 'Not_A_Name' },
    reason: 'InvalidSpec',
    message: '^spec\\.releaseName: "Not_A_Name" is no name of a release',
    isStalled: true,
    fix: { releaseName: null },
  },
  {
    name: 'a namespace that cannot be one',
    change: { targetNamespace: 'Not_A_Name' },
    reason: 'InvalidSpec',
    message: '^spec\\.targetNamespace: "Not_A_Name" is no name of a namespace',
    isStalled: true,
    fix: { targetNamespace: null },
  },
  {
    name: 'a service account that is not there',
    change: { serviceAccountName: 'none', values: { text: 'two' } },
    reason: 'ReconciliationFailed',
    message: 'system:serviceaccount:<ns>:none',
    fix: (home) => grantAll(home, 'none'),
  },
  {
    name: 'a service account that may not write',
    given: (home) => grantAll(home, 'reader', ['get', 'list', 'watch']),
    change: { serviceAccountName: 'reader', values: { text: 'two' } },
    reason: 'UpgradeFailed',
    message: 'system:serviceaccount:<ns>:reader',
    fix: { serviceAccountName: null },
  },
  {
    name: 'a patch that matches nothing helm knows',
    change: { postRenderers: [{ kustomize: { patches: [{ patch: 'not a patch' }] } }] },
    reason: 'UpgradeFailed',
    message: 'patch',
    fix: { postRenderers: null },
  },
  {
    name: 'a label that cannot be one',
    change: { commonMetadata: { labels: { 'not a label!': 'x' } } },
    isStalled: 'RetriesExceeded',
    reason: 'UpgradeFailed',
    message: 'not a label',
    fix: { commonMetadata: null },
  },
];

describe('a release that runs is left as it was by', () => {
  test.each(SPECS)('$name, and mended at once', async (change) => {
    const { before, after, mend } = await changeBadly(change);

    expect(after).toEqual(before);
    await mend();
  });
});

interface Fresh {
  readonly name: string;
  readonly spec: Fields;
  readonly message: string;
  readonly isStalled?: 'RetriesExceeded';
  readonly fix: (home: HelmHome, name: string) => Promise<unknown>;
}

const FRESH: readonly Fresh[] = [
  {
    name: 'a namespace that is not there',
    spec: { targetNamespace: '<ns>-none' },
    message:
      '^Helm install failed for release <ns>-none/app with chart bench@0.1.0: .*namespaces "<ns>-none" not found',
    isStalled: 'RetriesExceeded',
    fix: async (home, name) => {
      await home.kube.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
      await home.update(Kind.HelmRelease, 'other', { timeout: '31s' });
    },
  },
  {
    name: 'a namespace for the records that is not there',
    spec: { storageNamespace: '<ns>-none' },
    message:
      '^Helm install failed for release <ns>/.* with chart bench@0.1.0: .*namespaces "<ns>-none" not found',
    fix: ({ kube }, name) => kube.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }),
  },
];

describe('a release that is new says when it has', () => {
  test.each(FRESH)(
    '$name, and takes what runs beside it for nothing',
    async ({ spec, message, isStalled, fix }) => {
      const { home, before } = await runningRelease();
      const inside = (text: string) => text.replaceAll('<ns>', home.namespace);

      await home.release(
        'other',
        'bench',
        JSON.parse(inside(JSON.stringify({ releaseName: 'app2', ...spec }))) as Fields,
      );
      await expectTold(home, Kind.HelmRelease, 'other', {
        reason: 'InstallFailed',
        message: message.replace('/app with', '/app2 with'),
        ...(isStalled && { isStalled }),
      });
      expect(await footprint(home)).toEqual(before);

      await fix(home, inside('<ns>-none'));
      await home.ready(Kind.HelmRelease, 'other');
      expect(await footprint(home)).toEqual(before);
    },
  );
});

test('releases that wait for each other say so, all of them, and one change lets them go on', async () => {
  const { home, before } = await runningRelease();

  await home.release('other', 'bench', { dependsOn: [{ name: 'app' }] });
  await home.update(Kind.HelmRelease, 'app', { dependsOn: [{ name: 'other' }] });
  const told = { reason: 'DependencyCycle', message: 'form a cycle', isStalled: true };
  await expectTold(home, Kind.HelmRelease, 'app', told);
  expect(await footprint(home)).toEqual(before);

  await home.update(Kind.HelmRelease, 'app', { dependsOn: null });
  await home.ready(Kind.HelmRelease, 'app');
  await home.ready(Kind.HelmRelease, 'other');
});
