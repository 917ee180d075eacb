import { mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A part of the data directory that is this process's own until it is disposed. */
export interface DataSlot extends Disposable {
  readonly directory: string;
}

interface Holder {
  readonly pid: number;
  /** When the process began, as the kernel counts: a number alone may be another's by now. */
  readonly started: string;
  readonly host: string;
}

const BEAT_MS = 5_000;
const SILENT_MS = 60_000;
const UNWRITTEN_MS = 1_000;
const SETTLE_MS = 100;

/**
 * Takes the first part of a data directory that no living worker holds, `<dataDir>/<n>`: mirrors and scratch suit one
 * process only. One that restarts finds its own again, with all that it keeps.
 */
export async function takeDataSlot(dataDir: string): Promise<DataSlot> {
  const self = { pid: process.pid, started: startOf(process.pid), host: hostname() };
  for (let n = 0; ; n += 1) {
    const directory = join(dataDir, String(n));
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const lock = join(directory, 'lock');
    if (await take(lock, self)) return held(directory, lock, self);
  }
}

async function take(lock: string, self: Holder): Promise<boolean> {
  if (place(lock, self)) return true;
  if (isHeld(lock)) return false;
  rmSync(lock, { force: true });
  if (!place(lock, self)) return false;
  // Another one that found it stale at the same time may have removed ours.
  await sleep(SETTLE_MS);
  return isSame(holderOf(lock), self);
}

function place(lock: string, self: Holder): boolean {
  try {
    writeFileSync(lock, JSON.stringify(self), { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

function held(directory: string, lock: string, self: Holder): DataSlot {
  const beat = setInterval(() => touch(lock), BEAT_MS);
  beat.unref();
  return {
    directory,
    [Symbol.dispose]() {
      clearInterval(beat);
      if (isSame(holderOf(lock), self)) rmSync(lock, { force: true });
    },
  };
}

function isHeld(lock: string): boolean {
  const silentMs = Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? 0);
  const holder = holderOf(lock);
  // Taken this instant, its name not yet written; or a crash left it empty.
  if (holder === undefined) return silentMs < UNWRITTEN_MS;
  // Of another container that shares the directory, only its beat tells.
  return holder.host === hostname() ? isAlive(holder) : silentMs < SILENT_MS;
}

function isAlive({ pid, started }: Holder): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false;
  }
  return startOf(pid) === started;
}

/** Empty where the system has no /proc. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // Field 22; the second one is a name in parentheses and may hold anything.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

function holderOf(lock: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(lock, 'utf8')) as Holder;
  } catch {
    return undefined;
  }
}

function isSame(holder: Holder | undefined, self: Holder): boolean {
  return holder?.pid === self.pid && holder.started === self.started && holder.host === self.host;
}

function touch(lock: string): void {
  const now = new Date();
  try {
    utimesSync(lock, now, now);
  } catch {
    // Somebody has emptied the directory: it is a cache, and the next one makes its own.
  }
}
