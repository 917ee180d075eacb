import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import { type Command, Option } from 'commander';
import { SearchAttribute } from '../../api/names.ts';
import type { ObjectRef } from '../../api/object-ref.ts';
import { WorkflowType } from '../../workflows/messages.ts';
import { examples, withSession } from './command.ts';
import { refOf } from './run-id.ts';
import { formatMs, readEnd, stepsText } from './run-result.ts';
import type { Session } from './session.ts';
import { truncateHex } from './table.ts';

interface RunsOptions {
  readonly allNamespaces?: boolean;
  readonly failed?: boolean;
  readonly limit: string;
  readonly output?: 'wide' | 'json';
}

/** `pawl runs` */
export function addRuns(program: Command): void {
  const verb = program.command('runs [object...]').description('List runs: of one object, or of a namespace');
  verb
    .option('--failed', 'only those that failed')
    .option('-A, --all-namespaces', 'of all namespaces')
    .option('--limit <number>', 'the newest so many', '20')
    .addOption(new Option('-o, --output <format>', 'wide adds steps and run ids').choices(['wide', 'json']))
    .action(withSession<RunsOptions>(runs));
  examples(verb, {
    runs: 'what ran lately',
    'runs ks apps -o wide': 'the runs of a Kustomization, with the time of each step',
    'runs hr web -n apps': 'the runs of a HelmRelease',
    'runs -A --failed': 'what went wrong anywhere',
  });
}

async function runs(session: Session, words: readonly string[], options: RunsOptions): Promise<void> {
  const ref = words.length > 0 ? refOf(session, words) : undefined;
  if (words.length > 0 && !ref)
    throw new Error('give an object such as `ks apps` or `source git flux-system`');
  const limit = Number(options.limit);
  if (!(limit > 0)) throw new Error(`invalid --limit "${options.limit}"`);
  const client = await session.temporal();
  const found = await newest(session, client, queryFor(session, ref, options), limit);
  if (options.output === 'json') return session.out.print(`${JSON.stringify(found.map(summary), null, 2)}\n`);
  // As `flux events`: nothing to show is no failure of the command.
  if (found.length === 0) return session.out.failure('No runs found.');
  const isWide = options.output === 'wide';
  const rows = await Promise.all(found.map((run) => rowOf(session, client, run, options)));
  session.out.table(
    [
      'Start',
      'Trigger',
      ...(options.allNamespaces ? ['Namespace'] : []),
      'Name',
      'Revision',
      'Outcome',
      'Duration',
      ...(isWide ? ['Steps', 'Run ID'] : []),
    ],
    rows,
  );
}

/** The visibility query of the runs that are asked for. */
export function queryFor(
  session: Pick<Session, 'flags'>,
  ref: ObjectRef | undefined,
  options: Pick<RunsOptions, 'allNamespaces' | 'failed'>,
): string {
  const isEqual = (attribute: string, value: string) => `${attribute} = '${value.replaceAll("'", "''")}'`;
  return [
    `WorkflowType IN (${Object.values(WorkflowType)
      .map((type) => `'${type}'`)
      .join(', ')})`,
    ...(ref ? [isEqual(SearchAttribute.kind, ref.kind), isEqual(SearchAttribute.name, ref.name)] : []),
    ...(options.allNamespaces ? [] : [isEqual(SearchAttribute.namespace, session.flags.namespace)]),
    ...(options.failed ? ["ExecutionStatus IN ('Failed', 'TimedOut', 'Terminated')"] : []),
  ].join(' AND ');
}

async function newest(
  session: Session,
  client: Client,
  query: string,
  limit: number,
): Promise<readonly WorkflowExecutionInfo[]> {
  const found: WorkflowExecutionInfo[] = [];
  // Another cluster may share the Temporal namespace; its name begins the id.
  const prefix = `${session.flags.cluster}/`;
  for await (const run of client.workflow.list({ query, pageSize: Math.min(limit, 200) })) {
    if (run.workflowId.startsWith(prefix)) found.push(run);
    if (found.length >= limit) break;
  }
  return found;
}

async function rowOf(
  session: Session,
  client: Client,
  run: WorkflowExecutionInfo,
  options: RunsOptions,
): Promise<readonly string[]> {
  const { start, trigger, kind, namespace, name, revision, outcome, durationMs } = summary(run);
  return [
    start,
    trigger,
    ...(options.allNamespaces ? [namespace] : []),
    `${kind.toLowerCase()}/${name}`,
    truncateHex(revision),
    outcome,
    formatMs(durationMs),
    ...(options.output === 'wide' ? [await stepsOf(session, client, run), run.runId] : []),
  ];
}

async function stepsOf(session: Session, client: Client, run: WorkflowExecutionInfo): Promise<string> {
  if (run.status.name === 'RUNNING') return '';
  const { passes } = await readEnd(session, client, run.workflowId, run.runId);
  return passes.map(stepsText).join('; ');
}

/** What a list of runs says of one. */
export function summary(run: Omit<WorkflowExecutionInfo, 'raw'>) {
  // oxlint-disable-next-line typescript/no-deprecated -- the untyped form needs no registered types to be read
  const attribute = (name: string) => String(run.searchAttributes[name]?.[0] ?? '');
  const end = run.closeTime ?? new Date();
  return {
    workflowId: run.workflowId,
    runId: run.runId,
    start: run.startTime.toISOString().replace(/\.\d+Z$/, 'Z'),
    trigger: attribute(SearchAttribute.trigger),
    kind: attribute(SearchAttribute.kind),
    namespace: attribute(SearchAttribute.namespace),
    name: attribute(SearchAttribute.name),
    revision: attribute(SearchAttribute.revision),
    outcome: attribute(SearchAttribute.outcome) || statusWord(run.status.name),
    durationMs: Math.max(0, end.getTime() - (run.executionTime ?? run.startTime).getTime()),
  };
}

/** `CONTINUED_AS_NEW` → `ContinuedAsNew`. */
export function statusWord(status: string): string {
  return status.toLowerCase().replace(/(^|_)([a-z])/g, (_all, _gap, letter: string) => letter.toUpperCase());
}
