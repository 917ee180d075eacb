import { expect, onTestFinished, vi } from 'vitest';
import type { KubeClient, ListQuery, Target } from '../../activities/kube/client.ts';
import { KubeError } from '../../activities/kube/errors.ts';
import type { ReceiverType } from '../../activities/notify/receiver/contract.ts';
import type { KubeObject } from '../../api/kube-object.ts';
import type { ObjectRef } from '../../api/object-ref.ts';
import type { ReceiverSpec } from '../../api/receiver.ts';
import { createLog } from '../../workers/log.ts';
import { type ReceiverServerOptions, startReceiverServer } from '../../workers/receiver-server.ts';
import { FakeCluster } from './fake-cluster.ts';
import { receiverObject, TOKEN } from './hooks.ts';

/** A real server for webhooks in front of a cluster in memory. */
export interface ReceiverRig {
  readonly url: string;
  readonly cluster: FakeCluster;
  /** What was annotated and signalled, in that order: `annotate Kind/namespace/name`. */
  readonly done: string[];
  /** The values of the annotations of each patch. */
  readonly patches: Readonly<Record<string, string>>[];
  readonly log: () => string;
  /** Replaces what signalling does. */
  signal: (ref: ObjectRef) => Promise<void>;
  readonly close: () => Promise<void>;
}

export async function startReceiverRig(
  objects: readonly object[],
  options: Partial<ReceiverServerOptions> = {},
): Promise<ReceiverRig> {
  const cluster = new FakeCluster();
  for (const object of [tokenSecret(), ...objects]) cluster.put(object as KubeObject);
  const done: string[] = [];
  const patches: Record<string, string>[] = [];
  const lines: string[] = [];
  const kube: KubeClient = {
    ...cluster.client,
    async listMetadata(query: ListQuery) {
      const { labelSelector, ...rest } = query;
      const list = await cluster.client.list(rest);
      const wanted = (labelSelector ?? '').split(',').filter(Boolean);
      const items = list.items.filter(({ metadata: { labels = {} } }) =>
        wanted.every((pair) => labels[pair.split('=')[0] ?? ''] === pair.split('=')[1]),
      );
      return { ...list, items };
    },
    async patch(target: Target, patch: unknown) {
      const object = await cluster.client.get(target);
      if (!object) throw new KubeError(404, { message: 'not found', reason: 'NotFound' });
      done.push(`annotate ${target.kind}/${target.namespace}/${target.name}`);
      patches.push((patch as { metadata: { annotations: Record<string, string> } }).metadata.annotations);
      return object;
    },
  };
  const server = await startReceiverServer({
    kube,
    async signalRun(ref) {
      await rig.signal(ref);
      done.push(`signal ${ref.kind}/${ref.namespace}/${ref.name}`);
    },
    request: async (ref, trigger) =>
      void done.push(`request ${ref.kind}/${ref.namespace}/${ref.name} ${trigger}`),
    policy: { noCrossNamespaceRefs: false },
    log: createLog('info', { write: (line) => void lines.push(line) }),
    address: '127.0.0.1:0',
    ...options,
  });
  onTestFinished(() => server.close());
  const rig: ReceiverRig = {
    url: server.url,
    cluster,
    done,
    patches,
    log: () => lines.join(''),
    signal: () => Promise.resolve(),
    close: () => server.close(),
  };
  return rig;
}

/** The same with one Receiver, which is followed, and a way to send to it. */
export async function rigFor(
  type: ReceiverType,
  spec: Partial<ReceiverSpec> = {},
  options: Partial<ReceiverServerOptions> = {},
  objects: readonly object[] = [pokable('GitRepository', 'home')],
) {
  const receiver = receiverObject(type, spec);
  const path = receiver.status?.webhookPath ?? '';
  const rig = await startReceiverRig([receiver, ...objects], options);
  const url = `${rig.url}${path}`;
  await vi.waitFor(() => expect(rig.cluster.requests.list).toBeGreaterThan(0));
  await vi.waitFor(() => expect(rig.cluster.watches).toBe(1));
  const send = (body: Buffer | string = '', headers: Record<string, string> = {}, method = 'POST') =>
    fetch(url, { method, headers, ...(method === 'POST' && { body: new Uint8Array(Buffer.from(body)) }) });
  return { ...rig, rig, url, path, receiver, send };
}

export function tokenSecret(token = TOKEN): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'token', namespace: 'apps' },
    data: { token: Buffer.from(token).toString('base64') },
  } as unknown as KubeObject;
}

/** An object that webhooks may be about. */
export function pokable(kind: string, name: string, some: Partial<KubeObject['metadata']> = {}): KubeObject {
  const apiVersion = kind === 'GitRepository' ? 'source.toolkit.fluxcd.io/v1' : OTHERS[kind];
  return { apiVersion: apiVersion ?? '', kind, metadata: { name, namespace: 'apps', ...some } };
}

const OTHERS: Readonly<Record<string, string>> = {
  OCIRepository: 'source.toolkit.fluxcd.io/v1',
  Kustomization: 'kustomize.toolkit.fluxcd.io/v1',
  ImageRepository: 'image.toolkit.fluxcd.io/v1',
};
