import { type ChildProcess, spawn } from 'node:child_process';
import { isAbsolute } from 'node:path';
import type { Duplex } from 'node:stream';
import { limited, type ProcessLimits } from './limits.ts';
import { hearLines } from './lines.ts';

export interface RunOptions {
  readonly cwd: string;
  /** The whole environment: nothing of ours leaks in. */
  readonly env: Readonly<Record<string, string>>;
  readonly input?: string | Buffer;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** Bytes of standard output that are kept (8 MiB when left out); more is an error. */
  readonly maxStdout?: number;
  /** Whether standard output goes nowhere. */
  readonly dropStdout?: boolean;
  /** Hears each line of standard error as it comes; of one that is longer its first 64 Ki characters. */
  readonly onStderrLine?: (line: string) => void;
  /** Is given the ends of two more pipes of the child, its descriptors 3 and 4. They end with it. */
  readonly pipes?: (third: Duplex, fourth: Duplex) => void;
  /** How a child that is to stop may do so by itself; killed at once when left out. */
  readonly grace?: Grace;
  readonly limits?: ProcessLimits;
}

export interface Grace {
  readonly ms: number;
  /** What tells it; without one it is just given the time to come to its end. */
  readonly signal?: 'SIGTERM' | undefined;
}

export interface ProcessResult {
  readonly code: number;
  readonly stdout: Buffer;
  /** The last 64 KiB. */
  readonly stderr: string;
}

/** A program that did not come to an end by itself, or could not be started. */
export class ProcessError extends Error {
  readonly why: 'timeout' | 'output' | 'killed' | 'start';

  constructor(why: ProcessError['why'], message: string) {
    super(message);
    this.name = 'ProcessError';
    this.why = why;
  }
}

const MAX_STDOUT = 8 * 1024 * 1024;
const MAX_STDERR = 64 * 1024;
const LONGEST_LINE = 64 * 1024;

/**
 * Runs a program (the only place that does, besides git's own): an argument list and never a shell, an absolute
 * path, an environment made by the caller, a process group of its own that is killed as a whole. Whatever its exit
 * code it resolves; throws a {@link ProcessError}, or the signal's reason when aborted. It returns when the child is gone.
 */
export async function run(command: readonly string[], options: RunOptions): Promise<ProcessResult> {
  options.signal?.throwIfAborted();
  const [program, ...args] = limited(checked(command), options.limits);
  const child = spawn(program as string, args, {
    cwd: options.cwd,
    env: options.env,
    detached: true,
    shell: false,
    stdio: [
      'pipe',
      options.dropStdout ? 'ignore' : 'pipe',
      'pipe',
      ...(options.pipes ? (['pipe', 'pipe'] as const) : []),
    ],
  });
  return await finish(child, command[0] as string, options);
}

function checked(command: readonly string[]): readonly string[] {
  const [program] = command;
  if (program === undefined || !isAbsolute(program))
    throw new Error(`a program is started by its absolute path, not ${program}`);
  return command;
}

function finish(child: ChildProcess, name: string, options: RunOptions): Promise<ProcessResult> {
  const { promise, resolve, reject } = Promise.withResolvers<ProcessResult>();
  let ended: unknown;
  const isAlive = () => child.exitCode === null && child.signalCode === null;
  let grace: NodeJS.Timeout | undefined;
  const stop = (why: unknown) => {
    ended ??= why;
    if (!isAlive()) return;
    if (options.grace === undefined) return killGroup(child);
    if (options.grace.signal) child.kill(options.grace.signal);
    grace ??= setTimeout(() => isAlive() && killGroup(child), options.grace.ms);
  };

  const stdout = collect(child.stdout, options.maxStdout ?? MAX_STDOUT, () =>
    stop(new ProcessError('output', `${name} wrote more than ${options.maxStdout ?? MAX_STDOUT} bytes`)),
  );
  const stderr = collectLast(child.stderr, MAX_STDERR);
  if (options.onStderrLine && child.stderr) hearLines(child.stderr, LONGEST_LINE, options.onStderrLine);
  const extra = handOver(child, options.pipes);
  const timer = setTimeout(
    () => stop(new ProcessError('timeout', `${name} took longer than ${options.timeoutMs / 1000} s`)),
    options.timeoutMs,
  );
  const onAbort = () => stop(options.signal?.reason);
  options.signal?.addEventListener('abort', onAbort, { once: true });

  // A child that ends without reading its input breaks the pipe: its exit code tells why.
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(options.input ?? '');

  child.on('error', (error) => {
    ended ??= new ProcessError('start', `${name} could not be started: ${error.message}`);
    if (child.pid === undefined) settle(null, null);
  });
  // What it has started and left behind would hold the pipes open, and go on working for nobody.
  child.on('exit', () => {
    killGroup(child);
    for (const pipe of extra) pipe.destroy();
  });
  child.on('close', settle);
  return promise;

  function settle(code: number | null, signal: NodeJS.Signals | null): void {
    clearTimeout(timer);
    clearTimeout(grace);
    options.signal?.removeEventListener('abort', onAbort);
    if (ended !== undefined) reject(ended as Error);
    else if (code === null) reject(new ProcessError('killed', `${name} was ended by ${signal}`));
    else resolve({ code, stdout: stdout(), stderr: stderr() });
  }
}

function handOver(child: ChildProcess, pipes: RunOptions['pipes']): readonly Duplex[] {
  if (!pipes) return [];
  // Descriptors beyond the third are sockets, whatever Node's types say of them.
  const [, , , third, fourth] = child.stdio as readonly (Duplex | null | undefined)[];
  if (!third || !fourth) return [];
  pipes(third, fourth);
  return [third, fourth];
}

/** Kills the child and what it has started. Never called later than its exit event: its number may be another's then. */
function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // Nobody is left in the group.
  }
}

function collect(stream: NodeJS.ReadableStream | null, limit: number, onLimit: () => void): () => Buffer {
  const chunks: Buffer[] = [];
  let bytes = 0;
  stream?.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > limit) onLimit();
    else chunks.push(chunk);
  });
  return () => Buffer.concat(chunks);
}

function collectLast(stream: NodeJS.ReadableStream | null, limit: number): () => string {
  let kept = Buffer.alloc(0);
  stream?.on('data', (chunk: Buffer) => {
    kept = Buffer.concat([kept, chunk]).subarray(-limit);
  });
  return () => kept.toString('utf8');
}
