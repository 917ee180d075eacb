import type { Client } from '@temporalio/client';
import type { KubeClient, Target } from '../../activities/kube/client.ts';
import { reconciledKind } from '../../activities/notify/receiver/resources.ts';
import { Annotation } from '../../api/names.ts';
import type { ObjectRef } from '../../api/object-ref.ts';
import { signalObject } from '../../client/objects.ts';
import { requestReconcile, Trigger } from '../../workflows/messages.ts';
import { createPokes } from './pokes.ts';

/** Tells the run of an object that a webhook asks for it. */
export type SignalRun = (ref: ObjectRef, requestedAt: string) => Promise<void>;

// Who waits for the answer does not wait much longer.
const SIGNAL_MS = 8_000;

export function createSignalRun(client: Client, cluster: string): SignalRun {
  const trigger = Trigger.Webhook;
  return async (ref, requestedAt) => {
    const request = { reason: trigger, requestedAt };
    const send = () => signalObject(client, cluster, ref, { signal: requestReconcile, request, trigger });
    await client.withDeadline(Date.now() + SIGNAL_MS, send);
  };
}

/** Asks for reconciles of objects, for many webhooks together. */
export interface ObjectPokes {
  /** Resolves once the request outlives this process; rejects when the object could not be asked for. */
  poke(target: Target): Promise<void>;
  /** Resolves once everything is signalled. */
  rest(): Promise<void>;
}

export interface ObjectPokeOptions {
  readonly kube: Pick<KubeClient, 'patch'>;
  readonly signalRun: SignalRun;
  /** Told of runs that could not be signalled: nobody may wait for it any more. */
  readonly onError: (error: unknown) => void;
  /** From then on, nothing is put off. */
  readonly signal: AbortSignal;
}

interface Signal {
  readonly ref: ObjectRef;
  readonly requestedAt: string;
}

const AT_ONCE = 16;

/**
 * Asks by annotation, which the controllers of other kinds follow, and by a signal to the run of one of ours. The first
 * of a quiet time waits for both. Those that come soon after it wait for an annotation, and are signalled together later:
 * should nobody live to do that, the watch finds the annotation that no status answers.
 */
export function createObjectPokes({ kube, signalRun, onError, signal }: ObjectPokeOptions): ObjectPokes {
  const marks = createPokes({
    poke: (target: Target) => annotate(kube, target),
    pauseAfter: afterMark,
    concurrency: AT_ONCE,
    signal,
  });
  const signals = createPokes({
    poke: ({ ref, requestedAt }: Signal) =>
      signalRun(ref, requestedAt).catch((error: unknown) => {
        onError(error);
        throw error;
      }),
    pauseAfter: afterSignal,
    concurrency: AT_ONCE,
    signal,
  });

  async function poke(target: Target): Promise<void> {
    const key = keyOf(target);
    const requestedAt = await marks.put(key, target);
    const kind = reconciledKind(target);
    if (!kind) return;
    const isFirst = !signals.has(key);
    const ref = { kind, namespace: target.namespace ?? '', name: target.name };
    const signalled = signals.put(key, { ref, requestedAt });
    if (isFirst) return signalled;
    signalled.catch(() => undefined);
    return undefined;
  }

  return {
    poke,
    async rest() {
      await marks.rest();
      await signals.rest();
    },
  };
}

const LEAST_MARK_PAUSE_MS = 100;

/** Ten a second, and fewer where an annotation takes long: whoever waits shares the next one. */
function afterMark(_marks: number, tookMs: number): number {
  return Math.max(LEAST_MARK_PAUSE_MS, tookMs);
}

// Two pushes of one person come closer than a second; a flood is slowed down soon. Less than the watch waits.
const FIRST_SIGNAL_PAUSE_MS = 250;
const LONGEST_SIGNAL_PAUSE_MS = 4_000;

/** ¼, ½, 1, 2 and then 4 seconds. */
export function afterSignal(signals: number): number {
  return Math.min(LONGEST_SIGNAL_PAUSE_MS, FIRST_SIGNAL_PAUSE_MS * 2 ** (signals - 1));
}

/** Returns what it says. Of a kind of ours it tells the watch that the signal comes, so that no other one is sent. */
async function annotate(kube: Pick<KubeClient, 'patch'>, target: Target): Promise<string> {
  const requestedAt = new Date().toISOString();
  const annotations = {
    [Annotation.requestedAt]: requestedAt,
    ...(reconciledKind(target) && { [Annotation.signalledAt]: requestedAt }),
  };
  await kube.patch(target, { metadata: { annotations } }, { type: 'merge', fieldManager: FIELD_MANAGER });
  return requestedAt;
}

const FIELD_MANAGER = 'notification-controller';

function keyOf({ apiVersion, kind, namespace, name }: Target): string {
  return `${apiVersion}/${kind}/${namespace}/${name}`;
}
