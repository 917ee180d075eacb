import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 500;
const BEAT_MS = 5_000;
const STALE_MS = 60_000;

/** Calls `work` while no other process on the machine holds the same lock file; `onWait` hears of each wait. */
export async function withBuildLock<T>(
  file: string,
  work: () => Promise<T>,
  onWait: (pid: number) => void,
): Promise<T> {
  mkdirSync(dirname(file), { recursive: true });
  while (!take(file)) {
    const holder = holderOf(file);
    // Two that find it stale at once may both build: twice the work, the same result.
    if (holder === undefined) rmSync(file, { force: true });
    else onWait(holder);
    await sleep(POLL_MS);
  }
  const beat = setInterval(() => touch(file), BEAT_MS);
  const release = () => rmSync(file, { force: true });
  process.once('exit', release);
  try {
    return await work();
  } finally {
    clearInterval(beat);
    process.off('exit', release);
    release();
  }
}

function take(file: string): boolean {
  try {
    const handle = openSync(file, 'wx');
    writeSync(handle, String(process.pid));
    closeSync(handle);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

/** The process that builds; undefined when it died, or has been silent so long that its number is another's. */
function holderOf(file: string): number | undefined {
  try {
    if (Date.now() - statSync(file).mtimeMs > STALE_MS) return undefined;
    const text = readFileSync(file, 'utf8');
    // Taken this instant, its number not yet written.
    if (text === '') return 0;
    const pid = Number(text);
    return isAlive(pid) ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a process of that number exists. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function touch(file: string): void {
  const now = new Date();
  try {
    utimesSync(file, now, now);
  } catch {
    // Somebody found it stale (this machine slept, say) and took it: both build, the same result.
  }
}
