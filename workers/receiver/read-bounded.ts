import type { IncomingMessage } from 'node:http';

/** The whole body; undefined as soon as it is known to be larger, and nothing more of it is read then. Throws when it breaks off. */
export async function readBounded(incoming: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  if (Number(incoming.headers['content-length'] ?? 0) > limit) return undefined;
  const chunks: Buffer[] = [];
  let size = 0;
  // The answer goes out by the same connection, so that must outlive the reading.
  for await (const chunk of incoming.iterator({ destroyOnReturn: false })) {
    chunks.push(chunk as Buffer);
    size += (chunk as Buffer).length;
    if (size > limit) return undefined;
  }
  return Buffer.concat(chunks);
}
