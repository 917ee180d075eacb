import type { KubeObject } from '../../api/kube-object.ts';
import type { FakeCluster } from './fake-cluster.ts';
import { COMMIT } from './git-recipients.ts';

export const OLD = `main@sha1:${COMMIT.replaceAll('5', 'a')}`;
export const NEW = `main@sha1:${COMMIT}`;

/** Of an object of the namespace `apps`, of generation 2. */
export function identity(name: string, more: object = {}) {
  return { namespace: 'apps', name, uid: `u-${name}`, generation: 2, resourceVersion: '1', ...more };
}

/** The condition `Ready`. */
export function ready(status: string, reason: string, observedGeneration = 2) {
  const lastTransitionTime = '2026-11-22T12:00:00Z';
  return [{ type: 'Ready', status, reason, message: '', observedGeneration, lastTransitionTime }];
}

/** The conditions of one that waits for another spec. */
export function stalled(reason: string, observedGeneration = 2) {
  const [condition] = ready('False', reason, observedGeneration);
  return [condition, { ...condition, type: 'Stalled', status: 'True' }];
}

function artifactOf(revision: string) {
  const lastUpdateTime = '2026-11-22T12:00:00Z';
  return { revision, digest: 'sha256:1', url: 'http://x/y', path: 'y', size: 1, lastUpdateTime };
}

/** A GitRepository. */
export function putSource(cluster: FakeCluster, revision: string, name = 'fleet', namespace = 'apps'): void {
  cluster.put({
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'GitRepository',
    metadata: { ...identity(name), namespace },
    spec: { url: 'https://git.example.com/acme/fleet', interval: '1m' },
    status: { artifact: artifactOf(revision) },
  } as KubeObject);
}

export interface Made {
  readonly revision?: string;
  readonly conditions?: readonly unknown[];
  readonly spec?: object;
  readonly metadata?: object;
}

/** A Kustomization that has tried {@link NEW} with success. */
export function putKustomization(
  cluster: FakeCluster,
  name: string,
  { revision = NEW, conditions, spec = {}, metadata = {} }: Made = {},
): void {
  cluster.put({
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: identity(name, metadata),
    spec: { interval: '1m', prune: true, sourceRef: { kind: 'GitRepository', name: 'fleet' }, ...spec },
    status: {
      lastAttemptedRevision: revision,
      conditions: conditions ?? ready('True', 'ReconciliationSucceeded'),
    },
  } as KubeObject);
}

export interface MadeRelease {
  readonly observed?: string;
  readonly chart?: readonly unknown[];
  readonly attempted?: string;
  readonly release?: readonly unknown[];
}

/** A HelmRelease that has, with its chart. */
export function putRelease(
  cluster: FakeCluster,
  name: string,
  { observed = NEW, chart, attempted = '1.0.0', release }: MadeRelease = {},
): void {
  cluster.put({
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'HelmChart',
    metadata: identity(`apps-${name}`),
    spec: { chart: './charts/app', interval: '1m', sourceRef: { kind: 'GitRepository', name: 'fleet' } },
    status: {
      observedSourceArtifactRevision: observed,
      artifact: artifactOf('1.0.0'),
      conditions: chart ?? ready('True', 'ChartPackageSucceeded'),
    },
  } as KubeObject);
  cluster.put({
    apiVersion: 'helm.toolkit.fluxcd.io/v2',
    kind: 'HelmRelease',
    metadata: identity(name),
    spec: {
      interval: '1m',
      chart: { spec: { chart: './charts/app', sourceRef: { kind: 'GitRepository', name: 'fleet' } } },
    },
    status: {
      lastAttemptedRevision: attempted,
      conditions: release ?? ready('True', 'UpgradeSucceeded'),
    },
  } as KubeObject);
}
