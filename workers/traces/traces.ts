import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeClient } from '../../activities/kube/client.ts';
import { describeRef } from '../../api/object-ref.ts';
import { Outcome } from '../../workflows/outcome.ts';
import type { EndedPass } from '../../workflows/telemetry.ts';
import type { Traces } from './contract.ts';
import type { SpanSink } from './exporter.ts';
import { originOf, read } from './origin.ts';
import { planSpans, traceIds } from './spans.ts';

export interface TracesOptions {
  readonly kube: Pick<KubeClient, 'get'>;
  readonly sink: SpanSink;
  readonly onError: (error: unknown) => void;
}

// Passes that wait for their object to be read; more are left out.
const MOST_WAITING = 1_000;
const MOST_OBJECTS = 10_000;
const DRAIN_MS = 2_000;

/** What says nothing of a change on its way. */
const UNTOLD: ReadonlySet<string> = new Set([
  Outcome.NothingToDo,
  Outcome.Suspended,
  Outcome.Deleted,
  Outcome.Gone,
]);

/**
 * Tells each change once: of a revision, the first pass of an object for each way in which it ended. Repeated looks at
 * what is there already are no part of the change.
 */
export function createTraces({ kube, sink, onError }: TracesOptions): Traces {
  const waiting: EndedPass[] = [];
  const told = createTold();
  let working: Promise<void> | undefined;

  async function work(): Promise<void> {
    for (let pass = waiting.shift(); pass !== undefined; pass = waiting.shift()) {
      try {
        await tell(pass);
      } catch (error) {
        onError(error);
      }
    }
    working = undefined;
  }

  async function tell(pass: EndedPass): Promise<void> {
    const { revision = '' } = pass.result;
    const object = await read(kube, pass.ref);
    const origin = object && (await originOf(kube, object, revision));
    if (origin) sink.emit(planSpans(pass, object, origin), traceIds(origin));
  }

  return {
    passEnded(pass) {
      const { outcome, revision } = pass.result;
      if (revision === undefined || UNTOLD.has(outcome) || waiting.length >= MOST_WAITING) return;
      if (!told.isNew(describeRef(pass.ref), revision, outcome)) return;
      waiting.push(pass);
      working ??= work();
    },
    async close() {
      await Promise.race([working, sleep(DRAIN_MS, undefined, { ref: false })]);
      await sink.close();
    },
  };
}

/** What has been told of the newest revision of each object. */
function createTold() {
  const objects = new Map<string, { readonly revision: string; readonly outcomes: Set<string> }>();
  return {
    isNew(key: string, revision: string, outcome: string): boolean {
      const known = objects.get(key);
      objects.delete(key);
      const now = known?.revision === revision ? known : { revision, outcomes: new Set<string>() };
      objects.set(key, now);
      const [oldest] = objects.keys();
      if (objects.size > MOST_OBJECTS && oldest !== undefined) objects.delete(oldest);
      if (now.outcomes.has(outcome)) return false;
      now.outcomes.add(outcome);
      return true;
    },
  };
}
