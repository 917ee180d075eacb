import type { Client } from '@temporalio/client';
import { type NativeConnection, Worker } from '@temporalio/worker';
import type { Deps } from '../activities/deps.ts';
import { createActivities } from '../activities/index.ts';
import { taskQueue } from '../api/names.ts';
import { temporalConfig } from '../client/temporal.ts';
import { loadWorkflowBundle } from './bundle.ts';
import type { Log } from './log.ts';
import type { WorkerOptions } from './main.ts';
import { createSinks, type PassListener } from './sinks.ts';
import { createWatchActivities } from './watch/activity.ts';
import type { WatchObserver } from './watch/observer.ts';

export interface WorkerParts {
  readonly deps: Deps;
  readonly client: Client;
  readonly connection: NativeConnection;
  readonly log: Log;
  readonly observer: WatchObserver;
  readonly listeners: readonly PassListener[];
}

/** Temporal's worker for the cluster's task queue, with all workflows, steps and the watch. */
export async function createWorker(
  { cluster, temporal, signal }: WorkerOptions,
  { deps, client, connection, log, observer, listeners }: WorkerParts,
): Promise<Worker> {
  const { namespace } = temporalConfig(temporal);
  const { kube, runs } = deps;
  return Worker.create({
    connection,
    namespace,
    taskQueue: taskQueue(cluster),
    workflowBundle: await loadWorkflowBundle(),
    activities: {
      ...createActivities(deps),
      ...createWatchActivities({ kube, client, runs, log, observer, shutdown: signal }),
    },
    sinks: createSinks(listeners),
    // Runs are short and few are open at once; what is not cached is replayed from its few events.
    maxCachedWorkflows: 500,
    // A look at the health of what was just applied waits inside its task.
    maxConcurrentWorkflowTaskExecutions: 40,
    maxConcurrentLocalActivityExecutions: 100,
    maxConcurrentActivityTaskExecutions: 2_000,
    // What takes longer is a wait, or goes on elsewhere from where it was.
    shutdownGraceTime: '5s',
  });
}
