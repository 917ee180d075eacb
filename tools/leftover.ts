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
  /** A number alone proves nothing, it may be another program's by now. */
  readonly command: string;
  /** Between spaces. */
  readonly args: string;
}

/** What was started, and under which number. */
export interface Started {
  readonly pid: number;
  readonly command: string;
  readonly args: readonly string[];
}

/** Notes who runs with which log, for {@link stopLeftover} of a later process. */
export function noteRunning(logFile: string, { pid, command, args }: Started): void {
  const note: Note = { pid, parent: process.pid, command, args: args.join(' ') };
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

function isRunning({ pid, command, args }: Note): boolean {
  if (!(pid > 0) || !isAlive(pid)) return false;
  const line = commandLineOf(pid);
  // A worker starts itself anew with flags of its own between the two.
  return line.startsWith(command) && line.endsWith(args);
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
