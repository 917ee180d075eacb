import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import type { FluxEvent } from '../../activities/notify/event.ts';

/** A service on loopback that is told of events. */
export interface EventSink extends AsyncDisposable {
  readonly url: string;
  /** What it took, with when, in milliseconds of `performance`. */
  readonly told: readonly { readonly event: FluxEvent; readonly at: number }[];
  /** How often it was asked. */
  readonly asked: number;
  /** The status of all answers from now on. */
  answer(status: number): void;
}

export async function startEventSink(): Promise<EventSink> {
  const told: { readonly event: FluxEvent; readonly at: number }[] = [];
  let status = 200;
  let asked = 0;
  const server = createServer((request, response) => {
    void json(request).then((event) => {
      asked += 1;
      if (status < 300) told.push({ event: event as FluxEvent, at: performance.now() });
      response.writeHead(status).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    told,
    get asked() {
      return asked;
    },
    answer(next) {
      status = next;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}
