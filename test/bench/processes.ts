import { readFileSync } from 'node:fs';

const TICK_MS = 10;
const PAUSE_MS = 50;

/** CPU time that a process has used so far, in milliseconds. */
export function cpuMs(pid: number): number {
  return ticks(pid, 11);
}

/** CPU time of its children that have ended, and of theirs, in milliseconds. */
export function childrenCpuMs(pid: number): number {
  return ticks(pid, 13);
}

/** The most memory that a process has had, in MiB. */
export function peakMemory(pid: number): number {
  return Math.round(kib(pid, 'VmHWM') / 1024);
}

/** The memory that a process has now, in MiB. */
export function memoryNow(pid: number): number {
  return kib(pid, 'VmRSS') / 1024;
}

/** The memory of the children of a process, together. */
export interface ChildrenMemory extends Disposable {
  /** The most so far, in MiB. */
  readonly peak: number;
}

/** Looks at the children again and again, until it is disposed. */
export function watchChildren(pid: number): ChildrenMemory {
  let peak = 0;
  const look = () => {
    const all = childrenOf(pid).map((child) => kib(child, 'VmRSS'));
    peak = Math.max(
      peak,
      all.reduce((sum, one) => sum + one, 0),
    );
  };
  const timer = setInterval(look, PAUSE_MS);
  return {
    get peak() {
      return Math.round(peak / 1024);
    },
    [Symbol.dispose]: () => clearInterval(timer),
  };
}

function ticks(pid: number, at: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[at]) + Number(fields[at + 1])) * TICK_MS;
}

function childrenOf(pid: number): readonly number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
}

function kib(pid: number, field: string): number {
  try {
    const [, value = '0'] =
      new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Number(value);
  } catch {
    // It has ended.
    return 0;
  }
}
