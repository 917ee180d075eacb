import pLimit from 'p-limit';
import type { KubeObject } from '../../api/kube-object.ts';
import { formatObjectId, objectId } from '../../api/object-id.ts';
import { type KubeClient, targetOf } from '../kube/client.ts';
import { KubeError, NoKindError } from '../kube/errors.ts';
import { isKubernetesError, refusalFailure } from './failure.ts';
import { CONCURRENCY } from './parallel.ts';

// Measured on one machine: a GET costs 0.2 ms of CPU here and 1 ms of waiting, a LIST of as many objects less, but
// a LIST that must be consistent waits up to 100 ms for a kind nobody writes. So few objects are read one by one.
const LIST_FROM = 11;

/**
 * What the cluster has of these objects, by formatted id. Few of a kind and namespace are read one by one; of many,
 * one LIST brings those that the selector of the owner's labels finds and the others follow one by one. Throws
 * ReconciliationFailed.
 */
export async function readLive(
  kube: KubeClient,
  objects: readonly KubeObject[],
  selector: string,
): Promise<ReadonlyMap<string, KubeObject>> {
  const live = new Map<string, KubeObject>();
  const limit = pLimit(CONCURRENCY);
  const groups = Map.groupBy(objects, (o) => `${o.apiVersion} ${o.kind} ${o.metadata.namespace ?? ''}`);
  await limit.map(
    [...groups.values()].filter((group) => group.length >= LIST_FROM),
    async (group) => {
      for (const object of await listOwned(kube, group, selector)) live.set(idOf(object), object);
    },
  );
  const unread = objects.filter((object) => !live.has(idOf(object)));
  await limit.map(unread, async (object) => {
    const found = await getOne(kube, object).catch((error: unknown) => {
      throw queryFailure(object, error);
    });
    if (found) live.set(idOf(object), found);
  });
  return live;
}

/** The object as the cluster has it now; undefined when it, or its kind, is not there. */
export async function getOne(kube: KubeClient, object: KubeObject): Promise<KubeObject | undefined> {
  try {
    return await kube.get(targetOf(object));
  } catch (error) {
    if (error instanceof NoKindError && !error.mayBeHidden) return undefined;
    throw error;
  }
}

async function listOwned(
  kube: KubeClient,
  group: readonly KubeObject[],
  labelSelector: string,
): Promise<readonly KubeObject[]> {
  const [first] = group;
  if (!first) return [];
  const { apiVersion, kind, metadata } = first;
  const query = { apiVersion, kind, namespace: metadata.namespace, labelSelector };
  try {
    // From the server's cache: what it lacks is asked for one by one, and what is some milliseconds old is
    // looked at again by the next pass.
    return (await kube.list({ ...query, resourceVersion: '0' })).items;
  } catch (error) {
    // An account that may read each object may still not be allowed to list them.
    if (error instanceof KubeError && error.status === 403) return [];
    throw queryFailure(first, error);
  }
}

function queryFailure(object: KubeObject, error: unknown): unknown {
  return isKubernetesError(error) ? refusalFailure([{ object, during: 'query', error }]) : error;
}

export function idOf(object: KubeObject): string {
  return formatObjectId(objectId(object));
}
