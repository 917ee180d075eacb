import type { History } from '@temporalio/common/lib/proto-utils.js';
import { DefaultLogger, ReplayError, Runtime, Worker } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { loadWorkflowBundle } from '../../workers/bundle.ts';

/** Runs a history through the current workflow code; what does not fit, or undefined when all does. */
export async function stepThrough(history: History, workflowId: string): Promise<string | undefined> {
  // Its log would bury the answer.
  Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined) });
  try {
    await Worker.runReplayHistory({ workflowBundle: await loadWorkflowBundle() }, history, workflowId);
    return undefined;
  } catch (error) {
    if (error instanceof DeterminismViolationError || error instanceof ReplayError) return error.message;
    throw error;
  }
}
