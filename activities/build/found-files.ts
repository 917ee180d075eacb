import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { refuseAliasBomb } from './alias-bomb.ts';
import { buildFailed, buildFailedAt } from './build-failed.ts';
import { type Entry, entryInside, PathError, resolveInside } from './inside.ts';
import type { Reference } from './references.ts';
import { isHttp, looksRemote } from './remote.ts';

const MAX_FILES = 10_000;
const MAX_FILE_BYTES = 16 * 1024 * 1024;
const MAX_BYTES = 100 * 1024 * 1024;

/** What a walk over kustomizations has found so far, within the bounds of a build. */
export interface FoundFiles {
  readonly root: string;
  readonly files: Set<string>;
  bytes: number;
}

/** A kustomization that is being walked. */
export interface Place {
  readonly directory: string;
  readonly file: string;
  readonly above: readonly string[];
}

/** What a reference leads to. Throws BuildFailed when that is outside, remote or not there. */
export async function find(root: string, place: Place, reference: Reference): Promise<Entry> {
  const { field, path } = reference;
  // kustomize fetches these whatever is on disk.
  if (isHttp(path)) throw at(place, `${field}: remote bases are not allowed: ${path}`);
  try {
    return await entryInside(root, resolve(place, reference));
  } catch (error) {
    if (!(error instanceof PathError)) throw error;
    if (error.why === 'missing' && looksRemote(path))
      throw at(place, `${field}: remote bases are not allowed: ${path}`);
    throw at(place, `${field}: ${new PathError(error.why, path).message}`);
  }
}

/** The path that a reference means, relative to the artifact's root. Throws BuildFailed. */
export function resolve(place: Place, { field, path }: Reference): string {
  try {
    return resolveInside(place.directory, path);
  } catch (error) {
    throw buildFailedAt(`${place.file}: ${field}`, error, place.file);
  }
}

/** Adds a file to those of the build, and looks for alias bombs in it unless kustomize takes it as data. Throws BuildFailed. */
export async function takeFile(
  found: FoundFiles,
  place: Place,
  entry: Entry,
  isData: boolean,
): Promise<void> {
  if (entry.kind !== 'file') throw at(place, `${entry.path} is a directory, not a file`);
  if (found.files.has(entry.path)) return;
  found.files.add(entry.path);
  found.bytes += entry.size;
  if (entry.size > MAX_FILE_BYTES) throw at(place, `${entry.path} exceeds ${MAX_FILE_BYTES} bytes`);
  if (found.bytes > MAX_BYTES) throw buildFailed(`the files of the build exceed ${MAX_BYTES} bytes`);
  if (found.files.size > MAX_FILES) throw buildFailed(`the files of the build exceed ${MAX_FILES}`);
  if (isData) return;
  refuseAliasBomb(await readFile(join(found.root, entry.path), 'utf8'), entry.path);
}

/** A failure of the kustomization that is being walked. */
export function at(place: Place, message: string) {
  return buildFailed(`${place.file}: ${message}`, { path: place.file });
}
