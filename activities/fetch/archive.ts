import { Reason } from '../../api/reasons.ts';
import { failed } from '../failures.ts';
import { ARCHIVE_LIMITS, pathProblem } from './archive-path.ts';
import { batches } from './batches.ts';
import { parseBatch } from './commit.ts';
import { catFiles, GitCommandError, git } from './git.ts';
import type { GitSession } from './git-session.ts';
import { withoutIgnored } from './source-ignore.ts';
import { gzipped } from './tar-gz.ts';
import { TAR_END, type TarEntry, tarEntry } from './tar-writer.ts';

export interface ArchiveSource {
  readonly session: GitSession;
  /** The bare repository. */
  readonly repository: string;
  readonly commit: string;
  /** `spec.ignore`. */
  readonly ignore: string | undefined;
  /** Objects that the caller wants too: reading them along saves a process. */
  readonly alsoRead: readonly string[];
}

export interface Archive {
  /** The tar.gz, made while it is read; read it once. */
  readonly content: AsyncIterable<Buffer>;
  /** Files that turned out to be Git LFS pointers, the first few; complete once the content was read. */
  readonly lfsPointers: readonly string[];
  /** The objects of `alsoRead`, undefined where the repository lacks one. */
  readonly alsoRead: readonly (Buffer | undefined)[];
}

interface Blob {
  readonly path: string;
  readonly id: string;
  readonly size: number;
  readonly isExecutable: boolean;
}

const HEADER_BYTES = 128;
// The commits that are read along.
const OTHER_OBJECTS = 4 * 1024 * 1024;
const LARGEST_IGNORE_FILE = 1024 * 1024;
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
  const [first = [], ...others] = batches(blobs);
  const objects = await readObjects(
    source,
    [...source.alsoRead, ...first.map(({ id }) => id)],
    bytesOf(first),
  );
  const alsoRead = objects.slice(0, source.alsoRead.length);
  const lfsPointers: string[] = [];

  async function* batchesRead(): AsyncGenerator<ReadBatch> {
    yield present(first, objects.slice(source.alsoRead.length));
    for (const batch of others) {
      yield present(
        batch,
        await readObjects(
          source,
          batch.map(({ id }) => id),
          bytesOf(batch),
        ),
      );
    }
  }
  return { content: gzipped(tar(batchesRead(), lfsPointers)), lfsPointers, alsoRead };
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
  const files = blobs.map(({ path }) => path);
  const readIgnoreFile = async (path: string): Promise<string> => {
    const file = blobs.filter((blob) => blob.path === path);
    if (bytesOf(file) > LARGEST_IGNORE_FILE) {
      throw failed(
        Reason.SourceIgnoreError,
        `${path} is larger than ${LARGEST_IGNORE_FILE} bytes; make it smaller`,
      );
    }
    const [read] = present(
      file,
      await readObjects(
        source,
        file.map(({ id }) => id),
        bytesOf(file),
      ),
    );
    return read?.content.toString('utf8') ?? '';
  };
  return await withoutIgnored({ files, readIgnoreFile, specIgnore: source.ignore });
}

function checkLimits(blobs: readonly Blob[]): void {
  for (const { path } of blobs) {
    const problem = pathProblem(path);
    if (!problem) continue;
    const shown = JSON.stringify(path.slice(0, 200));
    throw refused(`the path ${shown} ${problem}; rename the file, or exclude it with spec.ignore`, path);
  }
  const bytes = bytesOf(blobs);
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

type ReadBatch = readonly (Blob & { readonly content: Buffer })[];

async function* tar(contents: AsyncIterable<ReadBatch>, lfsPointers: string[]): AsyncGenerator<Buffer> {
  const directories = new Set<string>();
  for await (const batch of contents) {
    const chunks: Buffer[] = [];
    for (const { path, isExecutable, content } of batch) {
      if (isLfsPointer(content) && lfsPointers.length < MOST_REPORTED) lfsPointers.push(path);
      for (const directory of newParents(path, directories)) chunks.push(...tarEntry(directory));
      chunks.push(...tarEntry({ path, type: 'file', mode: isExecutable ? 0o700 : 0o600, content }));
    }
    yield Buffer.concat(chunks);
  }
  yield TAR_END;
}

function bytesOf(blobs: readonly Blob[]): number {
  return blobs.reduce((sum, { size }) => sum + size, 0);
}

async function readObjects({ session, repository }: ArchiveSource, ids: readonly string[], bytes: number) {
  if (ids.length === 0) return [];
  const maxOutput = bytes + ids.length * HEADER_BYTES + OTHER_OBJECTS;
  return parseBatch(await catFiles(session, ids, { repository, maxOutput }));
}

function present(blobs: readonly Blob[], contents: readonly (Buffer | undefined)[]): ReadBatch {
  return blobs.map((blob, i) => {
    const content = contents[i];
    if (content === undefined) throw new GitCommandError('exit', `fatal: missing blob ${blob.id}`);
    return { ...blob, content };
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

function refused(message: string, path?: string): Error {
  return failed(
    Reason.ArchiveOperationFailed,
    `cannot make the artifact: ${message}`,
    path === undefined ? {} : { detail: { path } },
  );
}
