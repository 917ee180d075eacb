import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type SimpleGit, simpleGit } from 'simple-git';
import type { GitSession } from './git-session.ts';

export interface GitOptions {
  /** The bare repository; commands that need none leave it out. */
  readonly repository?: string;
  /** Bytes of output that are taken, 8 MiB by default; more ends the command. */
  readonly maxOutput?: number;
  /** What the command reads from its standard input; not empty. */
  readonly input?: string | Buffer;
  /** Exit codes that are an answer too, such as the 1 of a `git grep` that found nothing. */
  readonly answers?: readonly number[];
  /** Whatever it writes to standard error is a failure: of commands that go on, and exit well, without what they could not read. */
  readonly mustBeSilent?: boolean;
}

/** A git command that failed; `git-errors.ts` tells what that means. */
export class GitCommandError extends Error {
  /** How it ended: by itself, by `spec.timeout`, or because it said too much. */
  readonly ended: 'exit' | 'timeout' | 'output';

  constructor(ended: GitCommandError['ended'], said: string) {
    super(said);
    this.name = 'GitCommandError';
    this.ended = ended;
  }
}

const MAX_OUTPUT = 8 * 1024 * 1024;
const MAX_STDERR = 1024 * 1024;
const GRACE_MS = 2000;
// Written by the launcher of git-session.ts.
const PID_FILE = 'pid';

/**
 * Runs a git command and returns what it printed. Whatever comes from outside stands behind `--` or in
 * `--flag=value`, and was checked by `git-url.ts`. Throws a {@link GitCommandError}, or the reason of the
 * session's signal.
 */
export function git(session: GitSession, args: readonly string[], options: GitOptions = {}): Promise<string> {
  return supervise(session, options, (client) => client.raw([...args]));
}

/** The bytes that `git cat-file --batch` prints for these object names, in their order. */
export function catFiles(
  session: GitSession,
  objects: readonly string[],
  options: Omit<GitOptions, 'input'> & { readonly repository: string },
): Promise<Buffer> {
  const input = `${objects.join('\n')}\n`;
  return supervise(session, { ...options, input }, (client) => client.binaryCatFile(['--batch']));
}

async function supervise<T>(
  session: GitSession,
  options: GitOptions,
  start: (client: SimpleGit) => PromiseLike<T>,
): Promise<T> {
  const { signal, timeoutMs } = session;
  signal.throwIfAborted();
  const deadline = AbortSignal.timeout(timeoutMs);
  const tooMuch = new AbortController();
  const stop = AbortSignal.any([signal, deadline, tooMuch.signal]);
  const release = killOnAbort(session.directory, stop);
  try {
    return await start(client(session, options, { stop, tooMuch }));
  } catch (error) {
    signal.throwIfAborted();
    if (deadline.aborted) throw new GitCommandError('timeout', `no answer within ${timeoutMs} ms`);
    if (tooMuch.signal.aborted) throw new GitCommandError('output', 'too much output');
    throw new GitCommandError('exit', error instanceof Error ? error.message : String(error));
  } finally {
    release();
  }
}

interface Bounds {
  readonly stop: AbortSignal;
  readonly tooMuch: AbortController;
}

// The whole policy of simple-git's guards stays on: no `unsafe` is set, and no variable comes from our environment.
function client(session: GitSession, options: GitOptions, { stop, tooMuch }: Bounds): SimpleGit {
  const answers = new Set([0, ...(options.answers ?? [])]);
  const env = environment(session.directory, options.repository);
  return simpleGit({
    baseDir: session.directory,
    binary: ['/bin/sh', 'launch'],
    allowEnvironment: Object.keys(env),
    abort: stop,
    // A command that was killed has no exit code, which must not look like success.
    errors: (error, { exitCode, stdErr }) =>
      answers.has(exitCode) && !(options.mustBeSilent && stdErr.length > 0)
        ? undefined
        : (error ?? new Error(Buffer.concat(stdErr).toString() || 'git was killed')),
    // Only when nobody holds its output any more, the command and all it started have ended.
    completion: { onClose: true, onExit: false },
    input: () => options.input,
  })
    .env(env)
    .outputHandler((_command, stdout, stderr) => {
      limit(stdout, options.maxOutput ?? MAX_OUTPUT, tooMuch);
      limit(stderr, MAX_STDERR, tooMuch);
    });
}

function environment(home: string, repository: string | undefined): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin',
    HOME: home,
    TMPDIR: home,
    LANG: 'C',
    LC_ALL: 'C',
    // Without a repository git would look for one in the directories above.
    GIT_DIR: repository ?? join(home, 'no-repository'),
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ALLOW_PROTOCOL: 'https:http:ssh',
    GIT_PROTOCOL_FROM_USER: '0',
    GIT_LFS_SKIP_SMUDGE: '1',
    // A path is a path: `*` and `:(` in it mean nothing.
    GIT_LITERAL_PATHSPECS: '1',
  };
}

function limit(stream: NodeJS.ReadableStream, most: number, tooMuch: AbortController): void {
  let bytes = 0;
  stream.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > most) tooMuch.abort();
  });
}

/** First asks the group to end, so that git removes its lock files, then ends it. */
function killOnAbort(directory: string, stop: AbortSignal): () => void {
  let timer: NodeJS.Timeout | undefined;
  const onAbort = () => {
    signalGroup(directory, 'SIGTERM');
    timer = setInterval(() => signalGroup(directory, 'SIGKILL'), GRACE_MS);
  };
  stop.addEventListener('abort', onAbort, { once: true });
  return () => {
    stop.removeEventListener('abort', onAbort);
    clearInterval(timer);
    rmSync(join(directory, PID_FILE), { force: true });
  };
}

// Called only while simple-git waits for the group's output: its number cannot be another's yet.
function signalGroup(directory: string, name: NodeJS.Signals): void {
  try {
    const leader = Number.parseInt(readFileSync(join(directory, PID_FILE), 'utf8'), 10);
    if (leader > 1) process.kill(-leader, name);
  } catch {
    // Not started yet (simple-git's own interrupt ends it) or just ended.
  }
}
