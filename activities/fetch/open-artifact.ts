import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Artifact } from '../../api/artifact.ts';
import { Reason } from '../../api/reasons.ts';
import { failed, transient } from '../failures.ts';
import { downloadArtifact } from './artifact-download.ts';
import { abortable } from './keyed-lock.ts';
import type { ArtifactStore } from './store.ts';
import { ArchiveError } from './tar-reader.ts';
import { untar } from './untar.ts';

type OpenedArtifact = Pick<Artifact, 'url' | 'digest' | 'revision' | 'path'>;

/** Makes an artifact available on this machine's disk, where callers only read it; resolves to the path. */
export type OpenArtifact = (artifact: OpenedArtifact, options: OpenOptions) => Promise<string>;

export interface OpenOptions {
  readonly signal: AbortSignal;
}

export interface OpenArtifactOptions {
  /** Holds the extracted content; belongs to this process alone. */
  readonly dataDir: string;
  readonly store: ArtifactStore;
}

const KEPT_DIRECTORIES = 64;
// A build reads its directory for a minute at most.
const IN_USE_MS = 10 * 60_000;

/**
 * Opens artifacts by digest: from the local store when it holds the bytes, else over HTTP. The digest is verified
 * before anything is parsed. Callers of one digest share one extraction, and the least recently used ones go.
 * Throws ArtifactFailed: transient while nobody serves it, lasting when the archive itself is refused.
 */
export function createOpenArtifact({ dataDir, store }: OpenArtifactOptions): OpenArtifact {
  return createOpen(join(dataDir, 'extracted'), store, untar);
}

/** Makes an artifact available as the file that it is, for programs that read it so; otherwise as {@link createOpenArtifact}. */
export function createOpenArchive({ dataDir, store }: OpenArtifactOptions): OpenArtifact {
  const open = createOpen(join(dataDir, 'archives'), store, (bytes, directory) =>
    writeFile(join(directory, ARCHIVE), bytes, { mode: 0o600 }),
  );
  return async (artifact, options) => join(await open(artifact, options), ARCHIVE);
}

// Programs tell the format by the name.
const ARCHIVE = 'archive.tgz';

type Unpack = (bytes: Buffer, directory: string) => Promise<void>;

function createOpen(root: string, store: ArtifactStore, unpack: Unpack): OpenArtifact {
  const opening = new Map<string, Opening>();

  async function open(artifact: OpenedArtifact, signal: AbortSignal): Promise<string> {
    const directory = join(root, artifact.digest.replace(':', '-'));
    if (await touch(directory)) return directory;
    const bytes = (await fromStore(store, artifact)) ?? (await fromServer(artifact, signal));
    await mkdir(root, { recursive: true, mode: 0o700 });
    const temporary = await mkdtemp(join(root, '.tmp-'));
    try {
      await unpack(bytes, temporary);
      await rename(temporary, directory);
    } catch (error) {
      await rm(temporary, { recursive: true, force: true });
      throw openFailure(error, artifact);
    }
    await forgetOldest(root);
    return directory;
  }

  return async (artifact, { signal }) => {
    parseDigest(artifact.digest);
    const running = opening.get(artifact.digest);
    const shared = running && !running.controller.signal.aborted ? running : start(artifact);
    shared.waiting += 1;
    try {
      return await abortable(shared.directory, signal);
    } finally {
      // One that gives up must not end it for the others; the last one does.
      shared.waiting -= 1;
      if (shared.waiting === 0) shared.controller.abort(new Error('nobody waits for the artifact any more'));
    }
  };

  function start(artifact: OpenedArtifact): Opening {
    const controller = new AbortController();
    const shared = { directory: open(artifact, controller.signal), controller, waiting: 0 };
    opening.set(artifact.digest, shared);
    const forget = () => {
      if (opening.get(artifact.digest) === shared) opening.delete(artifact.digest);
    };
    shared.directory.then(forget, forget);
    return shared;
  }
}

interface Opening {
  readonly directory: Promise<string>;
  readonly controller: AbortController;
  waiting: number;
}

async function fromStore(store: ArtifactStore, artifact: OpenedArtifact): Promise<Buffer | undefined> {
  const found = await store.read(artifact.path);
  if (!found) return undefined;
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of found.stream) chunks.push(chunk as Buffer);
  } catch {
    return undefined; // removed or unreadable meanwhile: as good as lost
  }
  const bytes = Buffer.concat(chunks);
  if (hasDigest(bytes, artifact.digest)) return bytes;
  await store.discard(artifact.path);
  return undefined;
}

async function fromServer({ url, digest }: OpenedArtifact, signal: AbortSignal): Promise<Buffer> {
  const bytes = await downloadArtifact(url, signal);
  if (hasDigest(bytes, digest)) return bytes;
  const message = `artifact at '${url}': the digest of what was downloaded is not ${digest}; its source makes it anew`;
  throw transient(Reason.ArtifactFailed, message);
}

function parseDigest(digest: string): { readonly algorithm: string; readonly hex: string } {
  const [, algorithm, hex] = /^(sha256|sha384|sha512):([0-9a-f]{64,128})$/.exec(digest) ?? [];
  if (algorithm !== undefined && hex !== undefined) return { algorithm, hex };
  throw failed(
    Reason.ArtifactFailed,
    `the digest ${JSON.stringify(digest.slice(0, 80))} of the artifact is none we can verify`,
  );
}

function hasDigest(bytes: Buffer, digest: string): boolean {
  const { algorithm, hex } = parseDigest(digest);
  return createHash(algorithm).update(bytes).digest('hex') === hex;
}

function openFailure(error: unknown, { url, revision }: OpenedArtifact): unknown {
  if (error instanceof ArchiveError) {
    return failed(
      Reason.ArtifactFailed,
      `artifact of revision '${revision}' at '${url}' is refused: ${error.message}`,
    );
  }
  const problem = error instanceof Error ? error.message : String(error);
  return transient(
    Reason.ArtifactFailed,
    `cannot extract the artifact of revision '${revision}': ${problem}`,
  );
}

async function touch(directory: string): Promise<boolean> {
  try {
    const now = new Date();
    await utimes(directory, now, now);
    return true;
  } catch {
    return false;
  }
}

async function forgetOldest(root: string): Promise<void> {
  const found = await Promise.all(
    (await readdir(root)).map(async (name) => {
      const time = await stat(join(root, name)).then(
        ({ mtimeMs }) => mtimeMs,
        () => 0,
      );
      return { path: join(root, name), time };
    }),
  );
  const old = found.sort((a, b) => b.time - a.time).slice(KEPT_DIRECTORIES);
  for (const { path, time } of old) {
    if (Date.now() - time > IN_USE_MS) await rm(path, { recursive: true, force: true });
  }
}
