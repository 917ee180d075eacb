import { type Client, WorkflowIdConflictPolicy, WorkflowNotFoundError } from '@temporalio/client';
import type { Workflow } from '@temporalio/common';
import type { FluxEvent } from '../activities/notify/event.ts';
import type { Notice, Route } from '../activities/notify/notice.ts';
import type { Notices } from '../activities/notify/notices.ts';
import { taskQueue } from '../api/names.ts';
import { boundedId, fnv1a64 } from '../api/object-ref.ts';
import type { CommitStatusInput } from '../workflows/commit-status.ts';
import type { GroupInput } from '../workflows/grouped-alert.ts';
import { tellEvent } from '../workflows/messages.ts';
import type { NotifyInput } from '../workflows/notify.ts';
import type { RepeatedFailureInput } from '../workflows/repeated-failure.ts';

/** Tests shorten them. */
export type NoticeTimes = Pick<NotifyInput, 'memoryMs' | 'times'>;

// The step that waits for it is tried again.
const DEADLINE_MS = 10_000;

/** What the outbox asks of Temporal, asked of a real one. */
export function createNotices(client: Client, cluster: string, times: NoticeTimes = {}): Notices {
  async function start(type: string, id: string, input: object, notice: Notice): Promise<void> {
    const { kind, namespace, name } = notice.event.involvedObject;
    const options = {
      workflowId: id,
      taskQueue: taskQueue(cluster),
      args: [input],
      signal: tellEvent,
      signalArgs: [notice] as [Notice],
      workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
      staticSummary: `${notice.event.reason} ${kind}/${namespace}/${name}`,
    };
    const started = () => client.workflow.signalWithStart<Workflow, [Notice]>(type, options);
    await client.withDeadline(Date.now() + DEADLINE_MS, started);
  }

  const alertId = ({ alert: { namespace, name } }: Route, more: string) =>
    boundedId(`${cluster}/Alert/${namespace}/${name}/${more}`);
  const failuresId = (route: Route, { event }: Notice) => alertId(route, `failures/${objectKey(event)}`);
  const { times: deliveryTimes } = times;
  const more = deliveryTimes === undefined ? {} : { times: deliveryTimes };

  return {
    tell: (notice) => start('notify', `${cluster}/Event/${notice.key}`, times, notice),
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
        await client.withDeadline(Date.now() + DEADLINE_MS, () => handle.signal(tellEvent, notice));
      } catch (error) {
        // Nothing was counted.
        if (!(error instanceof WorkflowNotFoundError)) throw error;
      }
    },
  };
}

function objectKey({ involvedObject: { kind, namespace, name } }: FluxEvent): string {
  return fnv1a64(JSON.stringify([kind, namespace, name]));
}
