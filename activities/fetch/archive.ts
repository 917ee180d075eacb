import { pipeline, Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import { Reason } from '../../api/reasons.ts';
import { failed } from '../failures.ts';
import { ARCHIVE_LIMITS, pathProblem } from './archive-path.ts';
import { parseBatch } from './commit.ts';
import { catFiles, GitCommandError, git } from './git.ts';
import type { GitSession } from './git-session.ts';
import { withoutIgnored } from './source-ignore.ts';
import { TAR_END, type TarEntry, tarEntry } from './tar-writer.ts';

export interface ArchiveSource {
  readonly session: GitSession;
  /** The bare repository. */
  readonly repository: string;
  readonly commit: string;
  /** `spec.ignore`. */
  readonly ignore: string | undefined;
}

export interface Archive {
  /** The tar.gz, made while it is read; read it once. */
  readonly content: AsyncIterable<Buffer>;
  /** Files that turned out to be Git LFS pointers, the first few; complete once the content was read. */
  readonly lfsPointers: readonly string[];
}

interface Blob {
  readonly path: string;
  readonly id: string;
  readonly size: number;
  readonly isExecutable: boolean;
}

// What one `cat-file` prints is held in memory: small repositories need one, big ones stay bounded.
const BATCH_BYTES = 16 * 1024 * 1024;
const HEADER_BYTES = 128;
const MOST_LISTING = 64 * 1024 * 1024;
const LFS_POINTER = Buffer.from('version https://git-lfs.github.com/spec/');
const MOST_REPORTED = 5;

/**
 * Packs the tree of a commit straight from the bare repository: the same bytes for the same commit and rules.
 * Symlinks and submodules are left out, and what `.sourceignore` and `spec.ignore` exclude. Content is what git
 * stores: no attributes, filters or line endings apply. Throws ArchiveOperationFailed beyond {@link ARCHIVE_LIMITS}
 * and for paths that no artifact may have.
 */
export async function createArchive(source: ArchiveSource): Promise<Archive> {
  const all = await listTree(source);
  const wanted = new Set(await wantedPaths(source, all));
  const blobs = all.filter(({ path }) => wanted.has(path));
  checkLimits(blobs);
  const lfsPointers: string[] = [];
  return { content: gzipped(tar(source, blobs, lfsPointers)), lfsPointers };
}

async function listTree({ session, repository, commit }: ArchiveSource): Promise<readonly Blob[]> {
  const args = ['ls-tree', '-r', '-z', '-l', '--full-tree', commit];
  const listing = await git(session, args, { repository, maxOutput: MOST_LISTING });
  const blobs: Blob[] = [];
  for (const line of listing.split('\0')) {
    // `<mode> <type> <id> <size>\t<path>`; regular files only (120000 is a symlink, 160000 a submodule).
    const [, mode, id, size, path] = /^(100\d{3}) blob ([0-9a-f]+) +(\d+)\t([\s\S]+)$/.exec(line) ?? [];
    if (mode === undefined || id === undefined || path === undefined) continue;
    blobs.push({ path, id, size: Number(size), isExecutable: mode === '100755' });
  }
  return blobs.sort((a, b) => (a.path < b.path ? -1 : 1));
}

async function wantedPaths(source: ArchiveSource, blobs: readonly Blob[]): Promise<readonly string[]> {
  const ids = new Map(blobs.map(({ path, id }) => [path, id]));
  const readIgnoreFile = async (path: string): Promise<string> => {
    const [content] = await readBlobs(source, [ids.get(path) ?? ''], ARCHIVE_LIMITS.bytes);
    return content?.toString('utf8') ?? '';
  };
  return await withoutIgnored({ files: [...ids.keys()], readIgnoreFile, specIgnore: source.ignore });
}

function checkLimits(blobs: readonly Blob[]): void {
  for (const { path } of blobs) {
    const problem = pathProblem(path);
    if (!problem) continue;
    const shown = JSON.stringify(path.slice(0, 200));
    throw refused(`the path ${shown} ${problem}; rename the file, or exclude it with spec.ignore`, path);
  }
  const bytes = blobs.reduce((sum, { size }) => sum + size, 0);
  const advice = 'exclude files with spec.ignore or .sourceignore';
  if (bytes > ARCHIVE_LIMITS.bytes) {
    throw refused(
      `the content of ${bytes} bytes exceeds the limit of ${ARCHIVE_LIMITS.bytes} bytes; ${advice}`,
    );
  }
  if (blobs.length > ARCHIVE_LIMITS.entries) {
    throw refused(`${blobs.length} files exceed the limit of ${ARCHIVE_LIMITS.entries}; ${advice}`);
  }
}

async function* tar(
  source: ArchiveSource,
  blobs: readonly Blob[],
  lfsPointers: string[],
): AsyncGenerator<Buffer> {
  const directories = new Set<string>();
  for (const batch of batches(blobs)) {
    const bytes = batch.reduce((sum, { size }) => sum + size, 0);
    const contents = await readBlobs(
      source,
      batch.map(({ id }) => id),
      bytes,
    );
    const chunks: Buffer[] = [];
    for (const [i, { path, isExecutable }] of batch.entries()) {
      const content = contents[i] ?? Buffer.alloc(0);
      if (isLfsPointer(content) && lfsPointers.length < MOST_REPORTED) lfsPointers.push(path);
      for (const directory of newParents(path, directories)) chunks.push(...tarEntry(directory));
      chunks.push(...tarEntry({ path, type: 'file', mode: isExecutable ? 0o700 : 0o600, content }));
    }
    yield Buffer.concat(chunks);
  }
  yield TAR_END;
}

function* batches(blobs: readonly Blob[]): Generator<readonly Blob[]> {
  let batch: Blob[] = [];
  let bytes = 0;
  for (const blob of blobs) {
    if (batch.length > 0 && bytes + blob.size > BATCH_BYTES) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(blob);
    bytes += blob.size;
  }
  if (batch.length > 0) yield batch;
}

async function readBlobs({ session, repository }: ArchiveSource, ids: readonly string[], bytes: number) {
  const maxOutput = bytes + ids.length * HEADER_BYTES;
  const objects = parseBatch(await catFiles(session, ids, { repository, maxOutput }));
  return ids.map((id, i) => {
    const content = objects[i]?.content;
    if (content === undefined) throw new GitCommandError('exit', `fatal: missing blob ${id}`);
    return content;
  });
}

function newParents(path: string, seen: Set<string>): readonly TarEntry[] {
  const found: TarEntry[] = [];
  for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
    const directory = path.slice(0, slash);
    if (seen.has(directory)) continue;
    seen.add(directory);
    found.push({ path: directory, type: 'directory', mode: 0o750 });
  }
  return found;
}

function isLfsPointer(content: Buffer): boolean {
  return content.length < 1024 && content.subarray(0, LFS_POINTER.length).equals(LFS_POINTER);
}

async function* gzipped(content: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
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

function refused(message: string, path?: string): Error {
  return failed(
    Reason.ArchiveOperationFailed,
    `cannot make the artifact: ${message}`,
    path === undefined ? {} : { detail: { path } },
  );
}
