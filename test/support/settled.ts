import type { Deps } from '../../activities/deps.ts';
import type { EventInput } from '../../activities/status/events.ts';
import type { KubeObject } from '../../api/kube-object.ts';
import { StoredObjects } from './stored-objects.ts';

/** What a settle step works with, and what it did. */
export interface SettleRig {
  readonly deps: Deps;
  readonly stored: StoredObjects;
  /** Each event, status patch and retry as a line, in order. */
  readonly acts: readonly string[];
}

const SETTLED_AT = new Date('2026-11-22T12:00:00.500Z');

/** Objects in memory, events in a list, and a clock that stands still. */
export function settleRig(...objects: readonly KubeObject[]): SettleRig {
  const stored = new StoredObjects(...objects);
  const acts: string[] = [];
  const { kube } = stored;
  const deps = {
    kube: {
      ...kube,
      patch: (...request: Parameters<typeof kube.patch>) => {
        acts.push(`patch ${request[0].kind}`);
        return kube.patch(...request);
      },
    },
    events: {
      record: async ({ type, reason, message }: EventInput) =>
        void acts.push(`${type} ${reason}: ${message}`),
      flush: () => Promise.resolve(),
    },
    runs: { retryIn: async (_ref: unknown, ms: number) => void acts.push(`retry in ${ms}`) },
    policy: { requeueDependencyMs: 30_000 },
    now: () => SETTLED_AT,
  };
  // Of all that steps may use, what settling does.
  return { deps: deps as unknown as Deps, stored, acts };
}
