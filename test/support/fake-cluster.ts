import type { KubeClient, ListQuery, Target, WatchEvent } from '../../activities/kube/client.ts';
import { KubeError, NoKindError } from '../../activities/kube/errors.ts';
import type { KubeObject } from '../../api/kube-object.ts';

interface Watcher {
  readonly query: ListQuery;
  readonly push: (event: WatchEvent) => void;
  readonly end: (error?: Error) => void;
}

/** Objects in memory behind the reading half of a KubeClient; counts what it is asked. */
export class FakeCluster {
  readonly requests = { get: 0, list: 0, watch: 0 };
  /** Answers to be given instead of the real ones, such as a refusal. */
  refuse: ((verb: 'get' | 'list' | 'watch', query: ListQuery) => unknown) | undefined;
  readonly #objects = new Map<string, KubeObject>();
  readonly #watchers = new Set<Watcher>();
  readonly #log: WatchEvent[] = [];
  #version = 100;

  get watches(): number {
    return this.#watchers.size;
  }

  get client(): KubeClient {
    const client = {
      get: (target: Target) => this.#get(target),
      list: (query: ListQuery) => this.#list(query),
      watch: (query: ListQuery, options: { signal: AbortSignal }) => this.#watch(query, options.signal),
    };
    return client as unknown as KubeClient;
  }

  put(object: KubeObject, options: { readonly silently?: boolean } = {}): void {
    this.#version += 1;
    const metadata = { ...object.metadata, resourceVersion: String(this.#version) };
    const key = keyOf({ ...object, ...metadata });
    const type = this.#objects.has(key) ? 'MODIFIED' : 'ADDED';
    this.#objects.set(key, { ...object, metadata });
    if (!options.silently) this.#publish({ type, object: { ...object, metadata } });
  }

  remove(target: Target): void {
    const object = this.#objects.get(keyOf(target));
    if (!object) return;
    this.#version += 1;
    this.#objects.delete(keyOf(target));
    const metadata = { ...object.metadata, resourceVersion: String(this.#version) };
    this.#publish({ type: 'DELETED', object: { ...object, metadata } });
  }

  /** Tells every watch that there is nothing to tell, as a server does once a minute. */
  bookmark(): void {
    for (const { push, query } of this.#watchers) {
      const metadata = { name: '', resourceVersion: String(this.#version) };
      push({ type: 'BOOKMARK', object: { ...query, metadata } });
    }
  }

  /** Ends every watch, with an error or as a server does after its time. */
  cutWatches(error?: Error): void {
    for (const watcher of this.#watchers) watcher.end(error);
  }

  #publish(event: WatchEvent): void {
    this.#log.push(event);
    for (const watcher of this.#watchers) if (matches(watcher.query, event.object)) watcher.push(event);
  }

  async #get(target: Target): Promise<KubeObject | undefined> {
    this.#ask('get', target);
    await new Promise(setImmediate);
    return this.#objects.get(keyOf(target));
  }

  async #list(query: ListQuery) {
    this.#ask('list', query);
    await new Promise(setImmediate);
    const items = [...this.#objects.values()].filter((object) => matches(query, object));
    return { resourceVersion: String(this.#version), items };
  }

  async *#watch(query: ListQuery, signal: AbortSignal): AsyncIterable<WatchEvent> {
    this.#ask('watch', query);
    const since = Number(query.resourceVersion);
    const queue = this.#log.filter(
      ({ object }) => matches(query, object) && Number(object.metadata.resourceVersion) > since,
    );
    let wake = Promise.withResolvers<void>();
    let ended: { readonly error: Error | undefined } | undefined;
    const watcher: Watcher = {
      query,
      push: (event) => {
        queue.push(event);
        wake.resolve();
      },
      end: (error) => {
        ended = { error };
        wake.resolve();
      },
    };
    this.#watchers.add(watcher);
    signal.addEventListener('abort', () => watcher.end(), { once: true });
    try {
      while (!signal.aborted) {
        wake = Promise.withResolvers();
        yield* queue.splice(0);
        if (ended?.error !== undefined) throw ended.error;
        if (ended) return;
        await wake.promise;
      }
    } finally {
      this.#watchers.delete(watcher);
    }
  }

  #ask(verb: 'get' | 'list' | 'watch', query: ListQuery): void {
    this.requests[verb] += 1;
    if (query.kind === 'Unserved') throw new NoKindError(query.apiVersion, query.kind);
    const refusal = this.refuse?.(verb, query);
    if (refusal instanceof Error) throw refusal;
  }
}

export function forbidden(): KubeError {
  return new KubeError(403, { message: 'forbidden', reason: 'Forbidden' });
}

export function gone(): KubeError {
  return new KubeError(410, { message: 'too old resource version', reason: 'Expired' });
}

function matches(query: ListQuery, object: KubeObject): boolean {
  return (
    query.kind === object.kind &&
    query.apiVersion === object.apiVersion &&
    (query.namespace === undefined || query.namespace === object.metadata.namespace) &&
    (query.labelSelector === undefined || object.metadata.labels?.[query.labelSelector] !== undefined)
  );
}

function keyOf({ apiVersion, kind, namespace, name }: Target): string {
  return `${apiVersion}/${kind}/${namespace ?? ''}/${name}`;
}
