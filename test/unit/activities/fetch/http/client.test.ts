import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readBody } from '../../../../../activities/fetch/http/body.ts';
import {
  createHttpClient,
  type HttpClient,
  type HttpRequest,
} from '../../../../../activities/fetch/http/client.ts';

interface Seen {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly content: string;
  readonly authorization: string | undefined;
}

interface Echo extends AsyncDisposable {
  readonly url: string;
  readonly seen: Seen[];
}

/** Answers what `redirect` says of a path, otherwise the body that it got. */
async function startEcho(
  redirect: (path: string) => { status: number; location: string } | undefined = () => undefined,
): Promise<Echo> {
  const seen: Seen[] = [];
  const server = createServer((request: IncomingMessage, response) => {
    void text(request).then((content) => {
      const { method, url: path = '/', headers } = request;
      seen.push({ method, path, content, authorization: headers.authorization });
      const away = redirect(path);
      if (away) response.writeHead(away.status, { Location: away.location }).end();
      else response.writeHead(200).end(content);
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

describe('a request that writes', () => {
  let client: HttpClient;
  beforeEach(() => void (client = createHttpClient()));
  afterEach(() => client.close());

  function write(url: string, more: Partial<HttpRequest> = {}) {
    const signal = AbortSignal.timeout(10_000);
    const authorization = { header: 'Bearer CANARY', origin: new URL(url).origin };
    return client.request({
      url: new URL(url),
      method: 'POST',
      body: '{"a":1}',
      authorization,
      signal,
      ...more,
    });
  }

  it.each(['POST', 'PUT', 'PATCH'] as const)('takes its body along (%s)', async (method) => {
    await using echo = await startEcho();

    const answer = await write(`${echo.url}/x`, { method });

    expect((await readBody(answer, 100)).toString()).toBe('{"a":1}');
    expect(echo.seen).toEqual([{ method, path: '/x', content: '{"a":1}', authorization: 'Bearer CANARY' }]);
  });

  it.each([307, 308])('is repeated as it is when the server says %i', async (status) => {
    await using echo = await startEcho((path) =>
      path === '/old' ? { status, location: '/new' } : undefined,
    );

    const answer = await write(`${echo.url}/old`);

    expect((await readBody(answer, 100)).toString()).toBe('{"a":1}');
    expect(echo.seen.map(({ method, path, content }) => [method, path, content])).toEqual([
      ['POST', '/old', '{"a":1}'],
      ['POST', '/new', '{"a":1}'],
    ]);
  });

  it.each([301, 302, 303])('is not made a GET by %i', async (status) => {
    await using echo = await startEcho((path) =>
      path === '/old' ? { status, location: '/new' } : undefined,
    );

    await expect(write(`${echo.url}/old`)).rejects.toMatchObject({
      problem: 'redirect',
      message: expect.stringContaining('a request that writes'),
    });
    expect(echo.seen).toHaveLength(1);
  });

  it('goes to no other server', async () => {
    await using other = await startEcho();
    await using echo = await startEcho(() => ({ status: 307, location: `${other.url}/x` }));

    await expect(write(`${echo.url}/x`)).rejects.toMatchObject({ problem: 'redirect' });
    expect(other.seen).toEqual([]);
  });
});
