import { onTestFinished } from 'vitest';
import { targetOfRef } from '../../activities/observe/object.ts';
import type { ObjectRef } from '../../api/object-ref.ts';
import type { ReconciledObject } from '../../api/objects.ts';
import type { FluxHome } from './flux.ts';

/** Every version of an object from now on, as a watcher of the cluster sees it. */
export interface Recorder {
  readonly versions: readonly ReconciledObject[];
}

/** Follows one object for the running test, whether it exists yet or not. */
export async function recordVersions(home: FluxHome, ref: ObjectRef): Promise<Recorder> {
  const { apiVersion, kind, namespace, name } = targetOfRef(ref);
  const query = { apiVersion, kind, namespace, fieldSelector: `metadata.name=${name}` };
  const { resourceVersion } = await home.kube.list(query);
  const versions: ReconciledObject[] = [];
  const stop = new AbortController();
  const watching = follow();
  onTestFinished(async () => {
    stop.abort();
    await watching.catch(() => undefined);
  });
  return { versions };

  async function follow(): Promise<void> {
    const events = home.kube.watch({ ...query, resourceVersion }, { signal: stop.signal });
    for await (const { type, object } of events) {
      if (type === 'ADDED' || type === 'MODIFIED') versions.push(object as unknown as ReconciledObject);
    }
  }
}
