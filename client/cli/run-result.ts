import {
  ApplicationFailure,
  type Client,
  isGrpcCancelledError,
  WorkflowFailedError,
} from '@temporalio/client';
import { formatDuration } from '../../api/duration.ts';
import type { PassResult, RunResult } from '../../workflows/messages.ts';
import type { Session } from './session.ts';

/** How a run ended. */
export interface RunEnd {
  readonly passes: readonly PassResult[];
  readonly failure?: { readonly reason: string; readonly message: string };
}

/** Reads the result of a run, or what its failure tells; waits for one that is not over yet. */
export async function readEnd(session: Session, client: Client, id: string, runId: string): Promise<RunEnd> {
  try {
    const handle = client.workflow.getHandle(id, runId, { followRuns: false });
    const result = await client.connection.withAbortSignal(session.deadline, () => handle.result());
    return { passes: passesOf(result) };
  } catch (error) {
    if (isGrpcCancelledError(error)) throw new Error('timed out waiting for the run', { cause: error });
    if (!(error instanceof WorkflowFailedError)) throw error;
    return endOfFailure(error);
  }
}

function endOfFailure({ cause, message }: WorkflowFailedError): RunEnd {
  if (!(cause instanceof ApplicationFailure)) {
    return { passes: [], failure: { reason: cause?.name ?? '', message: cause?.message ?? message } };
  }
  const failure = { reason: cause.type ?? '', message: cause.message };
  return { passes: passesOf(cause.details?.[0]), failure };
}

// Another program's workflow, or an older Pawl's, may have left something else.
function passesOf(value: unknown): readonly PassResult[] {
  const passes = (value as Partial<RunResult> | undefined | null)?.passes;
  return Array.isArray(passes) ? passes : [];
}

/** The steps of a pass with their times: `fetch 12ms, build 40ms`. */
export function stepsText(pass: PassResult): string {
  return pass.steps.map(({ name, ms }) => `${name} ${formatMs(ms)}`).join(', ');
}

/** Milliseconds as a person reads them: whole ones up to a second, then tenths. */
export function formatMs(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)}ms`;
  return formatDuration(ms < 60_000 ? Math.round(ms / 100) * 100 : Math.round(ms / 1000) * 1000);
}
