import { CancellationScope, continueAsNew, proxyActivities, sleep, workflowInfo } from '@temporalio/workflow';
import type { WatchActivities } from '../workers/watch/activity.ts';

export interface WatchInput {
  readonly cluster: string;
}

/**
 * The watch of one cluster, a singleton by its workflow id: one worker at a time holds it, and when that one
 * is silent for longer than the heartbeat allows, another takes over.
 */
export async function watch(input: WatchInput): Promise<void> {
  const { watchCluster } = proxyActivities<WatchActivities>({
    startToCloseTimeout: '12 hours',
    heartbeatTimeout: '5s',
    retry: { initialInterval: '200ms', backoffCoefficient: 2, maximumInterval: '5s' },
  });
  while (!workflowInfo().continueAsNewSuggested) {
    try {
      await watchCluster(input);
    } catch (error) {
      if (CancellationScope.current().consideredCancelled) throw error;
      // Whatever ended it for good, a bug or a person: without a watch nothing moves.
      await sleep('1s');
    }
  }
  await continueAsNew<typeof watch>(input);
}
