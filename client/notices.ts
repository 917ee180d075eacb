import {
  type Client,
  WorkflowExecutionAlreadyStartedError,
  WorkflowIdConflictPolicy,
  type WorkflowIdReusePolicy,
  WorkflowNotFoundError,
} from '@temporalio/client';
import type { Workflow } from '@temporalio/common';
import type { FluxEvent } from '../activities/notify/event.ts';
import type { Notice, Route } from '../activities/notify/notice.ts';
import type { Notices } from '../activities/notify/notices.ts';
import { taskQueue } from '../api/names.ts';
import { boundedId, fnv1a64 } from '../api/object-ref.ts';
import type { CommitStatusInput } from '../workflows/commit-status.ts';
import type { DeliveryTimes } from '../workflows/deliver.ts';
import type { GroupInput } from '../workflows/grouped-alert.ts';
import { tellEvent } from '../workflows/messages.ts';
import type { NotifyInput } from '../workflows/notify.ts';
import type { RepeatedFailureInput } from '../workflows/repeated-failure.ts';

export interface NoticeOptions {
  /** Whether the client shares its connection with a worker, which then begins at once with what is started by it. */
  readonly isEager?: boolean;
  /** For how long the same event is a repetition, in milliseconds; tests shorten it. */
  readonly memoryMs?: number;
  readonly times?: DeliveryTimes;
}

// The step that waits for it is tried again.
const DEADLINE_MS = 10_000;
// As Flux's notification-controller does by default.
const MEMORY_MS = 5 * 60_000;

/** What the outbox asks of Temporal, asked of a real one. */
export function createNotices(client: Client, cluster: string, options: NoticeOptions = {}): Notices {
  const { times } = options;
  const more = times === undefined ? {} : { times };

  async function start(type: string, id: string, input: object, notice: Notice): Promise<void> {
    const options = {
      ...startOf(cluster, notice),
      workflowId: id,
      args: [input],
      signal: tellEvent,
      signalArgs: [notice] as [Notice],
      workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
    };
    await bounded(client, () => client.workflow.signalWithStart<Workflow, [Notice]>(type, options));
  }

  const alertId = ({ alert: { namespace, name } }: Route, more: string) =>
    boundedId(`${cluster}/Alert/${namespace}/${name}/${more}`);
  const failuresId = (route: Route, { event }: Notice) => alertId(route, `failures/${objectKey(event)}`);
  return {
    tell: createTell(client, cluster, options),
    group(route, notice) {
      const input: GroupInput = { route, ...more };
      return start('groupedAlert', alertId(route, 'group'), input, notice);
    },
    countFailure(route, notice) {
      const input: RepeatedFailureInput = { route, ...more };
      return start('repeatedFailure', failuresId(route, notice), input, notice);
    },
    lookAtCommit({ commit, ...route }, notice) {
      const input: CommitStatusInput = { alert: route.alert, timeoutMs: route.timeoutMs, commit };
      return start('commitStatus', alertId(route, commit), input, notice);
    },
    async endFailures(route, notice) {
      const handle = client.workflow.getHandle(failuresId(route, notice));
      try {
        await bounded(client, () => handle.signal(tellEvent, notice));
      } catch (error) {
        // Nothing was counted.
        if (!(error instanceof WorkflowNotFoundError)) throw error;
      }
    },
  };
}

/** Has an event told by a workflow, whose id is the memory of it: the last run, whether that is still open or not. */
function createTell(client: Client, cluster: string, options: NoticeOptions): Notices['tell'] {
  const { isEager = false, memoryMs = MEMORY_MS, times } = options;

  /** Whether it was started: the id may be taken. */
  async function start(
    id: string,
    notice: Notice,
    workflowIdReusePolicy: WorkflowIdReusePolicy,
  ): Promise<boolean> {
    const input: NotifyInput = { notice, ...(times && { times }) };
    const wanted = {
      ...startOf(cluster, notice),
      workflowId: id,
      args: [input],
      workflowIdReusePolicy,
      ...(isEager && { requestEagerStart: true }),
    };
    try {
      await bounded(client, () => client.workflow.start('notify', wanted));
      return true;
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
      throw error;
    }
  }

  return async (notice) => {
    const id = `${cluster}/Event/${notice.key}`;
    if (await start(id, notice, 'ALLOW_DUPLICATE_FAILED_ONLY')) return new Date();
    const { status, startTime } = await bounded(client, () => client.workflow.getHandle(id).describe());
    const now = new Date();
    if (now.getTime() - startTime.getTime() < memoryMs) return startTime;
    if (status.name !== 'RUNNING') await start(id, notice, 'ALLOW_DUPLICATE');
    // Told again beside the first, which is still on its way to somebody. Who sees the same just now asks for the same id.
    else await start(`${id}/${Math.floor(now.getTime() / memoryMs)}`, notice, 'REJECT_DUPLICATE');
    return now;
  };
}

function bounded<T>(client: Client, ask: () => Promise<T>): Promise<T> {
  return client.withDeadline(Date.now() + DEADLINE_MS, ask);
}

function startOf(cluster: string, { event: { reason, involvedObject } }: Notice) {
  const { kind, namespace, name } = involvedObject;
  return { taskQueue: taskQueue(cluster), staticSummary: `${reason} ${kind}/${namespace}/${name}` };
}

function objectKey({ involvedObject: { kind, namespace, name } }: FluxEvent): string {
  return fnv1a64(JSON.stringify([kind, namespace, name]));
}
