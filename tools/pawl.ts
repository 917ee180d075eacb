import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

const MAX_OUTPUT = 64 * 1024 * 1024;

/** The command line's entry, in a checkout and in a compiled package. */
export function pawlEntry(): string {
  for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
    const entry = join(folder, 'client', 'cli', 'bin.js');
    if (existsSync(entry)) return entry;
    if (folder === dirname(folder))
      throw new Error('client/cli/bin.js is missing: install the package again');
  }
}

export interface PawlResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `pawl` as a user would, in a process of its own; a failure is in the exit code, not thrown. */
export function pawl(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<PawlResult> {
  const options = { env: { ...process.env, ...env }, maxBuffer: MAX_OUTPUT };
  return new Promise((done, failed) => {
    execFile(process.execPath, [pawlEntry(), ...args], options, (error, stdout, stderr) => {
      const code = error ? error.code : 0;
      if (typeof code === 'number') done({ code, stdout, stderr });
      else failed(error ?? new Error('pawl ended without an exit code'));
    });
  });
}
