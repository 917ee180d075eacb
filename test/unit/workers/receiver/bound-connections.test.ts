import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { boundConnections } from '../../../../workers/receiver/bound-connections.ts';

const MOST = 3;

/** A server that answers when told to. */
async function rig() {
  const waiting: ServerResponse[] = [];
  const server = createServer((_request, response) => void waiting.push(response));
  boundConnections(server, MOST);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const open = async (): Promise<Socket> => {
    const socket = connect(port, '127.0.0.1').on('error', () => undefined);
    await Promise.all([once(socket, 'connect'), once(server, 'connection')]);
    return socket.resume();
  };
  const ask = async (socket: Socket): Promise<ServerResponse> => {
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(server, 'request');
    return waiting.at(-1) as ServerResponse;
  };
  return { open, ask };
}

it('gives up the connection that is without a request for the longest time', async () => {
  const { open, ask } = await rig();
  const [first, second, third] = [await open(), await open(), await open()];
  const ended = once(first, 'close');
  const fourth = await open();

  await ended;
  await ask(fourth);
  expect([second.closed, third.closed]).toEqual([false, false]);
});

it('leaves those alone that wait for an answer, until they have it', async () => {
  const { open, ask } = await rig();
  const busy = await open();
  const response = await ask(busy);
  const [idle] = [await open(), await open()];
  await Promise.all([once(idle, 'close'), open()]);
  expect(busy.closed).toBe(false);

  response.end();
  await once(response, 'close');
  const kept = await open();
  await ask(kept);
  await Promise.all([once(busy, 'close'), open(), open()]);
});

it('takes no more while all wait for an answer', async () => {
  const { open, ask } = await rig();
  const busy = [await open(), await open(), await open()];
  for (const socket of busy) await ask(socket);

  await once(await open(), 'close');
  expect(busy.map(({ closed }) => closed)).toEqual([false, false, false]);
});
