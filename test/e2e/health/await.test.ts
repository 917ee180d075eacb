import { expect, it } from 'vitest';
import { awaitHealthy } from '../../../activities/health/await.ts';
import { compileHealthExprs } from '../../../activities/health/exprs.ts';
import { type HealthTarget, targetOfApplied } from '../../../activities/health/targets.ts';
import type { KubeClient } from '../../../activities/kube/client.ts';
import type { KubeObject } from '../../../api/kube-object.ts';
import { cuttableCluster } from '../../support/cuttable.ts';
import { createNamespace, kubeClient } from '../../support/harness.ts';

const fieldManager = 'test';

function deployment(namespace: string, nodeSelector: Record<string, string> = {}): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace, labels: { 'kustomize.toolkit.fluxcd.io/name': 'apps' } },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: {
          automountServiceAccountToken: false,
          nodeSelector,
          containers: [{ name: 'app', image: 'app:1' }],
        },
      },
    },
  };
}

function wait(kube: KubeClient, targets: readonly HealthTarget[], timeoutMs = 30_000) {
  const heard = Promise.withResolvers<void>();
  const result = awaitHealthy({
    kube,
    targets,
    exprs: compileHealthExprs({}),
    timeoutMs,
    signal: new AbortController().signal,
    onProgress: () => heard.resolve(),
  });
  return { result, waiting: heard.promise };
}

it('ends when a Deployment of two replicas is rolled out, by the event that says so', async () => {
  const kube = kubeClient();
  const asked = { get: 0, list: 0 };
  const counted: KubeClient = {
    ...kube,
    get: (target) => {
      asked.get += 1;
      return kube.get(target);
    },
    list: (query) => {
      asked.list += 1;
      return kube.list(query);
    },
  };
  const web = deployment(await createNamespace(kube, 'health'));
  await kube.apply(web, { fieldManager });

  const report = await wait(counted, [targetOfApplied(web)]).result;

  expect(report).toEqual({ current: 1, total: 1, pending: [], failed: [] });
  // The first look, and a list for the watch of Deployments and that of pods.
  expect(asked.get + asked.list).toBeLessThanOrEqual(3);
});

it('goes on waiting for pods that fit no node, and tells why', async () => {
  const kube = kubeClient();
  const web = deployment(await createNamespace(kube, 'health'), { disk: 'none' });
  await kube.apply(web, { fieldManager });

  await expect(wait(kube, [targetOfApplied(web)], 3_000).result).rejects.toThrow(
    /^health check failed after 3s: timeout waiting for: \[Deployment\/\S+\/web status: 'InProgress': .*0\/1 nodes are available/,
  );
});

it('survives that its watches are cut, and hears of what comes after', async () => {
  const { kube, cut } = await cuttableCluster();
  const namespace = await createNamespace(kube, 'health');
  await kube.apply(deployment(namespace, { disk: 'none' }), { fieldManager });
  const { result, waiting } = wait(kube, [targetOfApplied(deployment(namespace))]);
  await waiting;

  cut();
  await kubeClient().apply(deployment(namespace), { fieldManager });

  expect(await result).toMatchObject({ current: 1 });
});

it('reads as the account it is given: what that may not see is unknown', async () => {
  const kube = kubeClient();
  const web = deployment(await createNamespace(kube, 'health'));
  await kube.apply(web, { fieldManager });
  const nobody = kube.as(`system:serviceaccount:${web.metadata.namespace}:nobody`);

  await expect(wait(nobody, [targetOfApplied(web)], 1_000).result).rejects.toThrow(
    /status: 'Unknown': cannot be read: .*nobody.* cannot get resource/,
  );
});
