import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';

export interface FileServerOptions {
  /** Holds what is served, made when it is not there. */
  readonly root: string;
  readonly port?: number | undefined;
  readonly tls?: ServerOptions | undefined;
  /** Sees each request first; true when it has answered it. */
  readonly before?: ((request: IncomingMessage, response: ServerResponse) => Promise<boolean>) | undefined;
}

export interface FileServer {
  readonly url: string;
  stop(): Promise<void>;
}

/** Serves the files of a folder on loopback over HTTP(S): all that a chart repository needs. */
export async function startFileServer({
  root,
  port = 0,
  tls,
  before,
}: FileServerOptions): Promise<FileServer> {
  mkdirSync(root, { recursive: true });
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (!(await before?.(request, response))) serveFile(root, request, response);
  };
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    answer(request, response).catch(() => response.destroy());
  };
  const server = tls ? createTlsServer(tls, listener) : createServer(listener);
  await listen(server, port);
  const { port: bound } = server.address() as AddressInfo;
  return {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${bound}`,
    stop: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

/** As file servers do: with a tag of the content and its time, and 304 for those who have it. */
function serveFile(root: string, request: IncomingMessage, response: ServerResponse): void {
  const { pathname } = new URL(request.url ?? '/', 'http://server');
  const file = resolve(root, `.${decodeURIComponent(pathname)}`);
  if (!file.startsWith(`${root}/`) || !statSync(file, { throwIfNoEntry: false })?.isFile()) {
    return void response.writeHead(404).end('not here\n');
  }
  const content = readFileSync(file);
  const tag = `"${createHash('sha256').update(content).digest('hex').slice(0, 16)}"`;
  const headers = { ETag: tag, 'Last-Modified': statSync(file).mtime.toUTCString() };
  if (request.headers['if-none-match'] === tag) return void response.writeHead(304, headers).end();
  response.writeHead(200, { ...headers, 'Content-Length': content.length }).end(content);
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((done, failed) => {
    server.once('error', failed);
    server.listen(port, '127.0.0.1', () => done());
  });
}
