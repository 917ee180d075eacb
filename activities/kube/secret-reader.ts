import type { KubeClient } from './client.ts';

/** Reads Secrets as they are right now, by namespace and name: their data in bytes, undefined where there is none. */
export function secretReader(kube: Pick<KubeClient, 'get'>) {
  return async (namespace: string, name: string): Promise<Readonly<Record<string, Buffer>> | undefined> => {
    const secret = await kube.get({ apiVersion: 'v1', kind: 'Secret', namespace, name });
    if (!secret) return undefined;
    const data = (secret['data'] ?? {}) as Readonly<Record<string, string>>;
    return Object.fromEntries(
      Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64')]),
    );
  };
}
