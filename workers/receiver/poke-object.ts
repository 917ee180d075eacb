import type { Client } from '@temporalio/client';
import type { KubeClient, Target } from '../../activities/kube/client.ts';
import { reconciledKind } from '../../activities/notify/receiver/resources.ts';
import { Annotation } from '../../api/names.ts';
import type { ObjectRef } from '../../api/object-ref.ts';
import { signalObject } from '../../client/objects.ts';
import { requestReconcile, Trigger } from '../../workflows/messages.ts';

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

export interface PokeDeps {
  readonly kube: Pick<KubeClient, 'patch'>;
  readonly signalRun: SignalRun;
  readonly now: () => Date;
}

/**
 * Asks for a reconcile of an object: by annotation, which the controllers of other kinds follow, and by a signal to the
 * run of one of ours. The annotation goes first, so that the run answers it; it says that the signal comes, so that
 * the watch does not send another one.
 */
export async function pokeObject({ kube, signalRun, now }: PokeDeps, target: Target): Promise<void> {
  const kind = reconciledKind(target);
  const requestedAt = now().toISOString();
  const annotations = {
    [Annotation.requestedAt]: requestedAt,
    ...(kind && { [Annotation.signalledAt]: requestedAt }),
  };
  await kube.patch(target, { metadata: { annotations } }, { type: 'merge', fieldManager: FIELD_MANAGER });
  if (kind) await signalRun({ kind, namespace: target.namespace ?? '', name: target.name }, requestedAt);
}

const FIELD_MANAGER = 'notification-controller';
