import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from './build-lock.ts';

const POLL_MS = 20;

/** Notes who runs with which log, for {@link stopLeftover} of a later process. */
export function noteRunning(logFile: string, pid: number): void {
  writeFileSync(noteOf(logFile), `${pid} ${process.pid}\n`);
}

/**
 * Ends what a parent that was killed without warning left running on the same files: it holds ports and locks.
 * Throws when that parent still lives; its child is not ours to end.
 */
export async function stopLeftover(name: string, logFile: string, command: string): Promise<void> {
  if (!existsSync(noteOf(logFile))) return;
  const [pid = 0, parent = 0] = readFileSync(noteOf(logFile), 'utf8').split(' ').map(Number);
  // The number alone proves nothing: it may be another program's by now.
  if (pid === 0 || !isAlive(pid) || !commandLine(pid).startsWith(command)) return;
  if (isAlive(parent)) throw new Error(`${name} is already running (${pid}), started by process ${parent}`);
  process.kill(pid, 'SIGKILL');
  while (isAlive(pid) && commandLine(pid).startsWith(command)) await sleep(POLL_MS);
}

function noteOf(logFile: string): string {
  return `${logFile}.pid`;
}

/** Program and arguments; empty for a process that has ended. */
function commandLine(pid: number): string {
  const file = `/proc/${pid}/cmdline`;
  try {
    if (existsSync('/proc/self')) return readFileSync(file, 'utf8').replaceAll('\0', ' ');
    return execFileSync('ps', ['-p', String(pid), '-o', 'args='], { encoding: 'utf8' });
  } catch {
    return '';
  }
}
