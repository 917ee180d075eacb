import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { noteRunning, stopLeftover } from './leftover.ts';
import { stopWithParent } from './orphans.ts';

export interface ProcessOptions {
  /** For messages. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Both outputs are appended to it. */
  readonly logFile: string;
  /** Polled until true; without one the process counts as ready at once. */
  readonly ready?: () => Promise<boolean>;
  /** Milliseconds until it must be ready, 60,000 by default. */
  readonly readyTimeoutMs?: number;
  /** Called when it ends though nobody stopped it, after it was ready. */
  readonly onDied?: (error: Error) => void;
}

export interface ManagedProcess {
  readonly name: string;
  readonly pid: number;
  readonly logFile: string;
  /** False once it has ended, for whatever reason. */
  readonly isRunning: () => boolean;
  /** SIGTERM, and SIGKILL when it still runs after `graceMs` (10,000 by default). Resolves when it has ended. */
  stop(graceMs?: number): Promise<void>;
  /** SIGKILL: what a crash looks like. Resolves when it has ended. */
  kill(): Promise<void>;
}

const READY_MS = 60_000;
const GRACE_MS = 10_000;
const POLL_MS = 50;
const LOG_LINES = 15;
const LARGE_LOG = 20 * 1024 * 1024;

/** Starts a long-running program and waits until it is ready. Throws, with the end of its log, when it ends first or never gets ready. */
export async function startProcess(options: ProcessOptions): Promise<ManagedProcess> {
  const { name, logFile } = options;
  mkdirSync(dirname(logFile), { recursive: true });
  await stopLeftover(logFile).catch((cause: unknown) => {
    throw new Error(`${name} cannot be started: ${String(cause)}`, { cause });
  });
  const child = await launch(options);
  const stopped = { asked: false };
  const ended = new Promise<void>((done) => child.once('close', () => done()));
  const isRunning = () => child.exitCode === null && child.signalCode === null;
  const forget = stopWithParent(child);
  void ended.then(forget);

  const end = async (signal: NodeJS.Signals, graceMs: number): Promise<void> => {
    stopped.asked = true;
    if (isRunning()) child.kill(signal);
    const graceOver = new AbortController();
    await Promise.race([ended, sleep(graceMs, undefined, { signal: graceOver.signal }).catch(() => {})]);
    graceOver.abort();
    if (isRunning()) child.kill('SIGKILL');
    await ended;
  };
  const managed: ManagedProcess = {
    name,
    pid: child.pid ?? 0,
    logFile,
    isRunning,
    stop: (graceMs = GRACE_MS) => end('SIGTERM', graceMs),
    kill: () => end('SIGKILL', GRACE_MS),
  };

  try {
    await becomeReady(options, isRunning);
  } catch (error) {
    await managed.kill();
    throw error;
  }
  child.once('exit', () => {
    if (!stopped.asked) options.onDied?.(failure(options, `ended by itself (${how(child)})`));
  });
  return managed;
}

async function launch(options: ProcessOptions): Promise<ChildProcess> {
  startNewLog(options.logFile);
  const log = openSync(options.logFile, 'a');
  const child = spawn(options.command, [...options.args], {
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio: ['ignore', log, log],
    // A group of its own: Ctrl-C goes to us alone, and we stop things in their order.
    detached: true,
  });
  try {
    await new Promise<void>((done, failed) => {
      child.once('spawn', done);
      child.once('error', failed);
    });
  } catch (cause) {
    throw new Error(`${options.name}: ${options.command} cannot be started`, { cause });
  } finally {
    closeSync(log);
  }
  noteRunning(options.logFile, { ...options, pid: child.pid ?? 0 });
  return child;
}

// One older log is kept: what is started every day for a year does not fill the disk.
function startNewLog(file: string): void {
  if (existsSync(file) && statSync(file).size > LARGE_LOG) renameSync(file, `${file}.1`);
}

async function becomeReady(options: ProcessOptions, isRunning: () => boolean): Promise<void> {
  const timeoutMs = options.readyTimeoutMs ?? READY_MS;
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    if (!isRunning()) throw failure(options, 'ended before it was ready');
    if (options.ready === undefined || (await options.ready())) return;
    if (Date.now() > deadline) throw failure(options, `was not ready after ${timeoutMs / 1000} s`);
    await sleep(POLL_MS);
  }
}

function how(child: ChildProcess): string {
  return child.signalCode ? `signal ${child.signalCode}` : `code ${child.exitCode ?? '?'}`;
}

function failure({ name, logFile }: ProcessOptions, what: string): Error {
  return new Error(`${name} ${what}; the end of ${logFile}:\n${lastLines(logFile)}`);
}

/** The end of a log file, for an error message. */
function lastLines(file: string, count: number = LOG_LINES): string {
  if (!existsSync(file)) return '';
  return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-count).join('\n');
}
