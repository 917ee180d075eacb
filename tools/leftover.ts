import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from './build-lock.ts';

const POLL_MS = 20;
const SUFFIX = '.pid';

interface Note {
  readonly pid: number;
  readonly parent: number;
  /** Program and arguments: a number alone proves nothing, it may be another program's by now. */
  readonly commandLine: string;
}

/** Notes who runs with which log, for {@link stopLeftover} of a later process. */
export function noteRunning(logFile: string, pid: number, commandLine: string): void {
  const note: Note = { pid, parent: process.pid, commandLine };
  writeFileSync(noteOf(logFile), JSON.stringify(note));
}

/**
 * Ends what a parent that was killed without warning left running on the same files: it holds ports and locks.
 * Throws when that parent still lives; its child is not ours to end.
 */
export async function stopLeftover(logFile: string): Promise<void> {
  const note = readNote(logFile);
  if (!note || !isRunning(note)) return;
  if (isAlive(note.parent)) {
    throw new Error(`it is already running (${note.pid}), started by process ${note.parent}`);
  }
  process.kill(note.pid, 'SIGKILL');
  while (isRunning(note)) await sleep(POLL_MS);
}

/** The same for every log below a folder. */
export async function stopLeftovers(dir: string): Promise<void> {
  if (!existsSync(dir)) return;
  const files = readdirSync(dir, { recursive: true, encoding: 'utf8' });
  const notes = files.filter((file) => file.endsWith(SUFFIX));
  await Promise.all(notes.map((file) => stopLeftover(join(dir, file.slice(0, -SUFFIX.length)))));
}

function noteOf(logFile: string): string {
  return logFile + SUFFIX;
}

function readNote(logFile: string): Note | undefined {
  try {
    return JSON.parse(readFileSync(noteOf(logFile), 'utf8')) as Note;
  } catch {
    // There is none, or a crash left half of one.
    return undefined;
  }
}

function isRunning({ pid, commandLine }: Note): boolean {
  return pid > 0 && isAlive(pid) && commandLineOf(pid) === commandLine;
}

/** Empty for a process that has ended. */
function commandLineOf(pid: number): string {
  const file = `/proc/${pid}/cmdline`;
  try {
    if (existsSync('/proc/self')) return readFileSync(file, 'utf8').replaceAll('\0', ' ').trimEnd();
    return execFileSync('ps', ['-p', String(pid), '-o', 'args='], { encoding: 'utf8' }).trimEnd();
  } catch {
    return '';
  }
}
