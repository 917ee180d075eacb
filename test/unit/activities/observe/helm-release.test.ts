import { describe, expect, it } from 'vitest';
import type { Deps } from '../../../../activities/deps.ts';
import { observeHelmRelease } from '../../../../activities/observe/helm-release.ts';
import { readyChart } from '../../../../activities/observe/source.ts';
import type { KubeObject } from '../../../../api/kube-object.ts';
import { StoredObjects } from '../../../support/stored-objects.ts';

const REF = { kind: 'HelmRelease', namespace: 'apps', name: 'app' } as const;
const CHART = { kind: 'HelmChart', namespace: 'apps', name: 'web' } as const;
const chartRef = { kind: 'HelmChart', name: 'web' };

function release(spec: object = {}, metadata: object = {}): KubeObject {
  return {
    apiVersion: 'helm.toolkit.fluxcd.io/v2',
    kind: 'HelmRelease',
    metadata: { namespace: 'apps', name: 'app', uid: 'u', resourceVersion: '1', generation: 3, ...metadata },
    spec: { interval: '5m', chartRef, ...spec },
  } as KubeObject;
}

function chart(status: object | undefined, generation = 1): KubeObject {
  return {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'HelmChart',
    metadata: { namespace: 'apps', name: 'web', uid: 'c', generation },
    ...(status && { status }),
  } as KubeObject;
}

async function observed(object: KubeObject | undefined, ...others: readonly KubeObject[]) {
  const stored = new StoredObjects(...(object ? [object] : []), ...others);
  const policy = { noCrossNamespaceRefs: true, requeueDependencyMs: 30_000 };
  const deps = { kube: stored.kube, policy } as unknown as Deps;
  const step = { signal: new AbortController().signal, heartbeat: () => undefined };
  const found = await observeHelmRelease(deps, { ref: REF, taken: [] }, step);
  return { found, stored };
}

describe('a HelmRelease', () => {
  it.each<{ readonly name: string; readonly object: KubeObject | undefined; readonly expected: object }>([
    { name: 'that is gone', object: undefined, expected: { state: 'Gone' } },
    {
      name: 'that is deleted goes, whatever its spec',
      object: release({ interval: 7 }, { deletionTimestamp: '2026-11-22T12:00:00Z' }),
      expected: { state: 'Deleting', timeoutMs: 3_600_000 },
    },
    {
      name: 'that is suspended rests, whatever it refers to',
      object: release({ suspend: true, kubeConfig: { secretRef: { name: 'k' } } }),
      expected: { state: 'Suspended', message: 'suspended' },
    },
    {
      name: 'waits for what it depends on',
      object: release({ dependsOn: [{ name: 'base' }] }),
      expected: { state: 'Waiting', reason: 'DependencyNotReady', retryMs: 30_000 },
    },
    {
      name: 'waits for its chart',
      object: release(),
      expected: {
        state: 'Waiting',
        reason: 'SourceNotReady',
        message: "HelmChart 'apps/web' not found: create it, or correct spec.chartRef",
        retryMs: 30_000,
      },
    },
  ])('$name', async ({ object, expected }) => {
    expect((await observed(object)).found).toMatchObject(expected);
  });

  it('has its chart made while it waits for others: both take their time', async () => {
    const sourceRef = { kind: 'HelmRepository', name: 'charts' };
    const spec = {
      chartRef: undefined,
      chart: { spec: { chart: 'web', sourceRef } },
      dependsOn: [{ name: 'base' }],
    };

    const { found, stored } = await observed(release(spec));

    expect(found).toMatchObject({ state: 'Waiting', reason: 'DependencyNotReady' });
    expect(stored.find('HelmChart', 'apps', 'apps-app')).toBeDefined();
    expect(stored.find('HelmRelease', 'apps', 'app')?.metadata.finalizers).toEqual(['finalizers.fluxcd.io']);
  });

  it.each([
    {
      name: 'what is not supported yet',
      spec: { kubeConfig: { secretRef: { name: 'k' } } },
      type: 'UnsupportedField',
    },
    { name: 'a field that does not parse', spec: { maxHistory: 'many' }, type: 'InvalidSpec' },
    { name: 'a name that helm refuses', spec: { releaseName: 'No' }, type: 'InvalidSpec' },
    {
      name: 'CEL that does not compile',
      spec: { healthCheckExprs: [{ apiVersion: 'v1', kind: 'X', current: '(' }] },
      type: 'InvalidCELExpression',
    },
    {
      name: 'a readyExpr that does not',
      spec: { dependsOn: [{ name: 'x', readyExpr: '(' }] },
      type: 'InvalidCELExpression',
    },
    {
      name: 'a chart elsewhere',
      spec: { chartRef: { ...chartRef, namespace: 'other' } },
      type: 'AccessDenied',
    },
  ])('stalls at $name, and makes no chart', async ({ spec, type }) => {
    const stored = new StoredObjects(release(spec));
    const policy = { noCrossNamespaceRefs: true, requeueDependencyMs: 30_000 };
    const deps = { kube: stored.kube, policy } as unknown as Deps;
    const step = { signal: new AbortController().signal, heartbeat: () => undefined };

    await expect(observeHelmRelease(deps, { ref: REF, taken: [] }, step)).rejects.toMatchObject({
      type,
      details: [{ stalled: true }],
    });
    expect(stored.writes.filter((write) => write.includes('HelmChart'))).toEqual([]);
  });
});

describe('a chart is ready', () => {
  const artifact = { url: 'http://x', digest: 'sha256:1', revision: '1.0.0', path: 'p' };
  const stored = { artifact: { ...artifact, lastUpdateTime: 'x', size: 7 } };
  const condition = (type: string, status: string) => ({
    type,
    status,
    reason: 'X',
    message: `the message of ${type}`,
  });

  it('with an artifact of its newest spec, also while another one fails to come', () => {
    const conditions = [condition('Ready', 'False')];

    expect(readyChart(chart({ observedGeneration: 1, conditions, ...stored }), CHART)).toEqual({ artifact });
  });

  it.each([
    { name: 'there is none', found: undefined, says: 'not found: create it, or correct spec.chartRef' },
    {
      name: 'it is new',
      found: chart(undefined),
      says: 'is not ready: latest generation of object has not been reconciled',
    },
    {
      name: 'it failed before it had anything',
      found: chart({ observedGeneration: -1, conditions: [condition('Ready', 'False')] }),
      says: 'is not ready: the message of Ready',
    },
    {
      name: 'its newest spec is being built',
      found: chart({ observedGeneration: 1, conditions: [condition('Ready', 'Unknown')], ...stored }, 2),
      says: 'is not ready: latest generation of object has not been reconciled',
    },
    {
      name: 'it gave up',
      found: chart({ observedGeneration: 1, conditions: [condition('Stalled', 'True')], ...stored }),
      says: 'is not ready: the message of Stalled',
    },
    {
      name: 'it has no artifact',
      found: chart({ observedGeneration: 1 }),
      says: 'is not ready: does not have an artifact',
    },
  ])('not when $name', ({ found, says }) => {
    expect(readyChart(found, CHART)).toEqual({ missing: `HelmChart 'apps/web' ${says}` });
  });
});
