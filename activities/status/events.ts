import { randomBytes } from 'node:crypto';
import type { KubeObject } from '../../api/kube-object.ts';
import { Annotation } from '../../api/names.ts';
import type { KubeClient } from '../kube/client.ts';
import { redact } from '../redact.ts';
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

/** Records core/v1 Events. They are a courtesy to readers: one that cannot be written is counted and logged, never an error. */
export interface EventRecorder {
  record(event: EventInput): void;
  /** Waits until all recorded events are written. */
  flush(): Promise<void>;
}

// The API server's bound on an event's message; longer ones are refused.
const LONGEST_MESSAGE = 1024;
const CONCURRENT = 2;
const KEPT_SERIES = 1000;
const SERIES_MS = 10 * 60_000;

const CONTROLLER: Readonly<Record<string, string>> = {
  GitRepository: 'source-controller',
  HelmRepository: 'source-controller',
  HelmChart: 'source-controller',
  Kustomization: 'kustomize-controller',
  HelmRelease: 'helm-controller',
};

interface Series {
  readonly name: string;
  readonly namespace: string;
  readonly until: number;
  count: number;
}

/** Writes events behind the work, two at a time; a repeated event is counted on the first one, as client-go's recorder does. */
export function createEventRecorder(
  kube: KubeClient,
  onError: (error: unknown) => void,
  now: () => Date,
): EventRecorder {
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
    record(event) {
      queue.push(event);
      if (writing < CONCURRENT) next();
    },
    flush: () =>
      writing === 0 && queue.length === 0 ? Promise.resolve() : new Promise((resolve) => idle.push(resolve)),
  };
}

function eventBody(event: EventInput, at: Date): KubeObject & { readonly message: string } {
  const { apiVersion, kind, metadata } = event.object;
  const component = CONTROLLER[kind] ?? 'pawl';
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

/** Metadata under the kind's API group, and the object's own event annotations. */
function eventAnnotations({ object, metadata = {} }: EventInput): Record<string, string> {
  const group = object.apiVersion.slice(0, object.apiVersion.indexOf('/'));
  const own = Object.entries(metadata).map(([key, value]) => [`${group}/${key}`, value] as const);
  const copied = Object.entries(object.metadata.annotations ?? {}).filter(([key]) =>
    key.startsWith(Annotation.eventPrefix),
  );
  return Object.fromEntries([...own, ...copied]);
}
