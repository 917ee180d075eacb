import type { ReadSecret } from '../../fetch/http/credentials.ts';
import type { KubeClient } from '../../kube/client.ts';
import { readConfig } from '../../observe/source.ts';

/** Reads Secrets as they are right now. */
export function secretReader(kube: Pick<KubeClient, 'get'>): ReadSecret {
  return async (namespace, name) => {
    const data = await readConfig(kube, { kind: 'Secret', namespace, name });
    if (data === undefined) return undefined;
    return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value)]));
  };
}
