import { posix } from 'node:path';
import { Reason } from '../../../api/reasons.ts';
import { failed } from '../../failures.ts';
import { git } from '../../fetch/git.ts';
import type { GitSession } from '../../fetch/git-session.ts';
import { LARGEST_FILE_BYTES, MARKER, mayHoldMarkers } from './marker.ts';

/** A tree in a mirror. */
export interface Tree {
  readonly session: GitSession;
  /** The bare repository. */
  readonly repository: string;
  readonly commit: string;
  /** The mirror holds whole histories and must not become shallow. */
  readonly isWhole: boolean;
}

/** A regular file of a tree. */
export interface TreeFile {
  /** From the root of the repository. */
  readonly path: string;
  readonly mode: string;
  /** Of its blob. */
  readonly id: string;
  /** Bytes. */
  readonly size: number;
}

export interface MarkedFiles {
  /** What the paths of changes are relative to: `spec.update.path`, or the folder that it is in where it is a file. */
  readonly base: string;
  readonly files: readonly TreeFile[];
  /** Files that hold the marker and that nobody can edit, as sentences. */
  readonly problems: readonly string[];
}

const MOST_LISTING = 64 * 1024 * 1024;
const NOT_UTF8 = '\ufffd';

/**
 * The YAML files below a path that hold the marker, in the order of the tree. Only regular files: what a symlink leads
 * to is edited where it lies. Throws UpdateFailed when the tree has no such path.
 */
export async function findMarked(tree: Tree, path: string): Promise<MarkedFiles> {
  const entries = await listTree(tree, path);
  const [first] = entries;
  const isItself = entries.length === 1 && first?.path === path;
  if (entries.length === 0 && path !== '') throw missing(path, 'does not exist');
  if (isItself && !isRegular(first))
    throw missing(path, 'is a symlink or a submodule, which are not followed');
  const marked = await grep(tree, path);
  const files = entries.filter(
    (entry) => isRegular(entry) && mayHoldMarkers(entry.path) && marked.has(entry.path),
  );
  return {
    base: isItself ? parentOf(path) : path,
    files: files.filter((file) => problemOf(file) === undefined),
    problems: files.flatMap((file) => problemOf(file) ?? []),
  };
}

async function listTree({ session, repository, commit }: Tree, path: string): Promise<readonly TreeFile[]> {
  const within = path === '' ? [] : ['--', path];
  const args = ['ls-tree', '-r', '-z', '-l', '--full-tree', commit, ...within];
  const listing = await git(session, args, { repository, maxOutput: MOST_LISTING });
  return listing.split('\0').flatMap((line) => {
    // `<mode> <type> <id> <size>\t<path>`; of a submodule the size is `-`.
    const [, mode, id, size, name] = /^(\d+) \w+ ([0-9a-f]+) +(\d+|-)\t([\s\S]+)$/.exec(line) ?? [];
    return mode && id && name ? [{ path: name, mode, id, size: Number(size) || 0 }] : [];
  });
}

async function grep({ session, repository, commit }: Tree, path: string): Promise<ReadonlySet<string>> {
  const within = path === '' ? [] : ['--', path];
  const args = ['grep', '-l', '-z', '-a', '-F', '--no-recurse-submodules', '-e', MARKER, commit, ...within];
  const options = { repository, maxOutput: MOST_LISTING, answers: [1], mustBeSilent: true };
  const found = await git(session, args, options);
  return new Set(found.split('\0').map((name) => name.slice(commit.length + 1)));
}

function isRegular({ mode }: TreeFile): boolean {
  return mode.startsWith('100');
}

function problemOf({ path, size }: TreeFile): string | undefined {
  if (path.includes(NOT_UTF8)) return `${JSON.stringify(path)}: its name is not UTF-8; rename it`;
  return size > LARGEST_FILE_BYTES
    ? `${JSON.stringify(path)}: file is larger than 5 MiB; split it`
    : undefined;
}

function parentOf(path: string): string {
  const parent = posix.dirname(path);
  return parent === '.' ? '' : parent;
}

function missing(path: string, problem: string): Error {
  const shown = JSON.stringify(path.slice(0, 200));
  return failed(
    Reason.UpdateFailed,
    `failed to apply policies: spec.update.path ${shown} ${problem}; correct it`,
  );
}
