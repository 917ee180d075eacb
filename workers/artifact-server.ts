import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';
import type { ArtifactStore } from '../activities/fetch/store.ts';
import { hangUp, listen } from './listen.ts';

export interface ArtifactServerOptions {
  readonly store: ArtifactStore;
  /** `host:port`, `:port` for all interfaces; a free port of loopback when left out. */
  readonly address?: string | undefined;
}

export interface ArtifactServer {
  /** `http://host:port`, without a trailing slash. */
  readonly url: string;
  close(): Promise<void>;
}

const LOOPBACK = '127.0.0.1';
const HEADERS_MS = 10_000;
const REQUEST_MS = 60_000;

/** Serves the artifact store to appliers: by exact path only, there are no listings. */
export async function startArtifactServer({
  store,
  address,
}: ArtifactServerOptions): Promise<ArtifactServer> {
  const server = createServer(
    { headersTimeout: HEADERS_MS, requestTimeout: REQUEST_MS },
    (request, response) => {
      answer(store, request, response).catch(() => response.destroy());
    },
  );
  const url = await listen(server, address ?? `${LOOPBACK}:0`);
  return { url, close: () => hangUp(server) };
}

async function answer(
  store: ArtifactStore,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  request.resume();
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { Allow: 'GET, HEAD' }).end();
    return;
  }
  // Compared as it came: the store gives no path that needs decoding.
  const path = (request.url ?? '/').slice(1);
  const file = await store.read(path);
  if (!file) {
    response.writeHead(404).end();
    return;
  }
  // A name carries the digest, so what is behind it never changes; only that of a chart may be given out anew.
  const etag = `"${path.slice(path.lastIndexOf('/') + 1)}-${file.size}"`;
  const cacheControl = path.endsWith('.tgz') ? 'no-cache' : 'private, max-age=3600, immutable';
  const headers = { ETag: etag, 'Cache-Control': cacheControl };
  if (request.headers['if-none-match'] === etag || request.method === 'HEAD') file.stream.destroy();
  if (request.headers['if-none-match'] === etag) {
    response.writeHead(304, headers).end();
    return;
  }
  const type = path.endsWith('.yaml') ? 'application/yaml' : 'application/gzip';
  response.writeHead(200, { ...headers, 'Content-Type': type, 'Content-Length': file.size });
  if (request.method === 'HEAD') response.end();
  else pipeline(file.stream, response, () => undefined);
}
