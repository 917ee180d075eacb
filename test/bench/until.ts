import type { KubeClient, ListQuery } from '../../activities/kube/client.ts';
import { follow } from '../../activities/kube/follow.ts';
import type { KubeObject } from '../../api/kube-object.ts';

const LONGEST_MS = 10 * 60_000;

/** Resolves at the event that makes the objects of a query satisfy the claim. Throws after ten minutes. */
export async function until(
  kube: KubeClient,
  query: ListQuery,
  claim: (objects: readonly KubeObject[]) => boolean,
): Promise<void> {
  const stop = new AbortController();
  const objects = new Map<string, KubeObject>();
  let holds = false;
  const look = () => {
    holds ||= claim([...objects.values()]);
    if (holds) stop.abort();
  };
  const timer = setTimeout(() => stop.abort(), LONGEST_MS);
  await follow(
    kube,
    query,
    {
      onList(items) {
        objects.clear();
        for (const object of items) objects.set(object.metadata.name, object);
        look();
      },
      onEvent(object, isDeleted) {
        if (isDeleted) objects.delete(object.metadata.name);
        else objects.set(object.metadata.name, object);
        look();
      },
    },
    { signal: stop.signal },
  );
  clearTimeout(timer);
  if (!holds) throw new Error(`gave up waiting for ${query.kind} after ${LONGEST_MS / 60_000} minutes`);
}
