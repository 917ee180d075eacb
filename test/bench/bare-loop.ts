import pLimit from 'p-limit';
import type { KubeClient } from '../../activities/kube/client.ts';
import { parseManifests } from '../../api/formats/manifest-yaml.ts';
import type { KubeObject } from '../../api/kube-object.ts';
import { until } from './until.ts';
import { FILES, NAMESPACE } from './workload.ts';

const IN_FLIGHT = 20;

/**
 * The least that any engine must do, and what figures are compared to: the same objects by plain server-side
 * apply, then a wait until the controller manager has seen every Deployment. Milliseconds.
 */
export async function bareLoop(kube: KubeClient, count: number, value: string): Promise<number> {
  const objects = Array.from({ length: count }, (_, index) => objectsOf(index, value)).flat();
  const limit = pLimit(IN_FLIGHT);
  const started = performance.now();
  await Promise.all(objects.map((object) => limit(() => kube.apply(object, { fieldManager: 'bare-loop' }))));
  await until(kube, { apiVersion: 'apps/v1', kind: 'Deployment', namespace: NAMESPACE }, (deployments) => {
    const observed = deployments.filter(
      (deployment) => deployment.metadata.name.startsWith('bare-') && isObserved(deployment),
    );
    return observed.length >= count;
  });
  return performance.now() - started;
}

function isObserved(deployment: KubeObject): boolean {
  const status = deployment['status'] as { readonly observedGeneration?: number } | undefined;
  return status?.observedGeneration === deployment.metadata.generation;
}

function objectsOf(index: number, value: string): readonly KubeObject[] {
  const text = FILES['app/app.yaml']
    .replaceAll('${INDEX}', String(index))
    .replaceAll('${VALUE}', value)
    .replaceAll('app-', 'bare-');
  return parseManifests(text, { file: 'app.yaml' }).map((object) => ({
    ...object,
    metadata: { ...object.metadata, namespace: NAMESPACE },
  }));
}
