import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingMessage, request } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { text as textOf } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { createFence } from '../../../../../activities/fence.ts';
import { type Pass, startGateway } from '../../../../../activities/helm/run/gateway.ts';
import type { KubeClient } from '../../../../../activities/kube/client.ts';

const place = { storageNamespace: 'storage', releaseNamespace: 'apps', releaseName: 'web' };

async function pass(): Promise<Pass> {
  const fence = createFence();
  const gateway = await startGateway(fence);
  onTestFinished(async () => {
    fence.close();
    await gateway.close();
  });
  return gateway.issue({ ...place, kube: { discovery: {} } as KubeClient });
}

/** A server of schemas, and what it is asked for. */
async function schemas(answer = '{}') {
  const asked: (string | undefined)[] = [];
  const server = createHttpServer((incoming, response) => {
    asked.push(
      incoming.url,
      incoming.headers.authorization,
      incoming.headers['proxy-authorization'] as string,
    );
    response.end(answer);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onTestFinished(() => {
    server.close().closeAllConnections();
  });
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

function credentials({ url }: Pass): string {
  const { username, password } = new URL(url);
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

interface Answer {
  readonly status: number | undefined;
  readonly text: string;
}

/** Asks as Go's clients ask a proxy. */
async function get(way: Pass, url: string, method = 'GET', word = credentials(way)): Promise<Answer> {
  const { port } = new URL(way.url);
  const headers = { 'Proxy-Authorization': word };
  const asked = request({ host: '127.0.0.1', port, path: url, method, headers }).end();
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  return { status: response.statusCode, text: await textOf(response) };
}

/** The first line that a tunnel is answered with. */
function tunnel(way: Pass, target: string, word = credentials(way)): Promise<string> {
  const socket = connect(Number(new URL(way.url).port), '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\nProxy-Authorization: ${word}\r\n\r\n`);
  return new Promise((done, failed) => {
    socket
      .once('data', (data: Buffer) => done(data.toString().split('\r\n', 1)[0] ?? ''))
      .once('error', failed);
  });
}

test('a schema is fetched for a helm with a pass, which is not passed on', async () => {
  const way = await pass();
  const { host, asked } = await schemas('{"type":"object"}');

  expect(await get(way, `http://${host}/a.json?b=c`)).toEqual({ status: 200, text: '{"type":"object"}' });
  expect(asked).toEqual(['/a.json?b=c', undefined, undefined]);
  expect(await tunnel(way, host)).toBe('HTTP/1.1 200 OK');
});

test('nobody else is served', async () => {
  const way = await pass();
  const { host, asked } = await schemas();
  const wrong = `Basic ${Buffer.from('helm:x').toString('base64')}`;

  expect(await get(way, `http://${host}/`, 'GET', wrong)).toMatchObject({ status: 401 });
  expect(await tunnel(way, host, wrong)).toBe('HTTP/1.1 407 Proxy Authentication Required');
  way.revoke();
  expect(await get(way, `http://${host}/`)).toMatchObject({ status: 401 });
  expect(await tunnel(way, host)).toBe('HTTP/1.1 407 Proxy Authentication Required');
  expect(asked).toEqual([]);
});

test.for(['169.254.169.254', '[fe80::1]', '[::ffff:169.254.169.254]', 'metadata.google.internal'])(
  'it leads nowhere where tenants may not go: %s',
  async (host) => {
    const way = await pass();

    expect(await get(way, `http://${host}/latest/meta-data`)).toMatchObject({ status: 403 });
    expect(await tunnel(way, `${host}:443`)).toBe('HTTP/1.1 403 Forbidden');
  },
);

test('nothing is written by it, and no other scheme asked', async () => {
  const way = await pass();
  const { host, asked } = await schemas();

  expect(await get(way, `http://${host}/`, 'POST')).toMatchObject({ status: 405 });
  expect(await get(way, `https://${host}/`)).toMatchObject({ status: 405 });
  expect(asked).toEqual([]);
});

test('of an answer without an end helm hears no more than a schema has', async () => {
  const way = await pass();
  const { host } = await schemas('x'.repeat(17 * 1024 * 1024));

  await expect(get(way, `http://${host}/`)).rejects.toThrow('aborted');
});

test('who refuses connections is told as such', async () => {
  const way = await pass();

  expect(await get(way, 'http://127.0.0.1:1/')).toMatchObject({ status: 503 });
  expect(await tunnel(way, '127.0.0.1:1')).toBe('HTTP/1.1 503 Service Unavailable');
});
