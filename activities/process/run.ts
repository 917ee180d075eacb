import { spawn } from 'node:child_process';

export interface RunOptions {
  readonly cwd: string;
  /** The whole environment: nothing of ours leaks in. */
  readonly env: Readonly<Record<string, string>>;
  readonly input?: string | Buffer;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  /** Bytes of standard output that are kept; more is an error. */
  readonly maxStdout?: number;
}

export interface RunResult {
  readonly code: number;
  readonly stdout: Buffer;
  /** The last 64 KiB. */
  readonly stderr: string;
}
