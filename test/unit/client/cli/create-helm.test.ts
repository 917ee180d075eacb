import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { helmChartManifest } from '../../../../client/cli/create-helm-chart.ts';
import { helmReleaseManifest } from '../../../../client/cli/create-helm-release.ts';
import { helmRepositoryManifest, helmSecretManifest } from '../../../../client/cli/create-helm-repository.ts';
import { formatExport } from '../../../../client/cli/manifest.ts';
import { temporaryFolder } from '../../../support/harness.ts';

const at = { name: 'podinfo', namespace: 'flux-system' };
const hr = { interval: '1m', reconcileStrategy: 'ChartVersion' };
const ofRepository = { ...hr, source: 'HelmRepository/podinfo', chart: 'podinfo' };
const repository = { interval: '1m', url: 'https://charts.example.com' };

function file(name: string, text: string): string {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, text);
  return path;
}

// The expected texts are the output of the stock CLI (2.9.4) for the same flags.

describe('create hr --export', () => {
  it('prints what flux prints for a chart of a repository', () => {
    const options = { ...ofRepository, source: 'HelmRepository/podinfo.sources', chartVersion: '>4.0.0' };

    expect(formatExport(helmReleaseManifest(at, { ...options, interval: '10m' }))).toBe(`---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: podinfo
  namespace: flux-system
spec:
  chart:
    spec:
      chart: podinfo
      reconcileStrategy: ChartVersion
      sourceRef:
        kind: HelmRepository
        name: podinfo
        namespace: sources
      version: '>4.0.0'
  interval: 10m0s
`);
  });

  it('prints what flux prints for all flags', () => {
    const below = file('below.yaml', 'a: 1\nlist: [1, 2]\nn: {x: yes, y: "on"}\nf: 1.0\ne: 1e3\n');
    const above = file('above.yaml', 'n: {y: 2, z: 0644}\nlist: [3]\n');

    const manifest = helmReleaseManifest(at, {
      interval: '1m',
      source: 'gitrepository/podinfo',
      chart: './charts/podinfo',
      values: [below, above],
      valuesFrom: ['Secret/my-secret', 'configmap/cm'],
      dependsOn: ['a', 'b/c'],
      targetNamespace: 'test',
      createTargetNamespace: true,
      crds: 'CreateReplace',
      serviceAccount: 'sa',
      releaseName: 'rel',
      reconcileStrategy: 'Revision',
      chartInterval: '5m',
      kubeconfigSecretRef: 'kc',
      label: ['x=y', 'z=w'],
    });

    expect(formatExport(manifest)).toBe(`---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  labels:
    x: "y"
    z: w
  name: podinfo
  namespace: flux-system
spec:
  chart:
    spec:
      chart: ./charts/podinfo
      interval: 5m0s
      reconcileStrategy: Revision
      sourceRef:
        kind: GitRepository
        name: podinfo
  dependsOn:
  - name: a
  - name: c
    namespace: b
  install:
    crds: Create
    createNamespace: true
  interval: 1m0s
  kubeConfig:
    secretRef:
      name: kc
  releaseName: rel
  serviceAccountName: sa
  storageNamespace: test
  targetNamespace: test
  upgrade:
    crds: CreateReplace
  values:
    a: 1
    e: 1000
    f: 1
    "false":
      "true": 2
      x: true
      z: 420
    list:
    - 3
  valuesFrom:
  - kind: Secret
    name: my-secret
  - kind: ConfigMap
    name: cm
`);
  });

  it('prints what flux prints for a chart that exists', () => {
    const options = {
      ...hr,
      chartRef: 'HelmChart/podinfo.flux-system',
      storageNamespace: 'st',
      crds: 'Skip',
    };

    expect(helmReleaseManifest(at, options)['spec']).toEqual({
      chartRef: { kind: 'HelmChart', name: 'podinfo', namespace: 'flux-system' },
      install: { crds: 'Create' },
      interval: '1m0s',
      storageNamespace: 'st',
      upgrade: { crds: 'Skip' },
    });
  });

  it('keeps the digits of integers that a double cannot hold', () => {
    const values = [file('values.yaml', 'id: 12345678901234567890\n')];

    expect(formatExport(helmReleaseManifest(at, { ...ofRepository, values }))).toContain(
      'id: 12345678901234567890\n',
    );
  });

  it.each([
    [hr, 'chart or chart-ref is required'],
    [{ ...ofRepository, chartRef: 'HelmChart/b' }, 'cannot use --chart in combination with --chart-ref'],
    // Here flux writes an object that no API server takes.
    [{ ...hr, chart: 'a' }, 'chart source is required'],
    [{ ...ofRepository, source: 'Foo/x' }, "source kind 'Foo' is not supported, must be one of: Helm"],
    [{ ...ofRepository, source: 'x' }, "invalid helm chart source 'x', must be in format <kind>/<name>"],
    [{ ...hr, chartRef: 'Foo/x' }, "chart reference kind 'Foo' is not supported, must be one of: OCIRep"],
    [{ ...hr, chartRef: 'x' }, "chart reference kind '' is not supported"],
    [{ ...ofRepository, reconcileStrategy: 'nope' }, "'nope' is an invalid reconcile strategy"],
    [{ ...ofRepository, crds: 'nope' }, "unsupported upgrade CRDs policy 'nope', must be one of: Skip"],
    [{ ...ofRepository, valuesFrom: ['nope'] }, "invalid Kubernetes object reference 'nope'"],
    [{ ...ofRepository, valuesFrom: ['Pod/x'] }, "reference kind 'Pod' is not supported"],
    [{ ...ofRepository, values: ['nope.yaml'] }, 'reading values from nope.yaml failed'],
    [{ ...ofRepository, label: ['x'] }, "invalid label format 'x'"],
  ])('refuses %j', (options, message) => {
    expect(() => helmReleaseManifest(at, options)).toThrow(message);
  });

  it.each(['- a\n', 'text\n', 'a: 1\n---\nb: 2\n'])('refuses values such as %j', (text) => {
    const values = [file('values.yaml', text)];

    expect(() => helmReleaseManifest(at, { ...ofRepository, values })).toThrow('are not one YAML map');
  });
});

describe('create source helm --export', () => {
  it('prints what flux prints for a registry', () => {
    const options = {
      ...repository,
      url: 'oci://registry.example.com/charts',
      ociProvider: 'aws',
      secretRef: 'login',
      passCredentials: true,
      fetchTimeout: '30s',
    };

    expect(helmRepositoryManifest(at, options, undefined)['spec']).toEqual({
      interval: '1m0s',
      passCredentials: true,
      provider: 'aws',
      secretRef: { name: 'login' },
      timeout: '30s',
      type: 'oci',
      url: 'oci://registry.example.com/charts',
    });
  });

  it('has neither type nor provider for a repository with an index', () => {
    const manifest = helmRepositoryManifest(at, { ...repository, ociProvider: 'aws' }, undefined);

    expect(manifest['spec']).toEqual({ interval: '1m0s', url: 'https://charts.example.com' });
  });

  it.each([
    [{ url: '' }, 'url is required'],
    [{ url: 'ftp://x/y' }, "url scheme 'ftp' not supported, can be: http, https and oci"],
    [{ url: 'https:///y' }, 'url host is required'],
  ])('refuses %j', (options, message) => {
    expect(() => helmRepositoryManifest(at, { ...repository, ...options }, undefined)).toThrow(message);
  });

  it('makes a Secret of a login and a CA', () => {
    const caFile = file('ca.crt', 'CA');
    const options = { ...repository, username: 'u', password: 'p', caFile };

    expect(helmSecretManifest(at, options)).toMatchObject({
      metadata: { name: 'helm-podinfo', namespace: 'flux-system' },
      type: 'kubernetes.io/basic-auth',
      stringData: { username: 'u', password: 'p', 'ca.crt': 'CA' },
    });
  });

  it('makes a Secret of a certificate rather than of a login', () => {
    const [certFile, keyFile] = [file('tls.crt', 'CERT'), file('tls.key', 'KEY')];
    const options = { ...repository, username: 'u', password: 'p', certFile, keyFile };

    expect(helmSecretManifest(at, options)).toMatchObject({
      type: 'kubernetes.io/tls',
      stringData: { 'tls.crt': 'CERT', 'tls.key': 'KEY' },
    });
  });

  it('makes no Secret where one is named or nothing is secret', () => {
    expect(helmSecretManifest(at, repository)).toBeUndefined();
    expect(
      helmSecretManifest(at, { ...repository, secretRef: 'x', username: 'u', password: 'p' }),
    ).toBeUndefined();
  });

  it('refuses half a login', () => {
    expect(() => helmSecretManifest(at, { ...repository, username: 'u' })).toThrow('go together');
  });
});

describe('create source chart --export', () => {
  it('prints what flux prints for a signed chart', () => {
    const options = { ...ofRepository, verifyProvider: 'cosign', verifySecretRef: 'k' };
    const identity = { verifyIssuer: 'i', verifySubject: 's' };

    expect(helmChartManifest(at, { ...options, ...identity, chartVersion: '6.x' })['spec']).toEqual({
      chart: 'podinfo',
      interval: '1m0s',
      reconcileStrategy: 'ChartVersion',
      sourceRef: { kind: 'HelmRepository', name: 'podinfo' },
      verify: {
        matchOIDCIdentity: [{ issuer: 'i', subject: 's' }],
        provider: 'cosign',
        secretRef: { name: 'k' },
      },
      version: '6.x',
    });
  });

  it('takes dots in the name of its source for part of it', () => {
    const manifest = helmChartManifest(at, { ...ofRepository, source: 'HelmRepository/a.b' });

    expect(manifest['spec']).toMatchObject({ sourceRef: { kind: 'HelmRepository', name: 'a.b' } });
  });

  it.each([
    [{ ...hr, chart: 'a' }, 'chart source is required'],
    [{ ...hr, source: 'HelmRepository/x' }, 'chart name or path is required'],
    [{ ...ofRepository, verifySecretRef: 'k' }, 'must be specified when a secret is specified'],
    [{ ...ofRepository, verifyIssuer: 'i' }, 'must be specified when OIDC issuer/subject is specified'],
    [{ ...ofRepository, verifyProvider: 'x' }, "verify provider 'x' is not supported"],
  ])('refuses %j', (options, message) => {
    expect(() => helmChartManifest(at, options)).toThrow(message);
  });
});
