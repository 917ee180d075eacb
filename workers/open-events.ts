import { Client } from '@temporalio/client';
import type { NativeConnection } from '@temporalio/worker';
import type { Notifications } from '../activities/deps.ts';
import type { KubeClient } from '../activities/kube/client.ts';
import { createAlertBook } from '../activities/notify/alert-book.ts';
import { createOutbox } from '../activities/notify/outbox.ts';
import { createEventRecorder, type EventRecorder } from '../activities/status/events.ts';
import { createNotices } from '../client/notices.ts';
import type { Log } from './log.ts';

export interface EventOptions {
  readonly kube: KubeClient;
  /** The worker's own: it begins with a message as soon as it is durable. */
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly cluster: string;
  readonly noCrossNamespaceRefs: boolean;
  readonly log: Log;
  readonly cleanup: AsyncDisposableStack;
  readonly now: () => Date;
}

export interface OpenedEvents extends Pick<Notifications, 'book' | 'notices'> {
  readonly events: EventRecorder;
}

/** What records events, and knows who is told of them. */
export function openEvents({
  kube,
  connection,
  namespace,
  cluster,
  log,
  cleanup,
  now,
  ...policy
}: EventOptions): OpenedEvents {
  const ended = new AbortController();
  const book = createAlertBook({
    kube,
    signal: ended.signal,
    noCrossNamespaceRefs: policy.noCrossNamespaceRefs,
    onProblem: (object, reason, message) => void events.record({ object, type: 'Warning', reason, message }),
    onError: (error) =>
      log.warn({ error: String(error) }, 'Alerts and Providers are followed after an error'),
  });
  const notices = createNotices(new Client({ connection, namespace }), cluster, { isEager: true });
  const events = createEventRecorder({
    kube,
    outbox: createOutbox({ book, notices, now }),
    onError: (error) => log.warn({ error: String(error) }, 'an event could not be written'),
    now,
  });
  cleanup.defer(() => events.flush());
  cleanup.defer(() => ended.abort());
  return { book, notices, events };
}
