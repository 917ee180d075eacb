import { randomBytes } from 'node:crypto';
import { type Client, Client as TemporalClient } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, beforeEach, expect, inject } from 'vitest';
import type {
  LookAtCommitInput,
  LookedAtCommit,
  TellCommitInput,
} from '../../activities/notify/commit-status/steps.ts';
import type { FluxEvent } from '../../activities/notify/event.ts';
import type { Notice, Route } from '../../activities/notify/notice.ts';
import type { Notices } from '../../activities/notify/notices.ts';
import type {
  DeliverInput,
  DispatchFailureInput,
  PassOnInput,
  RouteInput,
} from '../../activities/notify/steps.ts';
import { createNotices, type NoticeOptions } from '../../client/notices.ts';
import { connectTemporal } from '../../client/temporal.ts';
import { loadWorkflowBundle } from '../../workers/bundle.ts';
import { NOTIFIED } from './notified.ts';
import { CLUSTER } from './workflow-rig.ts';

const ms = 1;

/** For conditions that a few turns of a workflow bring about. */
export const PATIENCE = { timeout: 25_000, interval: 20 };

/** What the fake steps are told to do and were asked; made anew for each test. */
export interface NotifyStage {
  readonly routes: Route[];
  /** Each delivery, every attempt. */
  readonly attempts: DeliverInput[];
  /** What came of an attempt; throws to fail it. */
  deliver: (attempt: number, input: DeliverInput) => Promise<boolean>;
  /** Whether an attempt may be made at once. */
  admits: boolean;
  readonly routed: RouteInput[];
  readonly warnings: DispatchFailureInput[];
  look: (input: LookAtCommitInput) => Promise<LookedAtCommit>;
  tellCommit: (input: TellCommitInput) => Promise<void>;
}

export interface NotifyRig {
  readonly client: Client;
  readonly taskQueue: string;
  readonly stage: NotifyStage;
  /** Keys of this test's own. */
  notice(more?: Partial<FluxEvent>, key?: string): Notice;
  notices(times: NoticeOptions): Notices;
  /** Waits until a workflow has heard all that it was sent. */
  atRest(id: string): Promise<void>;
  /** Ends the worker without its leave, and starts another. */
  restartWorker(): Promise<void>;
}

/** A worker with the real workflows, and fakes of the steps that tell people and systems. */
export function notifyRig(): NotifyRig {
  const taskQueue = `test-${randomBytes(6).toString('hex')}`;
  let stage = newStage();
  let name = '';
  let client: Client | undefined;
  let worker: { stop(): Promise<void> } | undefined;
  const opened = () => {
    if (!client) throw new Error('the rig is not up yet');
    return client;
  };
  const activities = {
    routeEvent: async (input: RouteInput) => {
      stage.routed.push(input);
      return { ms, routes: stage.routes };
    },
    async passOnEvent({ route, notice, to }: PassOnInput) {
      const notices = createNotices(opened(), CLUSTER);
      await (to === 'group' ? notices.group(route, notice) : notices.countFailure(route, notice));
      return { ms };
    },
    async deliverAtOnce(input: DeliverInput) {
      if (!stage.admits) return { ms, isTold: false, isLeft: true };
      return activities.deliverEvent(input);
    },
    async deliverEvent(input: DeliverInput) {
      stage.attempts.push(input);
      return { ms, isTold: await stage.deliver(stage.attempts.length, input) };
    },
    lookAtCommit: async (input: LookAtCommitInput) => ({ ms, ...(await stage.look(input)) }),
    async tellCommit(input: TellCommitInput) {
      await stage.tellCommit(input);
      return { ms };
    },
    tellDispatchFailure: async (input: DispatchFailureInput) => {
      stage.warnings.push(input);
      return { ms };
    },
  };
  beforeAll(async () => {
    Runtime.install({ shutdownSignals: [], logger: new DefaultLogger('ERROR', () => undefined) });
    const { address, namespace } = inject('temporal');
    const { connection } = await connectTemporal({ address, namespace });
    client = new TemporalClient({
      connection,
      namespace,
      interceptors: {
        workflow: [
          {
            signalWithStart: (input, next) => next({ ...input, options: { ...input.options, taskQueue } }),
            startWithDetails: (input, next) => next({ ...input, options: { ...input.options, taskQueue } }),
          },
        ],
      },
    });
    worker = await startWorker(taskQueue, activities);
  });
  beforeEach(() => {
    stage = newStage();
    name = `alert-${randomBytes(6).toString('hex')}`;
  });
  afterAll(() => worker?.stop());

  return {
    taskQueue,
    get client() {
      return opened();
    },
    get stage() {
      return stage;
    },
    notice: (more = {}, key = name) => ({ event: { ...NOTIFIED, ...more }, key }),
    notices: (times) => createNotices(opened(), CLUSTER, times),
    async atRest(id) {
      const handle = opened().workflow.getHandle(id);
      const isAtRest = async () => {
        const { events } = await handle.fetchHistory();
        const last = events?.at(-1);
        return Boolean(
          last?.workflowTaskCompletedEventAttributes ??
            last?.workflowExecutionCompletedEventAttributes ??
            last?.timerStartedEventAttributes,
        );
      };
      await expect.poll(isAtRest, PATIENCE).toBe(true);
    },
    async restartWorker() {
      await worker?.stop();
      worker = await startWorker(taskQueue, activities);
    },
  };
}

/** An Alert of this test's own. */
export function routeTo(more: Partial<Route> = {}): Route {
  const name = `alert-${randomBytes(6).toString('hex')}`;
  return { alert: { namespace: 'apps', name }, timeoutMs: 500, ...more };
}

function newStage(): NotifyStage {
  return {
    routes: [],
    attempts: [],
    deliver: async () => true,
    admits: true,
    routed: [],
    warnings: [],
    look: async () => ({ isGone: true, sources: [], ended: {} }),
    tellCommit: async () => undefined,
  };
}

async function startWorker(taskQueue: string, activities: object) {
  const { address, namespace } = inject('temporal');
  const connection = await NativeConnection.connect({ address });
  const worker = await Worker.create({
    connection,
    namespace,
    taskQueue,
    workflowBundle: await loadWorkflowBundle(),
    activities,
    shutdownGraceTime: 0,
    shutdownForceTime: '2s',
    // What a worker that is gone would have gone on with, another takes soon.
    stickyQueueScheduleToStartTimeout: '500ms',
  });
  const running = worker.run();
  return {
    async stop() {
      worker.shutdown();
      await running;
      await connection.close();
    },
  };
}
