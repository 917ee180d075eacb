import type { Client } from '@temporalio/client';
import { connectTemporal } from '../../client/temporal.ts';
import type { RunResult } from '../../workflows/messages.ts';
import type { Rig } from './rig.ts';

const SAMPLE = 50;

/** The median number of history events that a finished run of a type has. */
export async function historyEvents(rig: Rig, workflowType: string): Promise<number> {
  return withClient(rig, async (client) => {
    const query = `WorkflowType = '${workflowType}' AND ExecutionStatus = 'Completed'`;
    const lengths: number[] = [];
    for await (const { historyLength } of client.workflow.list({ query, pageSize: SAMPLE })) {
      if (historyLength !== undefined) lengths.push(historyLength);
      if (lengths.length >= SAMPLE) break;
    }
    return median(lengths);
  });
}

/** What runs did, such as `Spec Waiting`: the trigger and the outcome of each pass, with how many there were. */
export type Passes = ReadonlyMap<string, number>;

/** The passes of all runs of a type that began since a time. */
export async function passesSince(rig: Rig, workflowType: string, since: Date): Promise<Passes> {
  return withClient(rig, async (client) => {
    const query = `WorkflowType = '${workflowType}' AND StartTime >= '${since.toISOString()}'`;
    const counts = new Map<string, number>();
    for await (const { workflowId, runId } of client.workflow.list({ query })) {
      const { passes } = await client.workflow.result<() => Promise<RunResult>>(workflowId, runId).catch(
        // A run that failed has them in its failure; those of a benchmark do not fail.
        () => ({ passes: [{ trigger: 'a run', outcome: 'failed' }] }),
      );
      for (const { trigger, outcome } of passes) {
        const what = `${trigger} ${outcome}`;
        counts.set(what, (counts.get(what) ?? 0) + 1);
      }
    }
    return counts;
  });
}

/** How many runs of a type began since a time. */
export async function countRuns(rig: Rig, workflowType: string, since: Date): Promise<number> {
  const query = `WorkflowType = '${workflowType}' AND StartTime >= '${since.toISOString()}'`;
  return withClient(rig, async (client) => (await client.workflow.count(query)).count);
}

async function withClient<T>({ stack }: Rig, use: (client: Client) => Promise<T>): Promise<T> {
  const client = await connectTemporal({
    address: stack.temporalAddress,
    namespace: stack.temporalNamespace,
  });
  try {
    return await use(client);
  } finally {
    await client.connection.close();
  }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
