import pLimit from 'p-limit';
import type { HelmRelease } from '../../../api/helm-release.ts';
import type { KubeObject } from '../../../api/kube-object.ts';
import { Label } from '../../../api/names.ts';
import { readLive } from '../../apply/live.ts';
import type { KubeClient } from '../../kube/client.ts';
import { type Failure, failureOf } from './failure.ts';

const GROUPS_AT_ONCE = 4;

export interface Read {
  /** By formatted id. */
  readonly live: ReadonlyMap<string, KubeObject>;
  /** Objects that could not be read. */
  readonly failures: ReadonlyMap<KubeObject, Failure>;
}

/** What the cluster has of a release's objects, by one LIST for each kind and namespace where they are many. */
export async function readAll(
  kube: KubeClient,
  objects: readonly KubeObject[],
  { name, namespace }: HelmRelease['metadata'],
): Promise<Read> {
  const selector = `${Label.releaseName}=${name},${Label.releaseNamespace}=${namespace}`;
  const live = new Map<string, KubeObject>();
  const failures = new Map<KubeObject, Failure>();
  const groups = Map.groupBy(objects, (o) => `${o.apiVersion} ${o.kind} ${o.metadata.namespace ?? ''}`);
  await pLimit(GROUPS_AT_ONCE).map([...groups.values()], async (group) => {
    try {
      for (const [id, object] of await readLive(kube, group, selector)) live.set(id, object);
    } catch (error) {
      // One kind that may not be read does not hide the drift of others.
      for (const object of group) failures.set(object, failureOf(object, 'query', error));
    }
  });
  return { live, failures };
}
