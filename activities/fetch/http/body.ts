import { createGunzip } from 'node:zlib';
import type { HttpAnswer } from './client.ts';
import { HttpError } from './error.ts';

/**
 * The body of an answer, unpacked if it came packed, in pieces and never more than `limit` bytes of it.
 * Throws an {@link HttpError} when there is more, or when it ends before it is whole.
 */
export async function* boundedBody({ headers, body }: HttpAnswer, limit: number): AsyncGenerator<Buffer> {
  const announced = Number(headers['content-length']);
  if (announced > limit) {
    body.destroy();
    throw tooLarge(limit);
  }
  const isPacked = headers['content-encoding'] === 'gzip';
  const content = isPacked ? unpack(body) : body;
  let size = 0;
  try {
    for await (const chunk of content) {
      size += (chunk as Buffer).length;
      if (size > limit) throw tooLarge(limit);
      yield chunk as Buffer;
    }
  } finally {
    body.destroy();
  }
}

/** The whole of a bounded body. */
export async function readBody(answer: HttpAnswer, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of boundedBody(answer, limit)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function unpack(body: HttpAnswer['body']): AsyncIterable<unknown> {
  const gunzip = createGunzip();
  body.on('error', (error: Error) => gunzip.destroy(error));
  return body.pipe(gunzip);
}

function tooLarge(limit: number): HttpError {
  return new HttpError('size', `the server sends more than ${limit} bytes`);
}
