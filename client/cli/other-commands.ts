import type { Command } from 'commander';

// Modules of their own: the worker's native parts and the demo's tools are no business of `pawl get`.

/** `pawl worker` */
export async function addWorker(program: Command): Promise<void> {
  const { workerCommand } = await import('../../workers/command.ts');
  program.addCommand(workerCommand());
}

/** `pawl demo` */
export async function addDemo(program: Command): Promise<void> {
  const path: string = '../demo/command.ts';
  const demo = (await import(path)) as { readonly demoCommand: () => Command };
  program.addCommand(demo.demoCommand());
}
