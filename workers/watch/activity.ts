import { Context } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import { transient } from '../../activities/failures.ts';
import type { KubeClient } from '../../activities/kube/client.ts';
import { type Follower, follow } from '../../activities/kube/follow.ts';
import type { Runs } from '../../activities/runs.ts';
import { Label } from '../../api/names.ts';
import { API_VERSION, Kind, workflowId } from '../../api/object-ref.ts';
import { Reason } from '../../api/reasons.ts';
import { signalObject } from '../../client/objects.ts';
import { type ReconcileRequest, requestReconcile, type Trigger } from '../../workflows/messages.ts';
import type { WatchInput } from '../../workflows/watch.ts';
import { type Configs, createConfigs } from './configs.ts';
import { createExpectations } from './expectations.ts';
import { createKeyedQueue, type KeyedQueue } from './keyed-queue.ts';
import type { WatchObserver } from './observer.ts';
import { createScheduleKeeper } from './schedule-keeper.ts';
import { keyOf, type Summary } from './summary.ts';
import { World } from './world.ts';

export interface WatchDeps {
  readonly kube: KubeClient;
  readonly client: Client;
  readonly runs: Runs;
  readonly log: {
    warn(details: object, message: string): void;
    info(details: object, message: string): void;
  };
  readonly observer: WatchObserver;
  /** Aborts when the worker begins to shut down. */
  readonly shutdown: AbortSignal;
}

export type WatchActivities = ReturnType<typeof createWatchActivities>;

const KINDS = Object.values(Kind).map((kind) => ({ apiVersion: API_VERSION[kind], kind }));

const HEARTBEAT_MS = 1_000;
const REQUESTS_IN_FLIGHT = 16;

/** The only place where events of the cluster become requests to objects. */
export function createWatchActivities(deps: WatchDeps) {
  return {
    /** Watches until the worker stops or the activity is taken away; the next holder lists everything again. */
    async watchCluster({ cluster }: WatchInput): Promise<void> {
      const context = Context.current();
      const ended = AbortSignal.any([context.cancellationSignal, deps.shutdown]);
      const watching = watchObjects(deps, cluster, ended, context.info.heartbeatDetails);
      const beat = setInterval(() => context.heartbeat(watching.configs()), HEARTBEAT_MS);
      const letGo = deps.observer.hold(watching.queues);
      try {
        await watching.done;
        // What the last beat tells goes to the next attempt only, not to a new activity.
        if (!context.cancellationSignal.aborted) throw handedOver();
      } finally {
        clearInterval(beat);
        letGo();
      }
    },
  };
}

function handedOver(): Error {
  return transient(Reason.Progressing, 'the worker stops, another one goes on', { retryAfterMs: 100 });
}

interface Poke {
  readonly object: Summary;
  readonly request: ReconcileRequest & { readonly trigger: Trigger };
}

function watchObjects(deps: WatchDeps, cluster: string, signal: AbortSignal, remembered: unknown) {
  const onError = (error: unknown) => {
    if (!signal.aborted) deps.log.warn({ error: String(error) }, 'the watch goes on after an error');
  };
  const pokes = createRequests(deps, cluster, { signal, onError });
  const looks = createKeyedQueue<Summary>({
    concurrency: 4,
    signal,
    onError,
    work: (object) => lookAgain(deps.runs, object),
  });
  // Every turn of a run shows in its object's status.
  let lastNews = performance.now();
  const quietFor = () => (pokes.size > 0 ? 0 : performance.now() - lastNews);
  const schedules = createScheduleKeeper({ client: deps.client, cluster, signal, quietFor, onError });
  const ids = new Set<string>();
  const world = new World({
    request: (object, request) => pokes.put(keyOf(object.ref), { object, request }),
    look: (object) => looks.put(keyOf(object.ref), object),
    expect: (object) => expectations.add(object),
    schedule(object) {
      lastNews = performance.now();
      ids.add(workflowId(cluster, object.ref));
      schedules.keep(object);
    },
    gone({ ref }) {
      ids.delete(workflowId(cluster, ref));
      schedules.remove(ref);
    },
  });
  const expectations = createExpectations({
    signal,
    onError,
    isAnswered: (object) => world.isAnswered(object),
    runs: deps.runs,
  });
  const configs = createConfigs(remembered, (config) => world.configChanged(config));

  const objects = followObjects(
    deps,
    { signal, onError, world },
    {
      onRelist: () => schedules.relist(),
      onAllListed: () => schedules.removeAllBut((id) => ids.has(id)),
    },
  );
  return {
    done: Promise.all([...objects, ...followConfigs(deps.kube, configs, { signal, onError })]),
    configs: configs.versions,
    queues: {
      requests: () => pokes.size,
      looks: () => looks.size,
      schedules: () => schedules.size,
    },
  };
}

/** Asks for runs, one request in flight for an object. */
function createRequests(
  { client, observer }: Pick<WatchDeps, 'client' | 'observer'>,
  cluster: string,
  { signal, onError }: Following,
): KeyedQueue<Poke> {
  return createKeyedQueue<Poke>({
    concurrency: REQUESTS_IN_FLIGHT,
    signal,
    onError,
    // A request of the annotation is not lost behind a later event.
    join: (waiting, coming) => ({ ...coming, request: { ...waiting.request, ...coming.request } }),
    async work({ object: { ref }, request: { trigger, requestedAt } }) {
      const request = { reason: trigger, ...(requestedAt !== undefined && { requestedAt }) };
      await signalObject(client, cluster, ref, { signal: requestReconcile, request, trigger });
      observer.requested(ref.kind, trigger);
    },
  });
}

interface Following {
  readonly signal: AbortSignal;
  readonly onError: (error: unknown) => void;
}

function followObjects(
  { kube, log, observer }: Pick<WatchDeps, 'kube' | 'log' | 'observer'>,
  { signal, onError, world }: Following & { readonly world: World },
  { onRelist, onAllListed }: { readonly onRelist: () => void; readonly onAllListed: () => void },
): readonly Promise<void>[] {
  const unlisted = new Set<string>(KINDS.map(({ kind }) => kind));
  return KINDS.map((query) => {
    const { kind } = query;
    const follower: Follower = {
      onList(items) {
        if (!unlisted.has(kind)) onRelist();
        observer.listed(kind, items);
        world.replace(kind, items);
        if (unlisted.delete(kind) && unlisted.size === 0) onAllListed();
        log.info({ kind, objects: items.length }, 'listed');
      },
      onEvent(object, isDeleted) {
        if (isDeleted) observer.removed(object);
        else observer.changed(object);
        if (isDeleted) world.remove(object);
        else world.upsert(object);
      },
      onHeard: () => observer.heard(kind),
      onError,
    };
    return follow(kube, query, follower, { signal });
  });
}

async function lookAgain(runs: Runs, { ref, isSuspended, suspendedUntil }: Summary): Promise<void> {
  if (!isSuspended) return runs.lookSoon(ref);
  const until = Date.parse(suspendedUntil ?? '');
  if (!Number.isNaN(until)) await runs.keepResume(ref, Math.max(0, until - Date.now()));
}

function followConfigs(
  kube: KubeClient,
  configs: Configs,
  { signal, onError }: Following,
): readonly Promise<void>[] {
  return ['ConfigMap', 'Secret'].map((kind) => {
    const query = { apiVersion: 'v1', kind, labelSelector: `${Label.watch}=Enabled` };
    return follow(
      kube,
      query,
      { onList: (items) => configs.replace(kind, items), onEvent: configs.event, onError },
      { signal },
    );
  });
}
