import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, uptime } from 'node:os';
import { join } from 'node:path';

/** A demo that is up, for the command line and for other tools. */
export interface RunningDemo {
  readonly pid: number;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly dir: string;
  readonly kubeconfig: string;
  readonly temporalAddress: string;
  readonly temporalNamespace: string;
  readonly uiUrl: string;
  readonly gitUrl: string;
  /** Of the worker. */
  readonly logFile: string;
}

/** Where the demo keeps everything unless it is told otherwise. */
export function defaultDemoDir(): string {
  return join(stateHome(), 'demo');
}

/** The demo that is up on this machine, if there is one. */
export function readRunningDemo(): RunningDemo | undefined {
  try {
    const demo = JSON.parse(readFileSync(stateFile(), 'utf8')) as RunningDemo;
    return isUp(demo) ? demo : undefined;
  } catch {
    // There is none, or it is being written.
    return undefined;
  }
}

/** Tells the command line that the demo is up. */
export function writeRunningDemo(demo: RunningDemo): void {
  mkdirSync(stateHome(), { recursive: true });
  const half = `${stateFile()}.${process.pid}.tmp`;
  writeFileSync(half, `${JSON.stringify(demo, null, 2)}\n`, { mode: 0o600 });
  renameSync(half, stateFile());
}

export function forgetRunningDemo(): void {
  rmSync(stateFile(), { force: true });
}

// At one place whatever --dir says: it is how the command line finds the demo.
function stateFile(): string {
  return join(stateHome(), 'demo.json');
}

function stateHome(): string {
  return join(process.env['XDG_STATE_HOME'] || join(homedir(), '.local', 'state'), 'pawl');
}

function isUp({ pid, startedAt, kubeconfig }: RunningDemo): boolean {
  // After a reboot the number may be anybody's.
  if (startedAt < Date.now() - uptime() * 1000 || !existsSync(kubeconfig)) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

const MARK = 'pawl-demo.json';

/** Takes a folder for a demo; throws when it holds something else. */
export function claimDir(dir: string): void {
  if (existsSync(dir) && !isDemoDir(dir) && readdirSync(dir).length > 0) {
    throw new Error(`${dir} holds something else than a demo: name another --dir`);
  }
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  writeFileSync(join(dir, MARK), `${JSON.stringify({ version: 1 })}\n`);
}

/** Whether it is the folder of a demo, and nobody else's. */
export function isDemoDir(dir: string): boolean {
  return existsSync(join(dir, MARK));
}
