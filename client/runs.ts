import {
  ActivityCancelledError,
  ActivityNotFoundError,
  ActivityPausedError,
  ActivityResetError,
  type Client,
  WorkflowNotFoundError,
} from '@temporalio/client';
import type { Runs, Standing } from '../activities/runs.ts';
import { taskQueue } from '../api/names.ts';
import { describeRef, type ObjectRef, workflowId } from '../api/object-ref.ts';
import { requestReconcile, resume, Trigger } from '../workflows/messages.ts';
import type { ResumeLaterInput, TickInput } from '../workflows/tick.ts';
import { searchAttributeKeys, signalObject } from './objects.ts';
import { keepSchedule, removeSchedule } from './schedules.ts';

/** What the engine's steps ask of Temporal, asked of a real one. */
export function createRuns(client: Client, cluster: string): Runs {
  const idOf = (ref: ObjectRef) => workflowId(cluster, ref);
  const make = (ref: ObjectRef, appointment: Appointment) => appoint(client, cluster, ref, appointment);
  const drop = (ref: ObjectRef, name: Appointment['name']) => terminate(client, `${idOf(ref)}/${name}`);

  return {
    async request(ref, reason) {
      const trigger = reason as Trigger;
      await signalObject(client, cluster, ref, { signal: requestReconcile, request: { reason }, trigger });
    },
    async requestResume(ref, by) {
      await signalObject(client, cluster, ref, { signal: resume, request: { by }, trigger: Trigger.Resume });
    },
    retryIn: (ref, delayMs) => make(ref, { name: 'retry', type: 'tick', delayMs, isRetry: true }),
    lookSoon: (ref) => make(ref, { name: 'retry', type: 'tick', delayMs: 0, keepsEarlier: true }),
    resumeIn: (ref, delayMs) => make(ref, { name: 'resume', type: 'resumeLater', delayMs }),
    dropRetry: (ref) => drop(ref, 'retry'),
    keepResume: (ref, delayMs) =>
      make(ref, { name: 'resume', type: 'resumeLater', delayMs, keepsEarlier: true }),
    dropResume: (ref) => drop(ref, 'resume'),
    async isRunning(ref) {
      try {
        const { status } = await client.workflow.getHandle(idOf(ref)).describe();
        return status.name === 'RUNNING';
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return false;
        throw error;
      }
    },
    confirm: (taskToken, detail) => confirm(client, taskToken, detail),
    keepSchedule: (wish) => keepSchedule(client, cluster, wish),
    async forget(ref) {
      await removeSchedule(client, idOf(ref));
      await Promise.all([drop(ref, 'retry'), drop(ref, 'resume')]);
    },
  };
}

// Whoever asks counts the time since the last answer.
const CONFIRM_MS = 3_000;

async function confirm(client: Client, taskToken: Uint8Array, detail: unknown): Promise<Standing> {
  try {
    const beat = () => client.activity.heartbeat(taskToken, detail);
    await client.withDeadline(Date.now() + CONFIRM_MS, beat);
    return 'held';
  } catch (error) {
    if (error instanceof ActivityNotFoundError) return 'gone';
    if (DROPPED.some((dropped) => error instanceof dropped)) return 'dropped';
    throw error;
  }
}

const DROPPED = [ActivityCancelledError, ActivityPausedError, ActivityResetError];

/** A workflow that starts later, under an id of its own beside the object's: one of a name at a time. */
interface Appointment {
  readonly name: 'retry' | 'resume';
  readonly type: 'tick' | 'resumeLater';
  readonly delayMs: number;
  /** Of a tick: the one that follows a failure, not one that only hurries. */
  readonly isRetry?: boolean;
  /** One that is pending already stays as it is; else the new one replaces it. */
  readonly keepsEarlier?: boolean;
}

async function appoint(
  client: Client,
  cluster: string,
  ref: ObjectRef,
  appointment: Appointment,
): Promise<void> {
  const { name, type, delayMs, isRetry, keepsEarlier = false } = appointment;
  const input: ResumeLaterInput & TickInput = {
    ref,
    by: 'the end of its time',
    ...(isRetry && { isRetry }),
  };
  await client.workflow.start(type, {
    workflowId: `${workflowId(cluster, ref)}/${name}`,
    taskQueue: taskQueue(cluster),
    args: [input],
    startDelay: delayMs,
    workflowIdConflictPolicy: keepsEarlier ? 'USE_EXISTING' : 'TERMINATE_EXISTING',
    staticSummary: `${name} ${describeRef(ref)}`,
    typedSearchAttributes: [
      { key: searchAttributeKeys.kind, value: ref.kind },
      { key: searchAttributeKeys.namespace, value: ref.namespace },
      { key: searchAttributeKeys.name, value: ref.name },
      { key: searchAttributeKeys.trigger, value: name === 'retry' ? Trigger.Retry : Trigger.Resume },
    ],
  });
}

async function terminate(client: Client, id: string): Promise<void> {
  try {
    await client.workflow.getHandle(id).terminate('not needed any more');
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}
