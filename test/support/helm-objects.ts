import { gzipSync } from 'node:zlib';
import type { KubeClient } from '../../activities/kube/client.ts';
import { targetOf } from '../../activities/kube/client.ts';
import type { KubeObject } from '../../api/kube-object.ts';

const COMMIT = '6a1b2c3d4e5f60718293a4b5c6d7e8f901234567';
const DIGEST = `sha256:${'9'.repeat(64)}`;
const TIME = '2026-01-02T03:04:05Z';

/** Puts objects into a cluster as controllers would have left them: each with its status. */
export async function putObjects(kube: KubeClient, objects: readonly KubeObject[]): Promise<void> {
  for (const object of objects) {
    const { status, ...rest } = object;
    const created = await kube.create(rest as KubeObject);
    if (status === undefined) continue;
    const generation = created.metadata.generation ?? 1;
    const observed = { observedGeneration: generation, ...(status as object) };
    await kube.patch(targetOf(object), { status: observed }, { type: 'merge', subresource: 'status' });
  }
}

/** One of each case that commands about Helm tell apart; the namespaces `apps` and `sources` are among them. */
export function helmObjects(): readonly KubeObject[] {
  return [namespace('apps'), namespace('sources'), ...sources(), ...charts(), ...releases(), ...released()];
}

function namespace(name: string): KubeObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
}

function ready(message: string, status = 'True', reason = 'Succeeded') {
  const condition = { type: 'Ready', status, reason, message, lastTransitionTime: TIME };
  return [{ ...condition, observedGeneration: 1 }];
}

function artifact(revision: string, size: number) {
  const url = 'http://127.0.0.1:1/artifact.tar.gz';
  return { path: 'artifact.tar.gz', url, revision, digest: DIGEST, lastUpdateTime: TIME, size };
}

interface Fields {
  readonly namespace: string;
  readonly name: string;
  readonly spec: object;
  readonly status?: object;
  readonly labels?: Readonly<Record<string, string>>;
}

function source(kind: string, { namespace, name, spec, status }: Fields): KubeObject {
  const apiVersion = 'source.toolkit.fluxcd.io/v1';
  return { apiVersion, kind, metadata: { namespace, name }, spec, ...(status && { status }) };
}

function release({ namespace, name, spec, status, labels }: Fields): KubeObject {
  const apiVersion = 'helm.toolkit.fluxcd.io/v2';
  const metadata = { namespace, name, ...(labels && { labels }) };
  return { apiVersion, kind: 'HelmRelease', metadata, spec, ...(status && { status }) };
}

function sources(): readonly KubeObject[] {
  const at = { namespace: 'sources', name: 'charts' };
  const revision = `main@sha1:${COMMIT}`;
  return [
    source('HelmRepository', {
      ...at,
      spec: { interval: '10m0s', url: 'https://charts.example.com' },
      status: {
        artifact: artifact(DIGEST, 5432),
        conditions: ready(`stored artifact: revision '${DIGEST}'`),
      },
    }),
    source('HelmRepository', {
      namespace: 'sources',
      name: 'registry',
      spec: { interval: '10m0s', type: 'oci', url: 'oci://registry.example.com/charts' },
      // Nobody observes it: even the default is taken away.
      status: { observedGeneration: null },
    }),
    source('HelmRepository', {
      namespace: 'sources',
      name: 'gone',
      spec: { interval: '10m0s', url: 'https://gone.example.com' },
      status: {
        conditions: ready(`failed to fetch ${COMMIT}: 404 Not Found`, 'False', 'Failed'),
      },
    }),
    source('GitRepository', {
      ...at,
      spec: { interval: '1m0s', url: 'https://git.example.com/charts', ref: { branch: 'main' } },
      status: {
        artifact: artifact(revision, 1234),
        conditions: ready(`stored artifact for revision '${revision}'`),
      },
    }),
  ];
}

function charts(): readonly KubeObject[] {
  const chart = { interval: '10m0s', chart: 'web', version: '1.x' };
  return [
    source('HelmChart', {
      namespace: 'sources',
      name: 'apps-web',
      spec: { ...chart, sourceRef: { kind: 'HelmRepository', name: 'charts' } },
      status: {
        artifact: artifact('1.2.0', 3456),
        conditions: ready("pulled 'web' chart with version '1.2.0'"),
      },
    }),
    source('HelmChart', {
      namespace: 'sources',
      name: 'shared',
      spec: { ...chart, chart: './charts/shared', sourceRef: { kind: 'GitRepository', name: 'charts' } },
      status: {
        artifact: artifact(`0.1.0+${COMMIT}`, 3456),
        conditions: ready(`packaged 'shared' chart with version '0.1.0+${COMMIT}'`),
      },
    }),
    source('HelmChart', {
      namespace: 'sources',
      name: 'from-registry',
      spec: { ...chart, sourceRef: { kind: 'HelmRepository', name: 'registry' } },
      status: {
        artifact: artifact('1.2.0', 3456),
        conditions: ready("pulled 'web' chart with version '1.2.0'"),
      },
    }),
  ];
}

function snapshot(name: string, version: number, status: string, chartVersion: string) {
  return {
    name,
    namespace: 'apps',
    version,
    status,
    chartName: name,
    chartVersion,
    appVersion: '7.0',
    digest: DIGEST,
    configDigest: DIGEST,
    firstDeployed: TIME,
    lastDeployed: TIME,
  };
}

function releases(): readonly KubeObject[] {
  const sourceRef = { kind: 'HelmRepository', name: 'charts', namespace: 'sources' };
  const interval = '10m0s';
  const webSpec = {
    interval,
    chart: { spec: { chart: 'web', version: '1.x', sourceRef } },
    install: { crds: 'CreateReplace' },
    values: { replicas: 2, message: 'inline' },
    valuesFrom: [
      { kind: 'ConfigMap', name: 'web-values' },
      { kind: 'Secret', name: 'web-secrets', valuesKey: 'password', targetPath: 'auth.password' },
      { kind: 'ConfigMap', name: 'not-there', optional: true },
    ],
  };
  return [
    release({
      namespace: 'apps',
      name: 'web',
      spec: webSpec,
      labels: { team: 'web' },
      status: {
        conditions: ready(`Helm upgrade succeeded for release apps/web.v2 with chart web@1.2.0+${COMMIT}`),
        helmChart: 'sources/apps-web',
        storageNamespace: 'apps',
        lastAttemptedRevision: '1.2.0',
        history: [snapshot('web', 2, 'deployed', '1.2.0'), snapshot('web', 1, 'superseded', '1.1.0')],
      },
    }),
    release({
      namespace: 'apps',
      name: 'referring',
      spec: {
        interval,
        chartRef: { kind: 'HelmChart', name: 'shared', namespace: 'sources' },
        suspend: true,
      },
      status: { conditions: ready('two\nlines'), lastAttemptedRevision: '0.1.0' },
    }),
    release({
      namespace: 'apps',
      name: 'broken',
      spec: {
        interval,
        chart: { spec: { chart: './charts/x', sourceRef: { ...sourceRef, kind: 'GitRepository' } } },
      },
      status: {
        conditions: ready('Helm install failed: boom', 'False', 'InstallFailed'),
        helmChart: 'sources/shared',
        storageNamespace: 'apps',
        history: [snapshot('broken', 1, 'failed', '0.1.0')],
      },
    }),
    release({
      namespace: 'apps',
      name: 'new',
      spec: { interval, chartRef: { kind: 'HelmChart', name: 'shared' } },
    }),
  ];
}

const MANIFEST = `---
# Source: web/templates/settings.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: web
data:
  key: one
  key: two
---
# Source: web/templates/role.yaml
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: apps-web
rules: []
---
# Source: web/templates/chart.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata:
  name: inner
  namespace: other
`;

function released(): readonly KubeObject[] {
  const helmLabels = (name: string) => ({
    'helm.toolkit.fluxcd.io/name': name,
    'helm.toolkit.fluxcd.io/namespace': 'apps',
  });
  const configMap = (name: string, data: object, labels = {}): KubeObject => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { namespace: 'apps', name, labels },
    data,
  });
  return [
    releaseSecret('web', 2, MANIFEST),
    configMap('web', { key: 'two' }, helmLabels('web')),
    configMap('broken', {}, helmLabels('broken')),
    configMap('orphan', {}, helmLabels('nobody')),
    configMap('web-values', { 'values.yaml': 'message: from the map\nlimits: {cpu: 1}\n' }),
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { namespace: 'apps', name: 'web-secrets' },
      data: { password: Buffer.from('s3cret').toString('base64') },
    },
    {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'webs.example.com', labels: helmLabels('web') },
      spec: {
        group: 'example.com',
        names: { kind: 'Web', plural: 'webs' },
        scope: 'Namespaced',
        versions: [
          { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } },
        ],
      },
    },
    {
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      kind: 'Kustomization',
      metadata: { namespace: 'apps', name: 'all' },
      spec: {
        interval: '10m0s',
        path: './apps',
        prune: true,
        suspend: true,
        sourceRef: { kind: 'GitRepository', name: 'charts', namespace: 'sources' },
      },
      status: {
        conditions: ready(`Applied revision: main@sha1:${COMMIT}`),
        lastAppliedRevision: `main@sha1:${COMMIT}`,
        inventory: {
          entries: [
            { id: 'apps_web_helm.toolkit.fluxcd.io_HelmRelease', v: 'v2' },
            { id: 'apps_broken_helm.toolkit.fluxcd.io_HelmRelease', v: 'v2' },
            { id: 'apps_settings__ConfigMap', v: 'v1' },
          ],
        },
      },
    },
  ];
}

/** A version of a release as helm keeps it. */
export function releaseSecret(name: string, version: number, manifest: string, config = {}): KubeObject {
  const record = {
    name,
    namespace: 'apps',
    version,
    info: { first_deployed: TIME, last_deployed: TIME, description: '', status: 'deployed' },
    chart: { metadata: { name, version: '1.2.0', apiVersion: 'v2' } },
    config,
    manifest,
  };
  const packed = gzipSync(JSON.stringify(record)).toString('base64');
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'helm.sh/release.v1',
    metadata: {
      namespace: 'apps',
      name: `sh.helm.release.v1.${name}.v${version}`,
      labels: { owner: 'helm', name, version: String(version), status: 'deployed' },
    },
    data: { release: Buffer.from(packed).toString('base64') },
  };
}
