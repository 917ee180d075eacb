import type { Command } from 'commander';
import { parseDuration } from '../../api/duration.ts';
import { examples, withSession } from './command.ts';
import { formatLogLine, type LogFilter } from './log-line.ts';
import { fileLines, podLines } from './log-sources.ts';
import type { Session } from './session.ts';

interface LogsOptions {
  readonly follow?: boolean;
  readonly allNamespaces?: boolean;
  readonly level?: string;
  readonly kind?: string;
  readonly name?: string;
  readonly since?: string;
  readonly sinceTime?: string;
  readonly tail?: string;
  readonly fluxNamespace?: string;
  readonly file?: string;
}

/** `pawl logs` */
export function addLogs(program: Command): void {
  const verb = program.command('logs').description("Show the workers' log, a line for each entry");
  verb
    .option('-f, --follow', 'go on showing new lines')
    .option('-A, --all-namespaces', 'of objects in all namespaces')
    .option('--level <level>', 'only debug, info, warn or error')
    .option('--kind <kind>', 'only objects of a kind')
    .option('--name <name>', 'only objects of a name')
    .option('--since <duration>', 'only newer lines, e.g. 2m')
    .option('--since-time <time>', 'only lines after this time (RFC 3339)')
    .option('--tail <lines>', 'only the last lines of each log')
    .option('--flux-namespace <name>', 'where the workers run', 'flux-system')
    .option('--file <path>', "a worker's log file instead of the demo's or the pods'")
    .action(withSession<LogsOptions>((session, _args, options) => logs(session, options)));
  examples(verb, {
    'logs -A --follow': 'everything, as it happens',
    'logs --kind=Kustomization --name=apps --since=10m': 'one object',
    'logs -A --level=error': 'what went wrong',
  });
}

async function logs(session: Session, options: LogsOptions): Promise<void> {
  const filter: LogFilter = {
    level: options.level,
    kind: options.kind,
    name: options.name,
    namespace: options.allNamespaces ? undefined : session.flags.namespace,
    since: sinceOf(options),
  };
  const tail = options.tail === undefined ? undefined : Number(options.tail);
  if (tail !== undefined && !(tail >= 0)) throw new Error(`invalid --tail "${options.tail}"`);
  const file = options.file ?? session.settings.demo?.logFile;
  const how = { isFollowing: options.follow ?? false, tail, since: filter.since };
  const show = (line: string) => {
    const text = formatLogLine(line, filter);
    if (text !== undefined) session.out.print(text);
  };
  if (file) return fileLines(session, file, how, show);
  return podLines(session, options.fluxNamespace ?? 'flux-system', how, show);
}

function sinceOf({ since, sinceTime }: LogsOptions): number | undefined {
  if (since && sinceTime) throw new Error('at most one of `sinceTime` or `sinceDuration` may be specified');
  if (sinceTime) {
    const time = Date.parse(sinceTime);
    if (Number.isNaN(time)) throw new Error(`${sinceTime} is not a valid (RFC3339) time`);
    return time;
  }
  if (!since) return undefined;
  const ms = parseDuration(since);
  if (ms === undefined) throw new Error(`invalid --since "${since}": give a duration such as 10m`);
  return Date.now() - ms;
}
