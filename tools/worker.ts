import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { flags } from './flags.ts';
import { pawlEntry } from './pawl.ts';
import { freePort } from './probe.ts';
import { type ManagedProcess, startProcess } from './process.ts';

export interface WorkerOptions {
  /** Holds the artifacts, the git mirrors and the log. */
  readonly dir: string;
  readonly kubeconfig: string;
  readonly temporalAddress: string;
  readonly temporalNamespace: string;
  readonly cluster?: string | undefined;
  readonly artifactPort?: number | undefined;
  /** More flags of `pawl worker`. */
  readonly args?: readonly string[] | undefined;
  readonly env?: NodeJS.ProcessEnv | undefined;
  readonly onDied?: ((error: Error) => void) | undefined;
}

/** Starts a real worker, `pawl worker`, as a child process; resolves when it says that it takes work. */
export async function startWorker(options: WorkerOptions): Promise<ManagedProcess> {
  // One that is looked for may be taken by others before the worker listens there.
  const port = options.artifactPort === undefined ? 0 : await freePort(options.artifactPort);
  const logFile = join(options.dir, 'worker.log');
  // What an earlier worker said does not count.
  const before = existsSync(logFile) ? statSync(logFile).size : 0;
  return startProcess({
    name: 'worker',
    command: process.execPath,
    args: [
      pawlEntry(),
      'worker',
      ...flags({
        kubeconfig: options.kubeconfig,
        'temporal-address': options.temporalAddress,
        'temporal-namespace': options.temporalNamespace,
        'data-dir': join(options.dir, 'data'),
        'artifact-address': `127.0.0.1:${port}`,
        ...(options.cluster && { cluster: options.cluster }),
      }),
      ...(options.args ?? []),
    ],
    env: { ...process.env, ...options.env },
    logFile,
    ready: () => Promise.resolve(hasStarted(logFile, before)),
    ...(options.onDied && { onDied: options.onDied }),
  });
}

function hasStarted(logFile: string, before: number): boolean {
  const log = readFileSync(logFile);
  // Shorter than before: the old log was put aside.
  return log.subarray(log.length < before ? 0 : before).includes('worker started');
}
