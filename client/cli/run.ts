import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import { type Command, Option } from 'commander';
import { progress } from '../../workflows/messages.ts';
import { examples, withSession } from './command.ts';
import { addRunChoice, chosenRun, type RunChoice, runIdOf } from './run-id.ts';
import { formatMs, type RunEnd, readEnd } from './run-result.ts';
import { statusWord, summary } from './runs.ts';
import type { Session } from './session.ts';
import { truncateHex } from './table.ts';

interface RunOptions extends RunChoice {
  readonly output?: 'json';
}

/** `pawl run …` */
export function addRun(program: Command): void {
  const verb = program.command('run').description('Show one run');
  const show = verb.command('show <id...>').description('Show the passes, steps and failure of a run');
  addRunChoice(show)
    .addOption(new Option('-o, --output <format>', 'in another form').choices(['json']))
    .action(withSession<RunOptions>(showRun));
  const lines = {
    'run show ks apps': 'the newest run of a Kustomization',
    'run show default/Kustomization/flux-system/apps --run-id 0198…': 'an earlier one',
  };
  for (const command of [verb, show]) examples(command, lines);
}

async function showRun(session: Session, words: readonly string[], options: RunOptions): Promise<void> {
  const id = runIdOf(session, words);
  const client = await session.temporal();
  const run = await describeRun(client, id, chosenRun(options));
  const isOpen = run.status.name === 'RUNNING';
  const end: RunEnd = isOpen ? { passes: [] } : await readEnd(session, client, id, run.runId);
  // A closed run still names what it had begun: nobody waits for that.
  const pending = isOpen ? pendingActivities(run) : [];
  if (options.output === 'json') {
    const document = { ...summary(run), status: statusWord(run.status.name), ...end, pending };
    return session.out.print(`${JSON.stringify(document, null, 2)}\n`);
  }
  const doing = isOpen ? await nowDoing(client, id, run.runId) : undefined;
  const url = runUrl(session, client, run);
  session.out.print(formatLines([...headLines(run), ['Doing', doing], ['Temporal UI', url]]));
  for (const part of [passTable(end), stepTable(end), pendingTable(pending)]) {
    if (part.rows.length === 0) continue;
    session.out.print('\n');
    session.out.table(part.header, part.rows);
  }
  if (end.failure) session.out.print(`\nFailure:     ${end.failure.reason}: ${end.failure.message}\n`);
}

/** Describes a run; says so plainly when there is none. */
export async function describeRun(
  client: Client,
  id: string,
  runId?: string,
): Promise<WorkflowExecutionDescription> {
  try {
    return await client.workflow.getHandle(id, runId).describe();
  } catch (error) {
    if (error instanceof Error && error.name === 'WorkflowNotFoundError') {
      throw new Error(`no run of ${id}${runId ? ` with the id ${runId}` : ''}`, { cause: error });
    }
    throw error;
  }
}

type Line = readonly [label: string, value: string | undefined];

function headLines(run: WorkflowExecutionDescription): readonly Line[] {
  const { workflowId, runId, start, trigger, revision, outcome, durationMs } = summary(run);
  const status = statusWord(run.status.name);
  return [
    ['ID', workflowId],
    ['Run ID', runId],
    ['Status', outcome === status ? status : `${status} (${outcome})`],
    ['Trigger', trigger],
    ['Revision', revision || undefined],
    ['Started', start],
    ['Duration', formatMs(durationMs)],
    ['Events', String(run.historyLength)],
  ];
}

function formatLines(lines: readonly Line[]): string {
  return lines
    .filter(([, value]) => value !== undefined)
    .map(([label, value]) => `${`${label}:`.padEnd(13)}${value}\n`)
    .join('');
}

async function nowDoing(client: Client, id: string, runId: string): Promise<string> {
  try {
    // Answered by a worker: without one it would wait for ever.
    return await client.connection.withDeadline(Date.now() + 2_000, () =>
      client.workflow.getHandle(id, runId).query(progress),
    );
  } catch {
    return 'unknown: no worker answers';
  }
}

/** Where the Temporal UI shows a run; undefined when nobody said where the UI is. */
export function runUrl(
  session: Session,
  client: Client,
  { workflowId, runId }: { readonly workflowId: string; readonly runId: string },
): string | undefined {
  const { temporalUi } = session.settings;
  if (!temporalUi) return undefined;
  const path = [client.options.namespace, 'workflows', workflowId, runId].map(encodeURIComponent).join('/');
  return `${temporalUi.replace(/\/$/, '')}/namespaces/${path}/history`;
}

interface Table {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

function passTable({ passes }: RunEnd): Table {
  return {
    header: ['Pass', 'Trigger', 'Outcome', 'Revision', 'Duration', 'Message'],
    rows: passes.map((pass, at) => [
      String(at + 1),
      pass.trigger,
      pass.outcome,
      truncateHex(pass.revision ?? ''),
      formatMs(pass.steps.reduce((sum, { ms }) => sum + ms, 0)),
      truncateHex(pass.message),
    ]),
  };
}

function stepTable({ passes }: RunEnd): Table {
  return {
    header: ['Pass', 'Step', 'Duration'],
    rows: passes.flatMap((pass, at) =>
      pass.steps.map(({ name, ms }) => [String(at + 1), name, formatMs(ms)]),
    ),
  };
}

interface PendingActivity {
  readonly name: string;
  readonly attempt: number;
  readonly failure: string;
}

function pendingActivities(run: WorkflowExecutionDescription): readonly PendingActivity[] {
  return (run.raw.pendingActivities ?? []).map(({ activityType, attempt, lastFailure }) => ({
    name: activityType?.name ?? '',
    attempt: attempt ?? 1,
    failure: lastFailure?.message ?? '',
  }));
}

function pendingTable(pending: readonly PendingActivity[]): Table {
  return {
    header: ['Pending activity', 'Attempt', 'Last failure'],
    rows: pending.map(({ name, attempt, failure }) => [name, String(attempt), failure]),
  };
}
