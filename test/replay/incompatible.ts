import { proxyLocalActivities } from '@temporalio/workflow';
import type { Activities } from '../../activities/index.ts';
import { kustomization as current } from '../../workflows/kustomization.ts';
import type { RunInput, RunResult } from '../../workflows/messages.ts';

const { checkObject } = proxyLocalActivities<Activities>({ startToCloseTimeout: '1 minute' });

/** What a careless change would be: a step that runs in flight know nothing of. The replay test must not let it pass. */
export async function kustomization(input: RunInput): Promise<RunResult> {
  await checkObject(input);
  return current(input);
}
