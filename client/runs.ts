import {
  type Client,
  WorkflowIdConflictPolicy,
  WorkflowIdReusePolicy,
  WorkflowNotFoundError,
} from '@temporalio/client';
import type { Runs } from '../activities/runs.ts';
import { TASK_QUEUE } from '../api/names.ts';
import { describeRef, type ObjectRef, workflowId } from '../api/object-ref.ts';
import { requestReconcile, resume, Trigger } from '../workflows/messages.ts';
import type { ResumeLaterInput } from '../workflows/tick.ts';
import { searchAttributeKeys, signalObject } from './objects.ts';
import { keepSchedule, removeSchedule } from './schedules.ts';

/** What the engine's steps ask of Temporal, asked of a real one. */
export function createRuns(client: Client, cluster: string): Runs {
  const idOf = (ref: ObjectRef) => workflowId(cluster, ref);

  async function later(
    workflowType: 'tick' | 'resumeLater',
    ref: ObjectRef,
    appointment: Appointment,
  ): Promise<void> {
    await client.workflow.start(workflowType, {
      workflowId: `${idOf(ref)}/${appointment.name}`,
      taskQueue: TASK_QUEUE,
      args: [{ ref, by: 'the end of its time' } satisfies ResumeLaterInput],
      startDelay: appointment.delayMs,
      workflowIdConflictPolicy: appointment.keepsEarlier
        ? WorkflowIdConflictPolicy.USE_EXISTING
        : WorkflowIdConflictPolicy.TERMINATE_EXISTING,
      workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
      staticSummary: `${appointment.name} ${describeRef(ref)}`,
      typedSearchAttributes: [
        { key: searchAttributeKeys.kind, value: ref.kind },
        { key: searchAttributeKeys.namespace, value: ref.namespace },
        { key: searchAttributeKeys.name, value: ref.name },
        { key: searchAttributeKeys.trigger, value: Trigger.Retry },
      ],
    });
  }

  async function drop(ref: ObjectRef, name: string): Promise<void> {
    try {
      await client.workflow.getHandle(`${idOf(ref)}/${name}`).terminate('not needed any more');
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
    }
  }

  return {
    async request(ref, reason) {
      await signalObject(client, cluster, ref, {
        signal: requestReconcile,
        request: { reason },
        trigger: reason as Trigger,
      });
    },
    retryIn: (ref, delayMs) => later('tick', ref, { name: 'retry', delayMs }),
    lookSoon: (ref) => later('tick', ref, { name: 'retry', delayMs: 0, keepsEarlier: true }),
    resumeIn: (ref, delayMs) => later('resumeLater', ref, { name: 'resume', delayMs }),
    async requestResume(ref, by) {
      await signalObject(client, cluster, ref, { signal: resume, request: { by }, trigger: Trigger.Resume });
    },
    async isRunning(ref) {
      try {
        const { status } = await client.workflow.getHandle(idOf(ref)).describe();
        return status.name === 'RUNNING';
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return false;
        throw error;
      }
    },
    keepSchedule: (wish) => keepSchedule(client, cluster, wish),
    async forget(ref) {
      await removeSchedule(client, idOf(ref));
      await drop(ref, 'retry');
      await drop(ref, 'resume');
    },
    dropResume: (ref) => drop(ref, 'resume'),
  };
}

interface Appointment {
  readonly name: 'retry' | 'resume';
  readonly delayMs: number;
  /** One that is pending already stays as it is. */
  readonly keepsEarlier?: boolean;
}
