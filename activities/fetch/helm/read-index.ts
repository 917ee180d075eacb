import { Worker } from 'node:worker_threads';
import { Reason } from '../../../api/reasons.ts';
import { failed, messageOf, transient } from '../../failures.ts';
import { abortable } from '../keyed-lock.ts';
import { openCompactIndex } from './compact-index.ts';
import type { ChartIndex } from './contract.ts';
import type { IndexThreadAnswer } from './index-thread.ts';

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

const THREAD = new URL('./index-thread.ts', import.meta.url);
// The JSON of 50 MiB takes five times that while it is read.
const HEAP_MB = 640;
const LONGEST_MS = 120_000;
const KEPT_BYTES = 128 * 1024 * 1024;
const PREFIX = 'failed to load Helm repository from index YAML';

/** A reader that keeps what it read last, up to 128 MiB of it. */
export function createIndexReader(): IndexReader {
  const kept = new Map<string, ChartIndex>();
  const reading = new Map<string, Reading>();

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
      const index = await source.withFile(
        (file) => inThread(file, { digest, where: source.where, signal }),
        signal,
      );
      keep(index);
      return index;
    };
    const shared = { index: work(), controller, waiting: 0 };
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

/** In a thread, so that the worker goes on beating, and with a heap of its own, so that no index takes the worker's. */
async function inThread(
  file: string,
  {
    digest,
    where,
    signal,
  }: { readonly digest: string; readonly where: string; readonly signal: AbortSignal },
): Promise<ChartIndex> {
  const thread = new Worker(THREAD, {
    workerData: file,
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB, maxYoungGenerationSizeMb: 16 },
  });
  const limit = AbortSignal.any([signal, AbortSignal.timeout(LONGEST_MS)]);
  try {
    const answer = await abortable(answerOf(thread), limit);
    if ('index' in answer) return openCompactIndex(digest, answer.index);
    throw failed(Reason.IndexationFailed, `${PREFIX}: ${where}: ${answer.refused}; correct the index.yaml`);
  } catch (error) {
    signal.throwIfAborted();
    if (limit.aborted)
      throw failed(Reason.IndexationFailed, `${PREFIX}: ${where}: reading it takes too long`);
    throw error instanceof ThreadError ? threadFailure(error, where) : error;
  } finally {
    await thread.terminate();
  }
}

class ThreadError extends Error {}

function answerOf(thread: Worker): Promise<IndexThreadAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<IndexThreadAnswer>();
  thread.once('message', resolve);
  thread.once('error', (cause) => reject(new ThreadError(messageOf(cause), { cause })));
  thread.once('exit', (code) => reject(new ThreadError(`the reader ended with code ${code}`)));
  return promise;
}

function threadFailure({ message, cause }: ThreadError, where: string): Error {
  const isTooBig = cause instanceof Error && 'code' in cause && cause.code === 'ERR_WORKER_OUT_OF_MEMORY';
  return isTooBig
    ? failed(Reason.IndexationFailed, `${PREFIX}: ${where}: it takes too much memory; split the repository`)
    : transient(Reason.IndexationFailed, `${PREFIX}: ${where}: ${message}`);
}
