import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { KubeClient } from '../../activities/kube/client.ts';
import { helm } from './helm.ts';
import { putObjects, releaseSecret } from './helm-objects.ts';

/** A HelmRelease `site` in the namespace `apps` whose chart and values differ from what was released. */
export interface ReleasedSite {
  /** The directory of the chart. */
  readonly chart: string;
  /** Of the server that has the chart as the artifact of its HelmChart. */
  stop(): void;
}

const TEMPLATE = `apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}
data:
  message: {{ .Values.message }}
  isUpgrade: {{ .Release.IsUpgrade | quote }}
  found: {{ (lookup "v1" "Namespace" "" "apps").metadata.name }}
  database: pg://{{ .Values.auth.password }}@db
---
apiVersion: v1
kind: Secret
metadata:
  name: {{ .Release.Name }}
stringData:
  password: {{ .Values.auth.password }}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: before-upgrades
  annotations: {helm.sh/hook: pre-upgrade}
`;

const labels = 'labels: {helm.toolkit.fluxcd.io/name: site, helm.toolkit.fluxcd.io/namespace: apps}';

const RELEASED = `apiVersion: v1
kind: Secret
metadata: {name: site, ${labels}}
stringData: {password: 0ld-secret}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: site, ${labels}, annotations: {patched: "yes"}}
data: {message: hello, isUpgrade: "true", found: apps, database: pg://0ld-secret@db}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: dropped, ${labels}}
`;

/** Puts the objects beside those of {@link helmObjects}, and the chart into `folder`. */
export async function releasedSite(kube: KubeClient, folder: string): Promise<ReleasedSite> {
  const chart = join(folder, 'site');
  mkdirSync(join(chart, 'templates'), { recursive: true });
  writeFileSync(join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: site\nversion: 1.1.0\n');
  writeFileSync(join(chart, 'templates', 'all.yaml'), TEMPLATE);
  await helm(['package', chart, '--destination', folder]);
  const bytes = readFileSync(join(folder, 'site-1.1.0.tgz'));
  const server = createServer((_request, response) => response.end(bytes));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  const config = { message: 'hello', auth: { password: '0ld-secret' } };
  await putObjects(kube, [
    release(),
    helmChart(`http://127.0.0.1:${port}/site.tgz`, createHash('sha256').update(bytes).digest('hex')),
    releaseSecret('site', 1, RELEASED, config),
  ]);
  return { chart, stop: () => server.close() };
}

const time = '2026-01-02T03:04:05Z';

function release() {
  const patch = '[{"op":"add","path":"/metadata/annotations","value":{"patched":"yes"}}]';
  const snapshot = { name: 'site', namespace: 'apps', version: 1, status: 'deployed', chartName: 'site' };
  const digests = { digest: 'sha256:1', configDigest: 'sha256:1' };
  const times = { firstDeployed: time, lastDeployed: time };
  return {
    apiVersion: 'helm.toolkit.fluxcd.io/v2',
    kind: 'HelmRelease',
    metadata: { namespace: 'apps', name: 'site' },
    spec: {
      interval: '10m0s',
      chartRef: { kind: 'HelmChart', name: 'site' },
      values: { message: 'good morning' },
      valuesFrom: [
        { kind: 'Secret', name: 'web-secrets', valuesKey: 'password', targetPath: 'auth.password' },
      ],
      postRenderers: [{ kustomize: { patches: [{ target: { kind: 'ConfigMap', name: 'site' }, patch }] } }],
    },
    status: {
      storageNamespace: 'apps',
      history: [{ ...snapshot, ...digests, ...times, chartVersion: '1.0.0' }],
    },
  };
}

function helmChart(url: string, digest: string) {
  return {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'HelmChart',
    metadata: { namespace: 'apps', name: 'site' },
    spec: { interval: '10m0s', chart: 'site', sourceRef: { kind: 'HelmRepository', name: 'x' } },
    status: {
      artifact: {
        url,
        digest: `sha256:${digest}`,
        revision: '1.1.0',
        path: 'site.tgz',
        lastUpdateTime: time,
      },
    },
  };
}
