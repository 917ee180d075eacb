import {
  createServer,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';

export interface HttpFrontOptions {
  /** Where requests go on to. */
  readonly target: string;
  readonly tls?: ServerOptions;
  /** A request header that is taken away. */
  readonly drop?: string;
  /** Answers a request itself with this address, instead of passing it on. */
  readonly redirect?: (path: string, headers: IncomingHttpHeaders) => string | 401 | undefined;
  /** Answers a request itself in any way, instead of passing it on; false when it did not. */
  readonly answer?: (request: IncomingMessage, response: ServerResponse) => boolean;
}

export interface HttpFront extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly requests: { readonly path: string; readonly headers: IncomingHttpHeaders }[];
}

/** A server on loopback in front of another: with TLS, redirects or fewer headers, and a record of what it saw. */
export async function startHttpFront(options: HttpFrontOptions): Promise<HttpFront> {
  const { target, tls, drop, redirect, answer } = options;
  const requests: HttpFront['requests'] = [];
  const listener: Parameters<typeof createServer>[1] = (request, response) => {
    const path = request.url ?? '/';
    requests.push({ path, headers: request.headers });
    if (answer?.(request, response)) return;
    const away = redirect?.(path, request.headers);
    if (away === 401)
      return void response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="front"' }).end();
    if (away !== undefined) return void response.writeHead(302, { Location: away }).end();
    const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => name !== drop));
    const onward = httpRequest(new URL(path, target), { method: request.method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  };
  const server = tls ? createTlsServer(tls, listener) : createServer(listener);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    port,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}
