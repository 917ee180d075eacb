import { closeSync, constants, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { Parser, type ReadEntry } from 'tar';
import { messageOf } from '../failures.ts';
import { ARCHIVE_LIMITS, pathProblem } from './archive-path.ts';

/** An archive that may not be extracted, with the reason. */
export class ArchiveError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ArchiveError';
  }
}

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants;
// Headers, padding and long names come on top of the content.
const MOST_UNPACKED = 2 * ARCHIVE_LIMITS.bytes;
const LONGEST_PAX_RECORD = 64 * 1024;

/**
 * Extracts a tar.gz into a directory that is empty and ours. Directories and regular files only: links and
 * devices are left out, so nothing can lead outside. Names, sizes, counts and modes are not believed: beyond
 * {@link ARCHIVE_LIMITS} or with a name that {@link pathProblem} refuses, the whole archive is refused with an
 * {@link ArchiveError}. What was extracted until then stays, for the caller to remove.
 */
export async function untar(archive: Buffer, directory: string): Promise<void> {
  const target = new Target(directory);
  const parser = new Parser({
    strict: true,
    maxMetaEntrySize: LONGEST_PAX_RECORD,
    onReadEntry: (entry) => target.take(entry),
  });
  let problem: Error | undefined;
  parser.on('error', (error: Error) => {
    problem ??= error;
  });
  let unpacked = 0;
  try {
    for await (const chunk of Readable.from([archive]).pipe(createGunzip()) as AsyncIterable<Buffer>) {
      unpacked += chunk.length;
      if (unpacked > MOST_UNPACKED) throw new ArchiveError(`it unpacks to more than ${MOST_UNPACKED} bytes`);
      parser.write(chunk);
      if (problem) throw problem;
    }
    parser.end();
    if (problem) throw problem;
  } catch (error) {
    if (error instanceof ArchiveError || isDiskError(error)) throw error;
    throw new ArchiveError(`it is no sound tar.gz: ${messageOf(error)}`);
  } finally {
    target.close();
  }
}

// Names that clash are the archive's fault, everything else the disk's.
const CLASHES = new Set(['EEXIST', 'ENOTDIR', 'EISDIR', 'ENAMETOOLONG', 'ENOENT']);

function isDiskError(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /^E[A-Z]+$/.test(code) && !CLASHES.has(code);
}

/** Counts and writes the entries; the parser hands them over one after the other. */
class Target {
  private readonly root: string;
  private readonly made = new Set<string>();
  private entries = 0;
  private bytes = 0;
  private file: number | undefined;

  constructor(root: string) {
    this.root = root;
  }

  take(entry: ReadEntry): void {
    this.entries += 1;
    if (this.entries > ARCHIVE_LIMITS.entries)
      throw new ArchiveError(`it has more than ${ARCHIVE_LIMITS.entries} entries`);
    const isFile = entry.type === 'File' || entry.type === 'OldFile';
    const path = entry.path.replace(/^(\.\/)+|\/+$/g, '');
    if ((!isFile && entry.type !== 'Directory') || (!isFile && /^\.?$/.test(path))) {
      entry.resume();
      return;
    }
    const problem = pathProblem(path);
    if (problem) throw new ArchiveError(`the path ${JSON.stringify(path.slice(0, 200))} ${problem}`);
    if (isFile) this.write(path, entry);
    else {
      this.makeDirectory(path);
      entry.resume();
    }
  }

  close(): void {
    if (this.file !== undefined) closeSync(this.file);
    this.file = undefined;
  }

  private write(path: string, entry: ReadEntry): void {
    this.makeDirectory(dirname(path));
    const mode = ((entry.mode ?? 0) & 0o100) === 0 ? 0o644 : 0o755;
    const file = openSync(join(this.root, path), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode);
    this.file = file;
    entry.on('data', (chunk: Buffer) => {
      this.bytes += chunk.length;
      if (this.bytes > ARCHIVE_LIMITS.bytes)
        throw new ArchiveError(`its content exceeds ${ARCHIVE_LIMITS.bytes} bytes`);
      writeSync(file, chunk);
    });
    entry.on('end', () => this.close());
  }

  private makeDirectory(path: string): void {
    if (path === '.' || this.made.has(path)) return;
    mkdirSync(join(this.root, path), { recursive: true, mode: 0o755 });
    this.made.add(path);
  }
}
