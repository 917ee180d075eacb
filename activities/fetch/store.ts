import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, type ReadStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Reason } from '../../api/reasons.ts';
import { messageOf, transient } from '../failures.ts';
import { isFileName, isStorePath, ownerPath, type StoreOwner } from './store-path.ts';

export type { StoreOwner } from './store-path.ts';

export interface StoredFile {
  /** Relative to the store, with forward slashes: `status.artifact.path`. */
  readonly path: string;
  /** `sha256:<hex>` of the bytes. */
  readonly digest: string;
  readonly size: number;
}

/** Artifacts on this machine's disk: a cache, since each can be made again from its source by revision. */
export interface ArtifactStore {
  /**
   * Keeps an archive under `<kind>/<namespace>/<name>/<revision>-<digest>.tar.gz`: whole or not at all, and
   * never other bytes under a name that was given out before (the same commit with another `spec.ignore`).
   * The record before stays, for consumers that still download it. Throws a transient StorageOperationFailed.
   */
  put(owner: StoreOwner, revisionId: string, archive: AsyncIterable<Buffer>): Promise<StoredFile>;
  /** Keeps the index of a chart repository as `index-<digest>.yaml`, in the same way. */
  putIndex(owner: StoreOwner, index: AsyncIterable<Buffer>): Promise<StoredFile>;
  /**
   * Keeps a packaged chart as `<name>-<version>.tgz`, in the same way: other bytes for a version that is there already
   * get a name with their digest. Throws an Error when name and version make no file name.
   */
  putChart(owner: StoreOwner, chart: ChartId, archive: AsyncIterable<Buffer>): Promise<StoredFile>;
  /** Lends the file itself; undefined when there is none. Its bytes are checked by whoever reads them. */
  fileOf(path: string): Promise<string | undefined>;
  /** Whether the file is there. Its bytes are checked by whoever reads them. */
  has(path: string): Promise<boolean>;
  /** Undefined when the path is none that the store gives, or nothing is there. */
  read(path: string): Promise<{ readonly size: number; readonly stream: ReadStream } | undefined>;
  /** Removes one file, because its bytes are not what its digest says. */
  discard(path: string): Promise<void>;
  /** Removes all artifacts of an object that is gone. */
  drop(owner: StoreOwner): Promise<void>;
}

export interface ChartId {
  readonly name: string;
  readonly version: string;
}

const KEPT_RECORDS = 2;
const DIGEST_IN_NAME = 16;
const ABANDONED_MS = 15 * 60_000;

/** Opens the store in a directory, which is made when it is missing. */
export function createArtifactStore(root: string): ArtifactStore {
  const temporary = join(root, '.tmp');

  async function place(
    owner: StoreOwner,
    archive: AsyncIterable<Buffer>,
    nameOf: NameOf,
  ): Promise<StoredFile> {
    const directory = ownerPath(owner);
    await mkdir(temporary, { recursive: true, mode: 0o700 });
    const written = await writeHashed(join(temporary, randomBytes(8).toString('hex')), archive);
    const path = `${directory}/${await nameOf(written.digest, join(root, directory))}`;
    await mkdir(join(root, directory), { recursive: true, mode: 0o700 });
    await rename(written.file, join(root, path));
    await keepNewest(join(root, directory), KEPT_RECORDS);
    return { path, digest: `sha256:${written.digest}`, size: written.size };
  }

  async function keep(
    owner: StoreOwner,
    archive: AsyncIterable<Buffer>,
    nameOf: NameOf,
  ): Promise<StoredFile> {
    try {
      return await place(owner, archive, nameOf);
    } catch (error) {
      if (!isDiskError(error)) throw error;
      await reclaim(root, temporary);
      throw diskFailure(owner, error);
    }
  }

  async function sizeOf(path: string): Promise<number | undefined> {
    if (!isStorePath(path)) return undefined;
    try {
      const found = await stat(join(root, path));
      return found.isFile() ? found.size : undefined;
    } catch {
      return undefined; // unreadable is as good as lost: it is made again
    }
  }

  return {
    put: (owner, revisionId, archive) =>
      keep(owner, archive, (digest) => `${revisionId}-${digest.slice(0, DIGEST_IN_NAME)}.tar.gz`),
    putIndex: (owner, index) => keep(owner, index, (digest) => `index-${digest}.yaml`),
    putChart: async (owner, chart, archive) => await keep(owner, archive, nameOfChart(chart)),
    fileOf: async (path) => ((await sizeOf(path)) === undefined ? undefined : join(root, path)),
    has: async (path) => (await sizeOf(path)) !== undefined,
    async read(path) {
      const size = await sizeOf(path);
      return size === undefined ? undefined : { size, stream: createReadStream(join(root, path)) };
    },
    async discard(path) {
      if (isStorePath(path)) await rm(join(root, path), { force: true });
    },
    drop: (owner) => rm(join(root, ownerPath(owner)), { recursive: true, force: true }),
  };
}

/** A file's name for its digest; looks at what the directory holds if it must. */
type NameOf = (digest: string, directory: string) => string | Promise<string>;

function nameOfChart({ name, version }: ChartId): NameOf {
  const base = `${name}-${version}`;
  const withDigest = (digest: string) => `${base}-${digest.slice(0, DIGEST_IN_NAME)}.tgz`;
  if (!isFileName(withDigest('0'.repeat(DIGEST_IN_NAME)))) throw new Error(`${base}.tgz is no file name`);
  return async (digest, directory) => {
    const other = await digestOf(join(directory, `${base}.tgz`));
    return other === undefined || other === digest ? `${base}.tgz` : withDigest(digest);
  };
}

async function digestOf(file: string): Promise<string | undefined> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
    return hash.digest('hex');
  } catch {
    return undefined; // nothing is there that could be confused
  }
}

async function writeHashed(file: string, content: AsyncIterable<Buffer>) {
  const hash = createHash('sha256');
  let size = 0;
  try {
    await using handle = await open(file, 'wx', 0o600);
    for await (const chunk of content) {
      hash.update(chunk);
      size += chunk.length;
      await handle.appendFile(chunk);
    }
    await handle.sync();
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  }
  return { file, digest: hash.digest('hex'), size };
}

async function keepNewest(directory: string, count: number): Promise<void> {
  const files = await Promise.all(
    (await readdir(directory)).map(async (name) => ({
      name,
      time: (await stat(join(directory, name))).mtimeMs,
    })),
  );
  const old = files.sort((a, b) => b.time - a.time).slice(count);
  await Promise.all(old.map(({ name }) => rm(join(directory, name), { force: true })));
}

/** Frees what nobody needs: what a crash left behind and, of every object, all but the current record. */
async function reclaim(root: string, temporary: string): Promise<void> {
  try {
    for (const name of await readdir(temporary)) {
      const { mtimeMs } = await stat(join(temporary, name));
      if (Date.now() - mtimeMs > ABANDONED_MS) await rm(join(temporary, name), { force: true });
    }
    for (const entry of await readdir(root, { recursive: true })) {
      if (isStorePath(entry)) await keepNewest(dirname(join(root, entry)), 1);
    }
  } catch {
    // The disk fails already; the failure that led here says so.
  }
}

function diskFailure({ kind, namespace, name }: StoreOwner, error: unknown): Error {
  const message = `cannot store the artifact of ${kind}/${namespace}/${name}: ${messageOf(error)}; free or repair the data directory of the worker`;
  return transient(Reason.StorageOperationFailed, message);
}

function isDiskError(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    /^E[A-Z]+$/.test(error.code)
  );
}
