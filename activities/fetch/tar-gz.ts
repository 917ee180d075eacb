import { pipeline, Readable } from 'node:stream';
import { createGunzip, createGzip } from 'node:zlib';
import { messageOf } from '../failures.ts';
import { ARCHIVE_LIMITS } from './archive-path.ts';
import { ArchiveError, TarReader, type TarSink } from './tar-reader.ts';

// Headers, padding and long names come on top of the content.
const MOST_UNPACKED = 2 * ARCHIVE_LIMITS.bytes;
const CHUNK = 64 * 1024;

/**
 * Hands the entries of a tar.gz to a sink. Throws an {@link ArchiveError} for what is no sound archive or unpacks to
 * more than any artifact may hold; errors of the disk, which a sink may meet, pass as they are.
 */
export async function readTarGz(archive: Buffer, sink: TarSink): Promise<void> {
  const reader = new TarReader(sink);
  const unpack = Readable.from([archive]).pipe(createGunzip({ chunkSize: CHUNK }));
  let unpacked = 0;
  try {
    for await (const chunk of unpack as AsyncIterable<Buffer>) {
      unpacked += chunk.length;
      if (unpacked > MOST_UNPACKED) throw new ArchiveError(`it unpacks to more than ${MOST_UNPACKED} bytes`);
      reader.push(chunk);
    }
    reader.finish();
  } catch (error) {
    if (error instanceof ArchiveError || errnoOf(error) !== undefined) throw error;
    throw new ArchiveError(`it is no sound tar.gz: ${messageOf(error)}`);
  }
}

/** The code of an error of the system, such as ENOSPC; undefined for any other error. */
export function errnoOf(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /^E[A-Z]+$/.test(code) ? code : undefined;
}

/** Compresses, to the same bytes wherever the same Node runs. */
export async function* gzipped(content: AsyncIterable<Buffer> | Iterable<Buffer>): AsyncGenerator<Buffer> {
  // pipeline hands an error of the content on to the reader of gzip.
  const gzip = pipeline(Readable.from(content), createGzip(), () => undefined);
  let isFirst = true;
  for await (const chunk of gzip as AsyncIterable<Buffer>) {
    // zlib names its operating system there; Go writes "unknown", and so do we everywhere.
    if (isFirst) chunk[9] = 255;
    isFirst = false;
    yield chunk;
  }
}
