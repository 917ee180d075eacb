import { timingSafeEqual } from 'node:crypto';
import type { KubeClient } from '../../activities/kube/client.ts';
import { follow } from '../../activities/kube/follow.ts';
import { compileReceiver, type ReceiverExpressions } from '../../activities/notify/receiver/expressions.ts';
import { digestOf } from '../../activities/notify/receiver/webhook-path.ts';
import { findCondition } from '../../api/conditions.ts';
import type { KubeObject } from '../../api/kube-object.ts';
import { API_VERSION, Kind } from '../../api/object-ref.ts';
import { type Receiver, receiver as receiverSchema } from '../../api/receiver.ts';

/** A Receiver that has a path. */
export interface Entry {
  readonly receiver: Receiver;
  /** Neither suspended nor without success, so that it answers. */
  readonly isOpen: boolean;
  /** Compiled at the first webhook. Throws InvalidCELExpression, which an open one does not. */
  expressions(): ReceiverExpressions;
}

/** All Receivers by their paths, as the cluster has them now. */
export interface Book {
  /** Whether all were seen: until then, one that is not found may be there. */
  isListed(): boolean;
  /** The Receiver whose path has this digest; how long that takes tells nothing of what there is. */
  find(digest: Buffer): Entry | undefined;
  /** Ends with the signal. */
  readonly followed: Promise<void>;
}

interface Page {
  readonly digest: Buffer;
  readonly entry: Entry;
}

/** Follows the Receivers of a cluster until the signal aborts. */
export function openBook(
  kube: KubeClient,
  { signal, onError }: { readonly signal: AbortSignal; readonly onError: (error: unknown) => void },
): Book {
  const pages = new Map<string, Page>();
  let isListed = false;

  function see(object: KubeObject): void {
    const page = pageOf(object);
    if (page) pages.set(keyOf(object), page);
    else pages.delete(keyOf(object));
  }

  const query = { apiVersion: API_VERSION[Kind.Receiver], kind: Kind.Receiver };
  const followed = follow(
    kube,
    query,
    {
      onList(objects) {
        pages.clear();
        for (const object of objects) see(object);
        isListed = true;
      },
      onEvent: (object, isDeleted) => (isDeleted ? void pages.delete(keyOf(object)) : see(object)),
      onError,
    },
    { signal },
  );
  return {
    isListed: () => isListed,
    find(digest) {
      const same = [...pages.values()].filter((page) => timingSafeEqual(page.digest, digest));
      // Name and namespace of two may read the same in a row: none takes the path of one that was there before.
      return same.map(({ entry }) => entry).sort(byAge)[0];
    },
    followed,
  };
}

function pageOf(object: KubeObject): Page | undefined {
  const read = receiverSchema.safeParse(object);
  if (!read.success) return undefined;
  const receiver = read.data;
  const digest = digestOf(receiver.status?.webhookPath ?? '');
  if (!digest || receiver.metadata.deletionTimestamp) return undefined;
  let compiled: ReceiverExpressions | undefined;
  const { conditions } = receiver.status ?? {};
  const isReady = findCondition(conditions, 'Ready')?.status === 'True';
  return {
    digest,
    entry: {
      receiver,
      isOpen: isReady && !receiver.spec.suspend,
      expressions: () => (compiled ??= compileReceiver(receiver.spec)),
    },
  };
}

function byAge({ receiver: a }: Entry, { receiver: b }: Entry): number {
  const [first, second] = [a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? ''];
  if (first === second) return a.metadata.uid < b.metadata.uid ? -1 : 1;
  return first < second ? -1 : 1;
}

function keyOf({ metadata }: KubeObject): string {
  return `${metadata.namespace}/${metadata.name}`;
}
