import { request as plainRequest } from 'node:http';
import { type RequestOptions, request as tlsRequest } from 'node:https';
import { createServer } from 'node:net';

const PROBE_MS = 2_000;

/** True when a GET answers below 400; any failure is false. */
export function answersHttp(url: string, options: RequestOptions = {}): Promise<boolean> {
  const request = url.startsWith('https:') ? tlsRequest : plainRequest;
  return new Promise((done) => {
    const asked = request(url, { ...options, timeout: PROBE_MS, agent: false }, (answer) => {
      answer.resume();
      done((answer.statusCode ?? 500) < 400);
    });
    asked
      .once('timeout', () => asked.destroy())
      .once('error', () => done(false))
      .end();
  });
}

/** `preferred` when nobody listens there on loopback, otherwise a port that was free a moment ago. */
export async function freePort(preferred = 0): Promise<number> {
  try {
    return await tryListen(preferred);
  } catch {
    return tryListen(0);
  }
}

function tryListen(port: number): Promise<number> {
  return new Promise((done, failed) => {
    const server = createServer();
    server.once('error', failed);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      const found = typeof address === 'object' && address ? address.port : port;
      server.close(() => done(found));
    });
  });
}
