import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { type ReceiverRig, rigFor } from '../../../support/receiver-rig.ts';

/** What a server says to bytes that no client would send. */
async function raw(rig: Pick<ReceiverRig, 'url'>, bytes: string): Promise<string> {
  const { port, hostname } = new URL(rig.url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  let answer = '';
  socket.on('data', (chunk) => (answer += chunk));
  socket.write(bytes, 'latin1');
  await once(socket, 'close');
  return answer;
}

describe('strangers', () => {
  it.each([
    ['no path', () => '/'],
    ['a path without digest', () => '/hook/'],
    ['another digest', () => `/hook/${'0'.repeat(64)}`],
    ['half of it', (path: string) => path.slice(0, 40)],
    ['more of it', (path: string) => `${path}0`],
    ['a slash behind it', (path: string) => `${path}/`],
    ['a query behind it', (path: string) => `${path}?x=1`],
    ['capitals', (path: string) => `/hook/${path.slice(6).toUpperCase()}`],
    ['a digit that is escaped', (path: string) => `/hook/%3${path.charCodeAt(6) % 10}${path.slice(7)}`],
    ['a way around', (path: string) => `/hook/../hook/${path.slice(6)}`],
    ['an escaped way around', (path: string) => `/x%2f..${path}`],
    ['two slashes', (path: string) => `/${path}`],
    ['a whole URL', (path: string) => `http://other.example${path}`],
  ])('with %s are told nothing', async (_name, target) => {
    const { rig, path, done } = await rigFor('generic');
    const head = `POST ${target(path)} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n`;

    expect(await raw(rig, head)).toMatch(/^HTTP\/1\.1 40[04] /);
    expect(done).toEqual([]);
  });

  it.each(['GET', 'HEAD', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])(
    'with %s are told to post',
    async (method) => {
      const { send, done } = await rigFor('generic');
      const response = await send('', {}, method);

      expect(response.status).toBe(405);
      expect(response.headers.get('allow')).toBe('POST');
      expect(done).toEqual([]);
    },
  );

  it.each([
    ['two lengths', 'Content-Length: 1\r\nContent-Length: 2\r\n\r\nx'],
    ['a length and chunks', 'Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['chunks that are none', 'Transfer-Encoding: chunked\r\n\r\nzz\r\n'],
    ['a folded header', 'X-A: b\r\n c: d\r\nContent-Length: 0\r\n\r\n'],
    ['a space before the colon', 'Content-Length : 0\r\n\r\n'],
    ['a header without end', `X-A: ${'a'.repeat(20_000)}\r\n\r\n`],
    ['no host', ''],
  ])('with %s are refused', async (name, rest) => {
    const { rig, path, done } = await rigFor('generic');
    const host = name === 'no host' ? '' : 'Host: x\r\n';

    const answer = await raw(rig, `POST ${path} HTTP/1.1\r\n${host}${rest || '\r\n'}`);
    expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
    expect(done).toEqual([]);
  });

  it('with a header of a megabyte get to read why they are refused', async () => {
    const { rig, path, send } = await rigFor('generic');
    const { port, hostname } = new URL(rig.url);
    const socket = connect(Number(port), hostname);
    let answer = '';
    socket.on('data', (chunk) => (answer += chunk));
    socket.end(`POST ${path} HTTP/1.1\r\nHost: x\r\nX-A: ${'a'.repeat(1024 * 1024)}\r\n\r\n`);

    // A connection that is reset is an error, which may come before the answer.
    await once(socket, 'close');
    expect(answer).toMatch(/^HTTP\/1\.1 431 /);
    expect((await send()).status).toBe(200);
  });

  it('who come too often are told to wait, and keep nobody out who knows a path', async () => {
    const { rig, send } = await rigFor('generic');
    const unknown = () => fetch(`${rig.url}/hook/${'0'.repeat(64)}`, { method: 'POST', body: 'x' });
    const statuses: number[] = [];
    for (let i = 0; i < 200; i += 1) statuses.push((await unknown()).status);

    expect(new Set(statuses)).toEqual(new Set([404, 429]));
    expect((await send()).status).toBe(200);
  });

  it('with wrong signatures are told to wait without being read', async () => {
    const { send, log } = await rigFor('generic-hmac');
    const statuses: number[] = [];
    for (let i = 0; i < 100; i += 1) statuses.push((await send('x', { 'x-signature': 'sha256=00' })).status);

    expect(statuses.slice(0, 60)).toEqual(Array.from({ length: 60 }, () => 400));
    expect(statuses.at(-1)).toBe(429);
    expect(log().split('\n').length).toBeLessThan(80);
  });
});

describe('a body', () => {
  const MORE = 3 * 1024 * 1024 + 1;

  it('of the largest size is read, one of a byte more is not', async () => {
    const { send, done } = await rigFor('generic');

    expect((await send(Buffer.alloc(MORE - 1))).status).toBe(200);
    expect((await send(Buffer.alloc(MORE)).catch(() => ({ status: 413 }))).status).toBe(413);
    expect(done.filter((act) => act.startsWith('signal'))).toHaveLength(1);
  });

  it('that does not say its size weighs what it has, also while many wait', async () => {
    const { url, log } = await rigFor('generic');
    const chunked = () => {
      const body = new Blob(['x']).stream();
      return fetch(url, { method: 'POST', body, duplex: 'half' } as RequestInit);
    };
    const statuses = await Promise.all(Array.from({ length: 40 }, async () => (await chunked()).status));

    expect(log()).toContain('webhook accepted');
    expect(new Set(statuses)).toEqual(new Set([200]));
  });

  it('that says that it has 100 MB is not waited for', async () => {
    const { rig, path } = await rigFor('generic');

    expect(await raw(rig, `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 104857600\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 413 /,
    );
  });

  it('of 100 MB that does not say so is read to the limit only', async () => {
    const { url, send } = await rigFor('generic');
    const chunk = Buffer.alloc(64 * 1024);
    const { promise, resolve } = Promise.withResolvers<number | string>();
    const client = request(url, { method: 'POST' }, (response) => resolve(response.statusCode ?? 0));
    client.on('error', (error) => resolve(error.message));
    let sent = 0;
    const more = () => {
      while (sent < 1600 && !client.destroyed) {
        sent += 1;
        if (!client.write(chunk)) return void client.once('drain', more);
      }
      client.end();
    };
    more();

    // Who goes on sending may see the end of the connection before the answer.
    expect([413, 'write EPIPE', 'write ECONNRESET', 'read ECONNRESET']).toContain(await promise);
    expect(sent).toBeLessThan(1600);
    client.destroy();
    expect((await send()).status).toBe(200);
  });

  it('that comes slowly, or a header, is cut off', async () => {
    const { rig, path, send } = await rigFor('generic', {}, { times: { headers: 100, request: 200 } });

    const slow = [
      raw(rig, `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nx`),
      raw(rig, `POST ${path} HTTP/1.1\r\nHost: x\r\n`),
      raw(rig, 'POST'),
    ];
    for (const answer of await Promise.all(slow)) expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expect((await send()).status).toBe(200);
  });

  it('that breaks off leaves the server as it was', async () => {
    const { rig, path, send, done } = await rigFor('generic');
    const { port, hostname } = new URL(rig.url);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    socket.write(`POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nx`);
    await new Promise((resolve) => setImmediate(resolve));
    socket.destroy();
    await once(socket, 'close');

    expect((await send()).status).toBe(200);
    expect(done.filter((act) => act.startsWith('signal'))).toHaveLength(1);
  });
});
