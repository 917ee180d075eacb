import { existsSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command } from 'commander';
import { stopLeftovers } from '../../tools/leftover.ts';
import { runDemo } from './run.ts';
import { environment } from './servers.ts';
import { defaultDemoDir, isDemoDir, readRunningDemo } from './state.ts';

interface Flags {
  readonly dir: string;
  readonly exit?: boolean;
  readonly reset?: boolean;
  readonly story: boolean;
}

/** `pawl demo`: a cluster, Temporal, a git server and a worker on this machine, and the story of a push. */
export function demoCommand(): Command {
  const demo = new Command('demo')
    .description('Start a cluster, Temporal and a git server on this machine, and tell the story of a push.')
    .option('--dir <dir>', 'where everything is kept', defaultDemoDir())
    .option('--exit', 'leave after the story; the exit code is 1 when a step did not do what it says')
    .option('--no-story', 'only start')
    .option('--reset', 'remove what earlier demos left, and end')
    .action(async (flags: Flags) => {
      const dir = resolve(flags.dir);
      refuseSecond();
      if (flags.reset) await reset(dir);
      else await runDemo({ dir, exit: flags.exit ?? false, story: flags.story });
    });
  demo
    .command('env')
    .description('Print the exports that point kubectl, flux and temporal at the running demo.')
    .action(printEnvironment);
  return demo;
}

function refuseSecond(): void {
  const running = readRunningDemo();
  if (running) throw new Error(`a demo is up already (process ${running.pid}): stop it with Ctrl-C there`);
}

async function reset(dir: string): Promise<void> {
  if (!existsSync(dir)) {
    console.log(`nothing to remove: there is no ${dir}`);
    return;
  }
  if (!isDemoDir(dir)) throw new Error(`${dir} is not the folder of a demo: it is left alone`);
  await stopLeftovers(dir);
  rmSync(dir, { recursive: true, force: true });
  console.log(`removed ${dir}`);
}

function printEnvironment(): void {
  const running = readRunningDemo();
  if (!running) throw new Error('no demo is up: start one with `pawl demo`');
  for (const [name, value] of Object.entries(environment(running))) {
    console.log(`export ${name}='${value.replaceAll("'", `'\\''`)}'`);
  }
}
