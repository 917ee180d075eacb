import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';

export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A service that is posted to. */
export interface Sink {
  readonly url: string;
  /** What it took. */
  readonly received: readonly Received[];
  /** How often it was asked, whatever it answered. */
  readonly asked: number;
  /** The status of all answers from now on; a closed port without one. */
  answer(status: number | 'never' | undefined): Promise<void>;
}

/** A sink for the running test, on loopback. */
export async function startSink(): Promise<Sink> {
  const received: Received[] = [];
  let status: number | 'never' = 200;
  let asked = 0;
  let server: Server | undefined;
  let port = 0;

  async function open(): Promise<void> {
    server = createServer((request, response) => {
      asked += 1;
      void text(request).then((body) => {
        if (status === 'never') return;
        if (status < 300) received.push({ headers: request.headers, body });
        response.writeHead(status).end();
      });
    });
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    ({ port } = server.address() as AddressInfo);
  }

  async function close(): Promise<void> {
    const closing = server;
    server = undefined;
    closing?.closeAllConnections();
    if (closing) await new Promise((resolve) => closing.close(resolve));
  }

  await open();
  onTestFinished(close);
  return {
    url: `http://127.0.0.1:${port}/hook`,
    received,
    get asked() {
      return asked;
    },
    async answer(next) {
      if (next === undefined) return close();
      status = next;
      if (!server) await open();
    },
  };
}
