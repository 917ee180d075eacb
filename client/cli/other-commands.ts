import type { Command } from 'commander';

// Modules of their own: the worker's native parts and the demo's tools are no business of `pawl get`.

/** `pawl worker` */
export async function addWorker(program: Command): Promise<void> {
  const { workerCommand } = await import('../../workers/command.ts');
  program.addCommand(workerCommand());
}

/** `pawl demo` */
export async function addDemo(program: Command): Promise<void> {
  const { demoCommand } = await import('../demo/command.ts');
  program.addCommand(demoCommand());
}
