import { createHash, randomBytes } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Kind } from '../../../api/object-ref.ts';
import { Reason } from '../../../api/reasons.ts';
import { messageOf, transient } from '../../failures.ts';
import { ownerPath } from '../../fetch/store-path.ts';
import type { TagOwner, TagStore } from './contract.ts';

const FORMAT = 'pawl-tags/1';
// A header is one line of less than this.
const LONGEST_HEADER = 512;
const DAY_MS = 24 * 60 * 60_000;
// Of objects that another worker saw the end of.
const FORGOTTEN_MS = 30 * DAY_MS;
const WRITES_BETWEEN_CLEANINGS = 500;

/** Opens the store in a directory of this process alone, which is made when it is missing. */
export function createTagStore(root: string, now: () => number = Date.now): TagStore {
  const temporary = join(root, '.tmp');
  let writes = 0;

  async function write(owner: TagOwner, content: string): Promise<void> {
    const file = fileOf(root, owner);
    const scratch = join(temporary, randomBytes(8).toString('hex'));
    await mkdir(temporary, { recursive: true, mode: 0o700 });
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    try {
      await using handle = await open(scratch, 'wx', 0o600);
      await handle.writeFile(content);
      await handle.sync();
      await rename(scratch, file);
    } catch (error) {
      await rm(scratch, { force: true });
      throw error;
    }
  }

  return {
    async put(owner, revision, tags) {
      const body = tags.map((tag) => `${tag}\n`).join('');
      const header = `${FORMAT} ${JSON.stringify({ revision, digest: digestOf(body) })}\n`;
      try {
        await write(owner, header + body);
      } catch (error) {
        throw diskFailure(owner, error);
      }
      if (writes % WRITES_BETWEEN_CLEANINGS === 0) await clean(root, now() - FORGOTTEN_MS);
      writes += 1;
    },
    async get(owner, revision) {
      return await reading(root, owner, async (handle, file) => {
        const text = await handle.readFile('utf8');
        const end = text.indexOf('\n') + 1;
        const body = text.slice(end);
        const header = headerOf(text.slice(0, end));
        if (header?.revision !== revision || header.digest !== digestOf(body)) return undefined;
        const { mtimeMs } = await handle.stat();
        if (now() - mtimeMs > DAY_MS) await utimes(file, now() / 1000, now() / 1000);
        return body === '' ? [] : body.slice(0, -1).split('\n');
      });
    },
    async has(owner, revision) {
      const found = await reading(root, owner, async (handle) => {
        const { buffer, bytesRead } = await handle.read(Buffer.alloc(LONGEST_HEADER), 0, LONGEST_HEADER, 0);
        const text = buffer.toString('utf8', 0, bytesRead);
        return headerOf(text.slice(0, text.indexOf('\n') + 1));
      });
      return found?.revision === revision;
    },
    drop: (owner) => rm(fileOf(root, owner), { force: true }),
  };
}

interface Header {
  readonly revision: unknown;
  readonly digest: unknown;
}

function headerOf(line: string): Header | undefined {
  if (!line.startsWith(`${FORMAT} `)) return undefined;
  try {
    const read: unknown = JSON.parse(line.slice(FORMAT.length));
    return typeof read === 'object' && read !== null
      ? { revision: undefined, digest: undefined, ...read }
      : undefined;
  } catch {
    return undefined; // half a file is none
  }
}

/** What a file is read as; undefined when it cannot be read: it is listed again. */
async function reading<Result>(
  root: string,
  owner: TagOwner,
  read: (handle: FileHandle, file: string) => Promise<Result | undefined>,
): Promise<Result | undefined> {
  const file = fileOf(root, owner);
  try {
    await using handle = await open(file, 'r');
    return await read(handle, file);
  } catch {
    return undefined;
  }
}

/** Removes what nobody has asked for since then, and what a crash left behind. */
async function clean(root: string, since: number): Promise<void> {
  try {
    for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
      const file = join(entry.parentPath, entry.name);
      if (entry.isFile() && (await stat(file)).mtimeMs < since) await rm(file, { force: true });
    }
  } catch {
    // The next time will do.
  }
}

function fileOf(root: string, { namespace, name }: TagOwner): string {
  return join(root, ownerPath({ kind: Kind.ImageRepository, namespace, name }));
}

function digestOf(body: string): string {
  return createHash('sha256').update(body).digest('hex');
}

function diskFailure({ namespace, name }: TagOwner, error: unknown): Error {
  const message = `cannot store the tags of ImageRepository/${namespace}/${name}: ${messageOf(error)}; free or repair the data directory of the worker`;
  return transient(Reason.Failure, message);
}
