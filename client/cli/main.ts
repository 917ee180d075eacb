import { Command, CommanderError } from 'commander';
import { ExitError } from './exit-error.ts';
import { addGlobalFlags } from './global-flags.ts';
import { createOutput } from './output.ts';
import { readSwitch } from './switch.ts';

interface Verb {
  readonly summary: string;
  readonly add: () => Promise<(program: Command) => void | Promise<void>>;
}

// Only the verbs on the command line are loaded: reading all of them would cost more than most commands take.
const VERBS: Readonly<Record<string, Verb>> = {
  get: {
    summary: 'show objects and their status',
    add: async () => (await import('./get-command.ts')).addGet,
  },
  reconcile: {
    summary: 'fetch or apply now, and wait',
    add: async () => (await import('./reconcile.ts')).addReconcile,
  },
  suspend: { summary: 'stop reconciling', add: async () => (await import('./suspend.ts')).addSuspend },
  resume: { summary: 'reconcile again, and wait', add: async () => (await import('./resume.ts')).addResume },
  create: { summary: 'create or update an object', add: async () => (await import('./create.ts')).addCreate },
  delete: { summary: 'delete an object', add: async () => (await import('./delete.ts')).addDelete },
  trigger: {
    summary: 'send a request to a webhook',
    add: async () => (await import('./trigger.ts')).addTrigger,
  },
  export: { summary: 'print objects as YAML', add: async () => (await import('./export.ts')).addExport },
  tree: {
    summary: 'show what a Kustomization or a HelmRelease applied',
    add: async () => (await import('./tree.ts')).addTree,
  },
  trace: {
    summary: 'show where an object came from',
    add: async () => (await import('./trace.ts')).addTrace,
  },
  debug: {
    summary: 'print the values, history or status of a release',
    add: async () => (await import('./debug.ts')).addDebug,
  },
  diff: {
    summary: 'show what an upgrade would change',
    add: async () => (await import('./diff.ts')).addDiff,
  },
  events: { summary: 'show events', add: async () => (await import('./events.ts')).addEvents },
  stats: { summary: 'count objects by their state', add: async () => (await import('./stats.ts')).addStats },
  logs: { summary: 'show the log of the workers', add: async () => (await import('./logs.ts')).addLogs },
  runs: { summary: 'list runs', add: async () => (await import('./runs.ts')).addRuns },
  run: { summary: 'show one run', add: async () => (await import('./run.ts')).addRun },
  replay: { summary: 'run a finished run again', add: async () => (await import('./replay.ts')).addReplay },
  cancel: { summary: 'end what a run is doing', add: async () => (await import('./cancel.ts')).addCancel },
  install: { summary: 'install the CRDs', add: async () => (await import('./install.ts')).addInstall },
  uninstall: { summary: 'remove the CRDs', add: async () => (await import('./install.ts')).addUninstall },
  check: { summary: 'say what is missing', add: async () => (await import('./check.ts')).addCheck },
  version: { summary: 'show versions', add: async () => (await import('./version.ts')).addVersion },
  completion: {
    summary: 'print a completion script',
    add: async () => (await import('./completion.ts')).addCompletion,
  },
  worker: { summary: 'run a worker', add: async () => (await import('./other-commands.ts')).addWorker },
  demo: {
    summary: 'start a cluster, Temporal and a git server, and tell the story',
    add: async () => (await import('./other-commands.ts')).addDemo,
  },
};

const USAGE = 2;

/** Runs one command line. Sets the exit code: 0, 1 for a failure, 2 for a command line that makes no sense. */
export async function main(argv: readonly string[]): Promise<void> {
  // `pawl get ks | head`
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? 0 : 1);
  });
  const words = new Set(argv.slice(2));
  try {
    const program = await buildProgram((verb) => words.has(verb));
    await program.parseAsync(readFlags(program, argv));
  } catch (error) {
    process.exitCode = report(error, words.has('--verbose') || isVerbose());
  }
}

/** The program with the verbs that `wanted` picks; of the others, the help knows the name. */
export async function buildProgram(wanted: (verb: string) => boolean): Promise<Command> {
  const program = new Command('pawl')
    .description('A pull-based GitOps engine that speaks the Flux API: the command line.')
    .showHelpAfterError('(add --help for the options)')
    .helpOption('-h, --help', 'show this help')
    .addHelpText(
      'after',
      '\nConnection flags work with every command, before or after it. `pawl <command> --help` has examples.',
    )
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, '✗ ')) });
  addGlobalFlags(program);
  for (const [name, verb] of Object.entries(VERBS)) {
    if (wanted(name)) await (await verb.add())(program);
    else program.command(name).description(verb.summary);
  }
  return inherit(program);
}

// Of the flags that every command takes, those that most need; the worker's help has them all.
const USUAL = new Set(['--namespace', '--timeout', '--kubeconfig', '--context']);

function inherit(command: Command, global = command.options): Command {
  for (const child of command.commands) {
    child.copyInheritedSettings(command);
    const shown = child.name() === 'worker' ? global : global.filter(({ long = '' }) => USUAL.has(long));
    child.configureHelp({ showGlobalOptions: true, visibleGlobalOptions: () => [...shown] });
    inherit(child, global);
  }
  return command;
}

/** Reads flags written as for Go, `--wait=true`: commander's switches take no value. */
export function readFlags(command: Command, argv: readonly string[]): string[] {
  const switches = new Set(switchesOf(command));
  return argv.flatMap((word) => {
    const [, flag = '', value] = /^(--[a-z-]+)=(true|false)$/.exec(word) ?? [];
    if (!switches.has(flag)) return [word];
    if (value === 'true') return [flag];
    const negated = flag.replace('--', '--no-');
    return switches.has(negated) ? [negated] : [];
  });
}

function switchesOf(command: Command): string[] {
  const own = command.options.filter((option) => !option.required && !option.optional);
  return [...own.map((option) => option.long ?? ''), ...command.commands.flatMap(switchesOf)];
}

function isVerbose(): boolean {
  try {
    return readSwitch('PAWL_VERBOSE') ?? false;
  } catch {
    return false; // what is wrong with it is being reported
  }
}

function report(error: unknown, isVerbose: boolean): number {
  if (error instanceof CommanderError) {
    // Commander has said it already; help is no error.
    return error.exitCode === 0 ? 0 : USAGE;
  }
  const message = error instanceof Error ? error.message : String(error);
  createOutput(process.stdout, process.stderr).failure(message);
  if (isVerbose && error instanceof Error) process.stderr.write(`${error.stack ?? ''}\n`);
  return error instanceof ExitError ? error.exitCode : 1;
}
