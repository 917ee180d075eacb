import type { KubeObject } from '../../api/kube-object.ts';
import type { KubeClient, ListQuery } from '../kube/client.ts';
import { KubeError, NoKindError } from '../kube/errors.ts';
import type { HealthTarget } from './targets.ts';

/** Objects of one kind in one place. */
export type Scope = Pick<ListQuery, 'apiVersion' | 'kind' | 'namespace' | 'labelSelector'>;

/** Reads objects as they are now or later, never older; those asked for at the same time share a request. */
export interface Reader {
  /** Undefined when there is no such object or no such kind. */
  read(scope: Scope, name: string): Promise<KubeObject | undefined>;
}

// A list of the scope costs about as much as a handful of single reads.
const MOST_SINGLE_READS = 8;

const readers = new WeakMap<KubeClient, Reader>();

/** The reader of a client: an identity of its own, so nothing read by one is shown to another. */
export function readerOf(kube: KubeClient): Reader {
  const known = readers.get(kube);
  if (known) return known;
  const reader = createReader(kube);
  readers.set(kube, reader);
  return reader;
}

export function scopeOf({ apiVersion, kind, namespace, labelSelector }: HealthTarget): Scope {
  return { apiVersion, kind, namespace, labelSelector };
}

export function scopeKey({ apiVersion, kind, namespace, labelSelector }: Scope): string {
  return `${apiVersion}/${kind}/${namespace ?? ''}/${labelSelector ?? ''}`;
}

export function isForbidden(error: unknown): boolean {
  return error instanceof KubeError && (error.status === 403 || error.status === 405);
}

type Answers = Map<string, PromiseWithResolvers<KubeObject | undefined>>;

function createReader(kube: KubeClient): Reader {
  // One batch of a scope is under way at a time; who comes meanwhile waits for the next one.
  const waiting = new Map<string, Answers>();

  async function drain(scope: Scope, key: string): Promise<void> {
    for (let batch = waiting.get(key); batch && batch.size > 0; batch = waiting.get(key)) {
      // Everybody who asks in this turn of the event loop comes along.
      await new Promise(setImmediate);
      waiting.set(key, new Map());
      await readBatch(kube, scope, batch);
    }
    waiting.delete(key);
  }

  return {
    read(scope, name) {
      const key = scopeKey(scope);
      const isIdle = !waiting.has(key);
      const batch: Answers = waiting.get(key) ?? new Map();
      waiting.set(key, batch);
      const answer = batch.get(name) ?? Promise.withResolvers<KubeObject | undefined>();
      batch.set(name, answer);
      if (isIdle) void drain(scope, key);
      return answer.promise;
    },
  };
}

/** Answers everyone of the batch; never rejects itself. */
async function readBatch(kube: KubeClient, scope: Scope, batch: Answers): Promise<void> {
  if (batch.size <= MOST_SINGLE_READS) return readEach(kube, scope, batch);
  try {
    const { items } = await kube.list(scope);
    for (const object of items) {
      batch.get(object.metadata.name)?.resolve(object);
      batch.delete(object.metadata.name);
    }
    // Missing in a list by label says little: somebody may have taken the label off.
    if (scope.labelSelector !== undefined) return await readEach(kube, scope, batch);
    for (const answer of batch.values()) answer.resolve(undefined);
  } catch (error) {
    // Reading single objects may be allowed all the same.
    if (isForbidden(error)) return readEach(kube, scope, batch);
    for (const answer of batch.values()) settle(answer, error);
  }
}

async function readEach(kube: KubeClient, scope: Scope, batch: Answers): Promise<void> {
  const { apiVersion, kind, namespace } = scope;
  await Promise.all(
    [...batch].map(async ([name, answer]) => {
      try {
        answer.resolve(await kube.get({ apiVersion, kind, namespace, name }));
      } catch (error) {
        settle(answer, error);
      }
    }),
  );
}

function settle(answer: PromiseWithResolvers<KubeObject | undefined>, error: unknown): void {
  if (error instanceof NoKindError) answer.resolve(undefined);
  else answer.reject(error);
}
