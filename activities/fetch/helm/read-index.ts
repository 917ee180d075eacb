import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ApplicationFailure } from '@temporalio/common';
import pLimit from 'p-limit';
import { Reason } from '../../../api/reasons.ts';
import { failed, messageOf, transient } from '../../failures.ts';
import { ProcessError, run } from '../../process/run.ts';
import { abortable } from '../keyed-lock.ts';
import { openCompactIndex } from './compact-index.ts';
import type { ChartIndex } from './contract.ts';
import type { IndexHead } from './index-process.ts';

/** Reads indexes, each digest once for all who ask. */
export interface IndexReader {
  /**
   * The index with this digest; `file` brings its bytes to the disk when nobody has read them yet.
   * `where` names the repository in messages. Throws IndexationFailed.
   */
  read(digest: string, source: IndexSource, signal: AbortSignal): Promise<ChartIndex>;
}

export interface IndexSource {
  readonly where: string;
  /** Lends a file whose bytes have the digest. */
  readonly withFile: <T>(use: (file: string) => Promise<T>, signal: AbortSignal) => Promise<T>;
}

const PROGRAM = fileURLToPath(new URL('./index-process.ts', import.meta.url));
// The JSON of 50 MiB takes five times that while it is read.
const HEAP_MB = 512;
const MEMORY_BYTES = 1536 * 1024 * 1024;
const LARGEST_ANSWER = 96 * 1024 * 1024;
const LONGEST_MS = 120_000;
// Each may take a core and half a gigabyte for its seconds.
const AT_ONCE = 2;
const KEPT_BYTES = 128 * 1024 * 1024;
const PREFIX = 'failed to load Helm repository from index YAML';

/** A reader that keeps what it read last, up to 128 MiB of it. */
export function createIndexReader(): IndexReader {
  const kept = new Map<string, ChartIndex>();
  const reading = new Map<string, Reading>();
  const limit = pLimit(AT_ONCE);

  function keep(index: ChartIndex): void {
    kept.set(index.digest, index);
    let bytes = 0;
    for (const [digest, { bytes: some }] of [...kept].reverse()) {
      bytes += some;
      if (bytes > KEPT_BYTES && digest !== index.digest) kept.delete(digest);
    }
  }

  function start(digest: string, source: IndexSource): Reading {
    const controller = new AbortController();
    const { signal } = controller;
    const work = async () => {
      signal.throwIfAborted();
      const index = await source.withFile(
        (file) => inProcess(file, { digest, where: source.where, signal }),
        signal,
      );
      keep(index);
      return index;
    };
    const shared = { index: limit(work), controller, waiting: 0 };
    reading.set(digest, shared);
    const forget = () => {
      if (reading.get(digest) === shared) reading.delete(digest);
    };
    shared.index.then(forget, forget);
    return shared;
  }

  return {
    async read(digest, source, signal) {
      const found = kept.get(digest);
      if (found) {
        // The least recently used one goes first.
        kept.delete(digest);
        kept.set(digest, found);
        return found;
      }
      const running = reading.get(digest);
      const shared = running && !running.controller.signal.aborted ? running : start(digest, source);
      shared.waiting += 1;
      try {
        return await abortable(shared.index, signal);
      } finally {
        // One that gives up must not end it for the others; the last one does.
        shared.waiting -= 1;
        if (shared.waiting === 0) shared.controller.abort(new Error('nobody waits for the index any more'));
      }
    },
  };
}

interface Reading {
  readonly index: Promise<ChartIndex>;
  readonly controller: AbortController;
  waiting: number;
}

/** In a process of its own: the worker goes on beating, and no index takes its memory or ends it. */
async function inProcess(
  file: string,
  {
    digest,
    where,
    signal,
  }: { readonly digest: string; readonly where: string; readonly signal: AbortSignal },
): Promise<ChartIndex> {
  const command = [
    process.execPath,
    `--max-old-space-size=${HEAP_MB}`,
    '--max-semi-space-size=8',
    PROGRAM,
    file,
  ];
  try {
    const { code, stdout, stderr } = await run(command, {
      cwd: dirname(file),
      env: {},
      timeoutMs: LONGEST_MS,
      signal,
      maxStdout: LARGEST_ANSWER,
      limits: { memoryBytes: MEMORY_BYTES, fileBytes: 0 },
    });
    if (code === 0) return opened(stdout, digest, where);
    throw tooMuch.test(stderr) ? new ProcessError('killed', 'out of memory') : new Error(lastLine(stderr));
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof ApplicationFailure ? error : processFailure(error, where);
  }
}

const tooMuch = /out of memory|allocation failed/i;

function opened(stdout: Buffer, digest: string, where: string): ChartIndex {
  const end = stdout.indexOf(10);
  const head = JSON.parse(stdout.toString('utf8', 0, end)) as IndexHead;
  if ('refused' in head) {
    throw failed(Reason.IndexationFailed, `${PREFIX}: ${where}: ${head.refused}; correct the index.yaml`);
  }
  return openCompactIndex(digest, { ...head, rows: stdout.subarray(end + 1) });
}

function processFailure(error: unknown, where: string): Error {
  const isItsOwn = error instanceof ProcessError && error.why !== 'start';
  return isItsOwn
    ? failed(
        Reason.IndexationFailed,
        `${PREFIX}: ${where}: it takes too much time or memory; split the repository`,
      )
    : transient(Reason.IndexationFailed, `${PREFIX}: ${where}: ${messageOf(error)}`);
}

function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1) ?? '';
}
