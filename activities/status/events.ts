import { randomBytes } from 'node:crypto';
import type { KubeObject } from '../../api/kube-object.ts';
import { faultPoint } from '../fault.ts';
import type { KubeClient } from '../kube/client.ts';
import { redact } from '../redact.ts';
import { eventAnnotations, reportingController } from './event-metadata.ts';
import { seconds } from './patch.ts';

/** The object that an event is about. */
export interface Involved {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string | undefined;
    readonly uid?: string | undefined;
    readonly resourceVersion?: string | undefined;
    readonly annotations?: Readonly<Record<string, string>> | undefined;
    readonly labels?: Readonly<Record<string, string>> | undefined;
  };
}

export interface EventInput {
  readonly object: Involved;
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  /** Keys without the group: `revision`, `commit_status`. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** The one door for events: to readers of the cluster and to whom Alerts tell. */
export interface EventRecorder {
  /**
   * Resolves once the event cannot be lost any more, if any Alert wants it: to be awaited before the status says what
   * happened. The core/v1 Event is written behind the work. It is a courtesy to readers: one that cannot be written is
   * counted and logged, never an error. Rejects when an Alert wants it and nobody can keep it; the step is to be repeated.
   */
  record(event: EventInput): Promise<void>;
  /** Waits until all recorded events are written. */
  flush(): Promise<void>;
}

// The API server's bound on an event's message; longer ones are refused.
const LONGEST_MESSAGE = 1024;
const CONCURRENT = 2;
const KEPT_SERIES = 1000;
const SERIES_MS = 10 * 60_000;

interface Series {
  readonly name: string;
  readonly namespace: string;
  readonly until: number;
  count: number;
}

/** Keeps events for those whom Alerts tell. */
export interface EventOutbox {
  /** Resolves once the event is durable, to whether anybody wants it. */
  put(event: EventInput): Promise<boolean>;
}

export interface RecorderOptions {
  readonly kube: KubeClient;
  /** Nobody is told without it. */
  readonly outbox?: EventOutbox;
  readonly onError: (error: unknown) => void;
  readonly now: () => Date;
}

/** Writes events behind the work, two at a time; a repeated event is counted on the first one, as client-go's recorder does. */
export function createEventRecorder({ kube, outbox, onError, now }: RecorderOptions): EventRecorder {
  const queue: EventInput[] = [];
  const series = new Map<string, Series>();
  let writing = 0;
  let idle: (() => void)[] = [];

  function next(): void {
    const event = queue.shift();
    if (event === undefined) {
      if (writing > 0) return;
      for (const wake of idle) wake();
      idle = [];
      return;
    }
    writing += 1;
    write(event)
      .catch(onError)
      .finally(() => {
        writing -= 1;
        next();
      });
  }

  async function write(event: EventInput): Promise<void> {
    const body = eventBody(event, now());
    const key = JSON.stringify([event.object.metadata.uid, event.reason, body.message]);
    const known = series.get(key);
    if (known && known.until > now().getTime()) {
      known.count += 1;
      const target = { apiVersion: 'v1', kind: 'Event', namespace: known.namespace, name: known.name };
      await kube.patch(target, { count: known.count, lastTimestamp: seconds(now()) }, { type: 'merge' });
      return;
    }
    await kube.create(body);
    const { name, namespace = '' } = body.metadata;
    series.set(key, { name, namespace, until: now().getTime() + SERIES_MS, count: 1 });
    const oldest = series.keys().next().value;
    if (series.size > KEPT_SERIES && oldest !== undefined) series.delete(oldest);
  }

  return {
    async record(event) {
      queue.push(event);
      if (writing < CONCURRENT) next();
      if (await outbox?.put(event)) faultPoint('event.recorded');
    },
    flush: () =>
      writing === 0 && queue.length === 0 ? Promise.resolve() : new Promise((resolve) => idle.push(resolve)),
  };
}

function eventBody(event: EventInput, at: Date): KubeObject & { readonly message: string } {
  const { apiVersion, kind, metadata } = event.object;
  const component = reportingController(kind);
  const namespace = metadata.namespace ?? 'default';
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: {
      name: `${metadata.name}.${at.getTime().toString(16)}${randomBytes(4).toString('hex')}`,
      namespace,
      annotations: eventAnnotations(event),
    },
    involvedObject: {
      apiVersion,
      kind,
      name: metadata.name,
      namespace,
      uid: metadata.uid,
      resourceVersion: metadata.resourceVersion,
    },
    type: event.type,
    reason: event.reason,
    message: redact(event.message).slice(0, LONGEST_MESSAGE),
    source: { component },
    reportingComponent: component,
    firstTimestamp: seconds(at),
    lastTimestamp: seconds(at),
    count: 1,
  };
}
