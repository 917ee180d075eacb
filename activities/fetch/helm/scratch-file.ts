import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** A file of this process that goes away with its owner. */
export interface ScratchFile extends AsyncDisposable {
  readonly path: string;
  /** `sha256:<hex>` of the bytes. */
  readonly digest: string;
  readonly size: number;
}

/** Writes a stream to a file of its own. What the stream throws is thrown, and nothing stays. */
export async function writeScratch(directory: string, content: AsyncIterable<Buffer>): Promise<ScratchFile> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, `index-${randomBytes(8).toString('hex')}`);
  const hash = createHash('sha256');
  let size = 0;
  async function* noted() {
    for await (const chunk of content) {
      hash.update(chunk);
      size += chunk.length;
      yield chunk;
    }
  }
  try {
    await pipeline(noted(), createWriteStream(path, { flags: 'wx', mode: 0o600 }));
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
  const digest = `sha256:${hash.digest('hex')}`;
  return { path, digest, size, [Symbol.asyncDispose]: () => rm(path, { force: true }) };
}

/** Whether the bytes of a file have a digest, `<algorithm>:<hex>`. */
export async function fileHasDigest(path: string, digest: string): Promise<boolean> {
  const [algorithm = '', hex] = digest.split(':');
  if (!['sha256', 'sha384', 'sha512'].includes(algorithm)) return false;
  const hash = createHash(algorithm);
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex') === hex;
}
