import type { KubeClient, Target } from '../../activities/kube/client.ts';
import type { KubeObject } from '../../api/kube-object.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Objects in memory behind the part of a KubeClient that most steps read and write with. */
export class StoredObjects {
  /** What was written, as `verb Kind/namespace/name`. */
  readonly writes: string[] = [];
  readonly #objects = new Map<string, KubeObject>();

  constructor(...objects: readonly KubeObject[]) {
    for (const object of objects) this.#objects.set(keyOf(targetOf(object)), object);
  }

  find(kind: string, namespace: string, name: string): KubeObject | undefined {
    return this.#objects.get(keyOf({ kind, namespace, name }));
  }

  get kube(): KubeClient {
    const client: Pick<KubeClient, 'get' | 'list' | 'apply' | 'patch' | 'delete'> = {
      get: async (target) => this.#objects.get(keyOf(target)),
      list: async ({ apiVersion, kind, namespace }) => ({
        resourceVersion: '1',
        items: [...this.#objects.values()].filter(
          (object) =>
            object.apiVersion === apiVersion &&
            object.kind === kind &&
            (namespace === undefined || object.metadata.namespace === namespace),
        ),
      }),
      apply: async (object) => this.#write('apply', targetOf(object), object as unknown as Fields),
      patch: async (target, patch) => this.#write('patch', target, patch as Fields),
      delete: async (target) => {
        this.writes.push(`delete ${keyOf(target)}`);
        return this.#objects.delete(keyOf(target));
      },
    };
    return client as KubeClient;
  }

  #write(verb: string, target: Pick<Target, 'kind' | 'namespace' | 'name'>, patch: Fields): KubeObject {
    this.writes.push(`${verb} ${keyOf(target)}`);
    const merged = merge(this.#objects.get(keyOf(target)) ?? {}, patch) as unknown as KubeObject;
    this.#objects.set(keyOf(target), merged);
    return merged;
  }
}

function keyOf({ kind, namespace = '', name }: Pick<Target, 'kind' | 'namespace' | 'name'>): string {
  return `${kind}/${namespace}/${name}`;
}

function targetOf({ apiVersion, kind, metadata }: KubeObject): Target {
  return { apiVersion, kind, namespace: metadata.namespace, name: metadata.name };
}

/** RFC 7386. */
function merge(target: unknown, patch: unknown): unknown {
  if (!isFields(patch)) return patch;
  const base = isFields(target) ? target : {};
  const merged = Object.entries(patch).map(([key, value]) => [
    key,
    value === null ? null : merge(base[key], value),
  ]);
  return Object.fromEntries(
    Object.entries({ ...base, ...Object.fromEntries(merged) }).filter(([, value]) => value !== null),
  );
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
