import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { taskQueue } from '../../api/names.ts';
import { ensureSearchAttributes } from '../search-attributes.ts';

export interface KeepWatchOptions {
  readonly client: Client;
  readonly cluster: string;
  readonly signal: AbortSignal;
  readonly onError: (error: unknown) => void;
}

const LOOK_MS = 5_000;

/**
 * Sees to it that the cluster has its watch for as long as a worker runs. Temporal is derived: its database may be
 * lost under living workers, or a person ends the workflow, and nothing else would ever start the watch again.
 */
export async function keepWatch(options: KeepWatchOptions): Promise<void> {
  while (!options.signal.aborted) {
    await sleep(LOOK_MS, undefined, { signal: options.signal }).catch(() => undefined);
    try {
      if (!options.signal.aborted && (await startWatch(options)))
        await ensureSearchAttributes(options.client);
    } catch (error) {
      options.onError(error);
    }
  }
}

/** Starts the watch of a cluster, one workflow whoever starts it first; false when there is one. */
export async function startWatch({
  client,
  cluster,
}: Pick<KeepWatchOptions, 'client' | 'cluster'>): Promise<boolean> {
  try {
    await client.workflow.start('watch', {
      workflowId: `${cluster}/watch`,
      taskQueue: taskQueue(cluster),
      args: [{ cluster }],
      workflowIdConflictPolicy: 'FAIL',
      staticSummary: `watch of cluster ${cluster}`,
    });
    return true;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
    throw error;
  }
}
