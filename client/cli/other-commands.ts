import type { Command } from 'commander';
import { examples } from './command.ts';

// Modules of their own: the worker's native parts and the demo's tools are no business of `pawl get`.

/** `pawl worker` */
export async function addWorker(program: Command): Promise<void> {
  const { workerCommand } = await import('../../workers/command.ts');
  program.addCommand(workerCommand());
}

/** `pawl demo` */
export async function addDemo(program: Command): Promise<void> {
  const { demoCommand } = await import('../demo/command.ts');
  const demo = examples(demoCommand(), {
    demo: 'tell the story, then stay up until Ctrl-C',
    'demo --exit': 'only the story; the exit code says whether it went as told',
    'demo env': 'exports for kubectl, flux and temporal, in another terminal',
  });
  program.addCommand(demo);
}
