import { closeSync, constants, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { messageOf } from '../failures.ts';
import { ARCHIVE_LIMITS, pathProblem } from './archive-path.ts';
import { errnoOf, readTarGz } from './tar-gz.ts';
import { ArchiveError, type TarSink } from './tar-reader.ts';

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants;

/**
 * Extracts a tar.gz into a directory that is empty and ours. Directories and regular files only: links and
 * devices are left out, so nothing can lead outside. Names, sizes, counts and modes are not believed: beyond
 * {@link ARCHIVE_LIMITS} or with a name that {@link pathProblem} refuses, the whole archive is refused with an
 * {@link ArchiveError}. What was extracted until then stays, for the caller to remove.
 */
export async function untar(archive: Buffer, directory: string): Promise<void> {
  const target = new Target(directory);
  try {
    await readTarGz(archive, target);
  } catch (error) {
    if (!CLASHES.has(errnoOf(error) ?? '')) throw error;
    throw new ArchiveError(`it is no sound tar.gz: ${messageOf(error)}`);
  } finally {
    target.close();
  }
}

// Names that clash are the archive's fault, everything else the disk's.
const CLASHES = new Set(['EEXIST', 'ENOTDIR', 'EISDIR', 'ENAMETOOLONG', 'ENOENT']);

/** Counts the entries and writes what may be written. */
class Target implements TarSink {
  private readonly root: string;
  private readonly made = new Set<string>();
  private entries = 0;
  private bytes = 0;
  private file: number | undefined;

  constructor(root: string) {
    this.root = root;
  }

  begin(entry: { readonly path: string; readonly type: string; readonly mode: number }): void {
    this.entries += 1;
    if (this.entries > ARCHIVE_LIMITS.entries) {
      throw new ArchiveError(`it has more than ${ARCHIVE_LIMITS.entries} entries`);
    }
    const path = entry.path.replace(/^(\.\/)+/, '').replace(/\/+$/, '');
    const isDirectory = entry.type === '5';
    if ((!isDirectory && entry.type !== '0') || (isDirectory && /^\.?$/.test(path))) return;
    const problem = pathProblem(path);
    if (problem) throw new ArchiveError(`the path ${JSON.stringify(path.slice(0, 200))} ${problem}`);
    this.makeDirectory(isDirectory ? path : dirname(path));
    if (isDirectory) return;
    const mode = (entry.mode & 0o100) === 0 ? 0o644 : 0o755;
    this.file = openSync(join(this.root, path), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode);
  }

  data(chunk: Buffer): void {
    this.bytes += chunk.length;
    if (this.bytes > ARCHIVE_LIMITS.bytes) {
      throw new ArchiveError(`its content exceeds ${ARCHIVE_LIMITS.bytes} bytes`);
    }
    for (let written = 0; this.file !== undefined && written < chunk.length; ) {
      written += writeSync(this.file, chunk, written);
    }
  }

  end(): void {
    this.close();
  }

  close(): void {
    if (this.file !== undefined) closeSync(this.file);
    this.file = undefined;
  }

  private makeDirectory(path: string): void {
    if (path === '.' || this.made.has(path)) return;
    mkdirSync(join(this.root, path), { recursive: true, mode: 0o755 });
    this.made.add(path);
  }
}
