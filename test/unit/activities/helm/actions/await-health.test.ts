import { beforeEach, describe, expect, it } from 'vitest';
import { awaitHealth } from '../../../../../activities/helm/actions/await-health.ts';
import type { Turn } from '../../../../../activities/helm/actions/outcome.ts';
import type { HelmReleaseSpec } from '../../../../../api/helm-release.ts';
import { FakeCluster } from '../../../../support/fake-cluster.ts';

const RESULT = { log: [], written: [2] };
const MANIFEST = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: apps}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: apps}
`;

let cluster: FakeCluster;
beforeEach(() => {
  cluster = new FakeCluster();
});

describe('what helm has waited for', () => {
  it('is good when its rollouts are done', async () => {
    cluster.put(deployment({ observedGeneration: 2 }));

    expect(await awaitHealth(turn(), RESULT, false)).toEqual(RESULT);
  });

  it.each([
    { name: 'has not begun', status: { observedGeneration: 1 }, told: 'Deployment/apps/web' },
    { name: 'is not there', status: undefined, told: 'Deployment/apps/web' },
  ])('is not taken for good when a rollout $name', async ({ status, told }) => {
    if (status) cluster.put(deployment(status));

    const result = await awaitHealth(turn(), RESULT, false);

    expect(result.error).toContain(told);
  });

  it.each([
    { name: 'where nobody is to wait', spec: {}, disableWait: true },
    { name: 'by helm itself, which polls', spec: { waitStrategy: { name: 'legacy' } }, disableWait: false },
  ] as const)('is not looked at $name', async ({ spec, disableWait }) => {
    expect(await awaitHealth(turn(spec), RESULT, disableWait)).toEqual(RESULT);
    expect(cluster.requests).toMatchObject({ get: 0, list: 0 });
  });
});

function deployment(status: object) {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: 'web',
      namespace: 'apps',
      generation: 2,
      labels: { 'helm.toolkit.fluxcd.io/name': 'web' },
    },
    spec: { replicas: 0 },
    status: { ...status, conditions: [{ type: 'Available', status: 'True' }] },
  };
}

/** As much of a turn as the wait looks at. */
function turn(spec: Partial<HelmReleaseSpec> = {}): Turn {
  const kube = {
    ...cluster.client,
    discovery: { resourceFor: async () => ({ namespaced: true }) },
    // The record of helm is gone: nothing is left to mark.
    replace: async () => undefined,
  };
  const release = { name: 'web', version: 2, manifest: MANIFEST, record: { name: 'x', namespace: 'apps' } };
  return {
    object: { spec: { interval: '1h', ...spec } },
    kube,
    target: { name: 'web', namespace: 'apps', storageNamespace: 'apps' },
    timeoutMs: 100,
    step: { signal: new AbortController().signal, heartbeat: () => undefined },
    deps: { releases: { read: async () => release }, log: { info: () => undefined } },
  } as unknown as Turn;
}
