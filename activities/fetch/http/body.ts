import { createGunzip } from 'node:zlib';
import type { HttpAnswer } from './client.ts';
import { asHttpError, HttpError } from './error.ts';

/**
 * The body of an answer in pieces and never more than `limit` bytes of it; unpacked if it came packed and `mayBePacked`
 * (many servers call every `.tgz` so, and it is meant to stay one).
 * Throws an {@link HttpError} when there is more, or when it ends before it is whole.
 */
export async function* boundedBody(
  { headers, body }: HttpAnswer,
  limit: number,
  { mayBePacked = false }: { readonly mayBePacked?: boolean } = {},
): AsyncGenerator<Buffer> {
  const announced = Number(headers['content-length']);
  if (announced > limit) {
    body.destroy();
    throw tooLarge(limit);
  }
  const isPacked = mayBePacked && headers['content-encoding'] === 'gzip';
  const content = isPacked ? unpack(body) : body;
  let size = 0;
  try {
    for await (const chunk of content) {
      size += (chunk as Buffer).length;
      if (size > limit) throw tooLarge(limit);
      yield chunk as Buffer;
    }
  } catch (error) {
    throw asHttpError(error);
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
