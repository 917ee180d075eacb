import type { Client, ScheduleDescription, WorkflowExecutionInfo } from '@temporalio/client';
import { ScheduleNotFoundError } from '@temporalio/client';
import { onTestFinished } from 'vitest';
import { taskQueue } from '../../api/names.ts';
import { type ObjectRef, workflowId } from '../../api/object-ref.ts';
import { connectTemporal } from '../../client/temporal.ts';
import type { RunResult } from '../../workflows/messages.ts';
import { type StackAddresses, sharedStack } from './harness.ts';

const CLUSTER = 'default';

/** Where its workers take work. */
export const QUEUE = taskQueue(CLUSTER);

/** Temporal as an operator sees it; closed with the running test. */
export async function temporalClient(stack: StackAddresses = sharedStack()): Promise<Client> {
  const client = await connectTemporal({
    address: stack.temporalAddress,
    namespace: stack.temporalNamespace,
  });
  onTestFinished(() => client.connection.close());
  return client;
}

export function idOf(ref: ObjectRef): string {
  return workflowId(CLUSTER, ref);
}

/** The schedule of an object, undefined while it has none. */
export async function scheduleOf(client: Client, ref: ObjectRef): Promise<ScheduleDescription | undefined> {
  try {
    return await client.schedule.getHandle(idOf(ref)).describe();
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return undefined;
    throw error;
  }
}

/** All executions under an object's id, newest first; `suffix` is `/tick`, `/retry` or `/resume`. */
export async function runsOf(client: Client, ref: ObjectRef, suffix = ''): Promise<WorkflowExecutionInfo[]> {
  const found: WorkflowExecutionInfo[] = [];
  const id = `${idOf(ref)}${suffix}`;
  // The server appends the time to the ids of scheduled workflows.
  const query = suffix === '/tick' ? `WorkflowId STARTS_WITH "${id}"` : `WorkflowId = "${id}"`;
  for await (const execution of client.workflow.list({ query })) found.push(execution);
  return found.sort((a, b) => b.startTime.getTime() - a.startTime.getTime());
}

/** What a run answered; a failed one throws. */
export async function resultOf(client: Client, run: WorkflowExecutionInfo): Promise<RunResult> {
  return (await client.workflow.getHandle(run.workflowId, run.runId).result()) as RunResult;
}
