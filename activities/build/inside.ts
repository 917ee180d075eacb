import { lstat, realpath } from 'node:fs/promises';
import { isAbsolute, join, posix } from 'node:path';

/** A path that may not be followed, or that is not there. The message names it as it was written. */
export class PathError extends Error {
  readonly why: 'outside' | 'link' | 'missing';

  constructor(why: PathError['why'], path: string) {
    super(`${path} ${WORDS[why]}`);
    this.name = 'PathError';
    this.why = why;
  }
}

const WORDS = {
  outside: 'is outside the artifact',
  link: 'is a symbolic link or leads through one, which is not followed',
  missing: 'does not exist in the artifact',
} as const;

export interface Entry {
  /** Relative to the artifact's root, with `/`; the root itself is the empty string. */
  readonly path: string;
  readonly kind: 'file' | 'directory';
  /** Bytes. */
  readonly size: number;
}

/** The path that `reference`, written in the directory `from`, means; both relative to the artifact's root. Throws a {@link PathError}. */
export function resolveInside(from: string, reference: string): string {
  if (isAbsolute(reference) || reference.includes('\0')) throw new PathError('outside', reference);
  const path = posix.normalize(posix.join(from, reference)).replace(/\/+$/, '');
  if (path === '..' || path.startsWith('../')) throw new PathError('outside', reference);
  return path === '.' ? '' : path;
}

/**
 * What is at `path`, relative to the artifact's directory `root`, which must be a real path. Nothing is read
 * through a link, even one that stays inside: what it leads to may be changed between this look and the use.
 * Throws a {@link PathError}.
 */
export async function entryInside(root: string, path: string): Promise<Entry> {
  const absolute = path === '' ? root : join(root, path);
  const real = await realpath(absolute).catch(() => undefined);
  if (real === undefined) throw new PathError('missing', path);
  if (real !== absolute) throw new PathError('link', path);
  const stats = await lstat(absolute);
  if (stats.isDirectory()) return { path, kind: 'directory', size: 0 };
  if (stats.isFile()) return { path, kind: 'file', size: stats.size };
  throw new PathError('link', path);
}
