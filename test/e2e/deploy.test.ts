import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { KubeObject } from '../../api/kube-object.ts';
import { kubeClient } from '../support/harness.ts';

const file = join(import.meta.dirname, '../../deploy/worker.yaml');
const objects = parseAllDocuments(readFileSync(file, 'utf8')).map(
  (document) => document.toJS() as KubeObject,
);

it('deploy/worker.yaml is what an API server accepts', async () => {
  const kube = kubeClient();
  const apply = (object: KubeObject, dryRun: boolean) =>
    kube.apply(object, { fieldManager: 'pawl-test', dryRun });
  const [namespace, ...rest] = objects as [KubeObject, ...KubeObject[]];

  await apply(namespace, false);
  const accepted = await Promise.all(rest.map((object) => apply(object, true)));

  expect(accepted.map(({ kind }) => kind)).toEqual([
    'ServiceAccount',
    'ClusterRoleBinding',
    'Deployment',
    'Service',
  ]);
});

it('the Deployment is found by the stock flux CLI', () => {
  const deployment = objects.find(({ kind }) => kind === 'Deployment');

  expect(deployment).toMatchObject({
    metadata: {
      namespace: 'flux-system',
      labels: { 'app.kubernetes.io/part-of': 'flux', 'app.kubernetes.io/version': expect.any(String) },
    },
    spec: { template: { spec: { containers: [{ name: 'manager' }] } } },
  });
});
