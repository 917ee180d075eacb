import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface LoopbackRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface LoopbackAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly json?: unknown;
}

export interface Loopback extends AsyncDisposable {
  readonly url: string;
  /** Every request, oldest first. */
  readonly requests: LoopbackRequest[];
}

/** A server on loopback that stands for a service of others: `answer` says what it does, 404 where it says nothing. */
export async function startLoopback(
  answer: (request: LoopbackRequest) => LoopbackAnswer | undefined | Promise<LoopbackAnswer | undefined>,
): Promise<Loopback> {
  const requests: LoopbackRequest[] = [];
  const server = createServer((incoming, response) => {
    const handle = async () => {
      const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://loopback');
      const { method = 'GET', headers } = incoming;
      const request = { method, path: pathname, query: searchParams, headers, body: await text(incoming) };
      requests.push(request);
      const { status, headers: more, json } = (await answer(request)) ?? { status: 404, json: {} };
      response.writeHead(status ?? 200, { 'Content-Type': 'application/json', ...more });
      response.end(json === undefined ? undefined : JSON.stringify(json));
    };
    handle().catch(() => response.destroy());
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}
