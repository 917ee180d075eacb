import { setTimeout as sleep } from 'node:timers/promises';
import pLimit from 'p-limit';
import type { KubeObject } from '../../api/kube-object.ts';
import type { KubeClient } from '../kube/client.ts';
import { getOne } from './live.ts';
import { CONCURRENCY } from './parallel.ts';

const FIRST_POLL_MS = 20;
const LAST_POLL_MS = 2_000;

export interface WaitOptions {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Called at every look with the number of objects still there: a sign of life for a long wait. */
  readonly onProgress?: ((left: number) => void) | undefined;
}

/** Waits until deleted objects are gone, namesakes that came after them not counted; returns those still there. */
export async function awaitGone(
  kube: KubeClient,
  deleted: readonly KubeObject[],
  { timeoutMs, signal, onProgress }: WaitOptions,
): Promise<readonly KubeObject[]> {
  const deadline = Date.now() + timeoutMs;
  let left = deleted;
  for (let pause = FIRST_POLL_MS; ; pause = Math.min(pause * 2, LAST_POLL_MS)) {
    left = await stillThere(kube, left);
    onProgress?.(left.length);
    if (left.length === 0 || Date.now() + pause > deadline) return left;
    await sleep(pause, undefined, { signal });
  }
}

async function stillThere(kube: KubeClient, objects: readonly KubeObject[]): Promise<readonly KubeObject[]> {
  const found = await pLimit(CONCURRENCY).map(objects, async (object) => {
    const live = await getOne(kube, object);
    return live?.metadata.uid === object.metadata.uid;
  });
  return objects.filter((_, i) => found[i]);
}
