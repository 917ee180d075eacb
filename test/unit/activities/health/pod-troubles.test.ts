import { expect, it } from 'vitest';
import { awaitHealthy } from '../../../../activities/health/await.ts';
import { compileHealthExprs } from '../../../../activities/health/exprs.ts';
import { createLive } from '../../../../activities/health/live.ts';
import type { KubeObject } from '../../../../api/kube-object.ts';
import { FakeCluster } from '../../../support/fake-cluster.ts';

const target = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' };

function deployment(available: number): KubeObject {
  return {
    ...target,
    metadata: { name: 'web', namespace: 'shop', generation: 2 },
    spec: { replicas: 1, progressDeadlineSeconds: 600 },
    status: {
      observedGeneration: 2,
      replicas: 1,
      updatedReplicas: 1,
      readyReplicas: available,
      availableReplicas: available,
      conditions: [
        { type: 'Available', status: available ? 'True' : 'False' },
        {
          type: 'Progressing',
          status: 'True',
          reason: available ? 'NewReplicaSetAvailable' : 'ReplicaSetUpdated',
          message: 'ReplicaSet "web-new" is progressing.',
        },
      ],
    },
  };
}

function pod(hash: string, status: Record<string, unknown>): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `web-${hash}-x`,
      namespace: 'shop',
      labels: { 'pod-template-hash': hash },
      ownerReferences: [
        { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: `web-${hash}`, uid: 'u', controller: true },
      ],
    },
    status,
  };
}

const crashing = {
  phase: 'Running',
  containerStatuses: [{ name: 'app', state: { waiting: { reason: 'CrashLoopBackOff' } } }],
};
const unschedulable = {
  phase: 'Pending',
  conditions: [
    { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/1 nodes are available' },
  ],
};
const imageless = {
  phase: 'Pending',
  containerStatuses: [
    { name: 'app', state: { waiting: { reason: 'ImagePullBackOff', message: 'no such image' } } },
  ],
};

function wait(cluster: FakeCluster, timeoutMs: number) {
  const kube = cluster.client;
  const live = createLive(kube, { idle: 1, backoff: 1 });
  const exprs = compileHealthExprs({});
  return awaitHealthy({
    kube,
    live,
    exprs,
    targets: [target],
    timeoutMs,
    signal: new AbortController().signal,
  });
}

it.each([
  ['fit no node', pod('new', unschedulable), 'pod web-new-x: 0/1 nodes are available'],
  ['have no image', pod('new', imageless), 'container app waits: ImagePullBackOff: no such image'],
  ['of an old revision crash', pod('old', crashing), 'pod web-old-x: containers crash again and again: app'],
])('tells of a Deployment that is late that its pods %s', async (_name, troubled, message) => {
  const cluster = new FakeCluster();
  cluster.put(deployment(0));
  cluster.put(troubled);

  await expect(wait(cluster, 50)).rejects.toThrow(
    `timeout waiting for: [Deployment/shop/web status: 'InProgress': 0 of 1 replicas are available: `,
  );
  await expect(wait(cluster, 50)).rejects.toThrow(message);
});

it('fails early when the pods of the new revision crash again and again', async () => {
  const cluster = new FakeCluster();
  cluster.put(deployment(0));
  const waiting = wait(cluster, 5_000);
  await expect.poll(() => cluster.watches).toBe(2);

  cluster.put(pod('new', crashing));

  await expect(waiting).rejects.toThrow(/failed early due to stalled resources: .*pod web-new-x/);
});

it('forgets the trouble of a pod that recovered', async () => {
  const cluster = new FakeCluster();
  cluster.put(deployment(0));
  cluster.put(pod('new', unschedulable));
  const waiting = wait(cluster, 5_000);
  await expect.poll(() => cluster.watches).toBe(2);

  cluster.put(pod('new', { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] }));
  cluster.put(deployment(1));

  expect(await waiting).toMatchObject({ current: 1 });
});
