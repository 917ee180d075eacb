import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import type { Command } from 'commander';
import { examples, withSession } from './command.ts';
import { describeRun, runUrl } from './run.ts';
import { addRunChoice, chosenRun, type RunChoice, runIdOf } from './run-id.ts';
import { readEnd } from './run-result.ts';
import type { Session } from './session.ts';
import { userName } from './tell-workflow.ts';

interface ReplayOptions extends RunChoice {
  readonly local?: boolean;
}

/** `pawl replay` */
export function addReplay(program: Command): void {
  const verb = program.command('replay <id...>').description('Run a finished run again, with the same input');
  addRunChoice(verb)
    .option('--local', 'only step its history through the workflow code of this checkout; nothing is changed')
    .action(
      withSession<ReplayOptions>((session, words, options) =>
        options.local ? replayLocally(session, words, options) : replay(session, words, options),
      ),
    );
  examples(verb, {
    'replay ks apps': 'run the newest run of a Kustomization again',
    'replay ks apps --local': 'does its history still fit the workflow code?',
  });
}

async function replay(session: Session, words: readonly string[], options: ReplayOptions): Promise<void> {
  const { out } = session;
  const id = runIdOf(session, words);
  const client = await session.temporal();
  const newest = await describeRun(client, id);
  // A reset ends whatever is open under the id.
  if (newest.status.name === 'RUNNING') {
    throw new Error(`${id} is running (run ${newest.runId}): wait for it, or end it with \`pawl cancel\``);
  }
  const runId = chosenRun(options) ?? newest.runId;
  out.action(`resetting run ${runId} of ${id} to its first workflow task`);
  const again = await reset(client, id, runId);
  out.success(`run ${again} started`);
  const url = runUrl(session, client, { workflowId: id, runId: again });
  if (url) out.action(url);
  out.waiting('waiting for the run');
  const { passes, failure } = await readEnd(session, client, id, again);
  if (failure) throw new Error(`run failed: ${failure.reason}: ${failure.message}`);
  const last = passes.at(-1);
  out.success(last ? `${last.outcome}: ${last.message}` : 'run completed');
}

// From the API's enum ResetReapplyExcludeType: a cancel or suspend that ended the run would end it again.
const EXCLUDE_SIGNALS = 1;

async function reset(client: Client, workflowId: string, runId: string): Promise<string> {
  const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
  const first = events?.find((event) => event.workflowTaskCompletedEventAttributes);
  if (!first?.eventId) throw new Error(`run ${runId} has not begun: no worker has looked at it yet`);
  const answer = await client.workflowService.resetWorkflowExecution({
    namespace: client.options.namespace,
    workflowExecution: { workflowId, runId },
    reason: `pawl replay by ${userName()}`,
    requestId: randomUUID(),
    workflowTaskFinishEventId: first.eventId,
    resetReapplyExcludeTypes: [EXCLUDE_SIGNALS],
  });
  return answer.runId;
}

async function replayLocally(
  session: Session,
  words: readonly string[],
  options: ReplayOptions,
): Promise<void> {
  const { out } = session;
  const id = runIdOf(session, words);
  const client = await session.temporal();
  const { runId, historyLength } = await describeRun(client, id, chosenRun(options));
  out.action(`stepping the ${historyLength} events of run ${runId} through the workflow code`);
  const { stepThrough } = await import('./replay-history.ts');
  const complaint = await stepThrough(await client.workflow.getHandle(id, runId).fetchHistory(), id);
  if (complaint) throw new Error(`does not replay: ${complaint}`);
  out.success('replays cleanly');
}
