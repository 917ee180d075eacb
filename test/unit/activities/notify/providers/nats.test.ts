import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createHttpClient } from '../../../../../activities/fetch/http/client.ts';
import type { Recipient } from '../../../../../activities/notify/contract.ts';
import { eventJson } from '../../../../../activities/notify/event-json.ts';
import { sendNats } from '../../../../../activities/notify/providers/nats.ts';
import { deliveryOf, eventOf } from '../../../../support/notified-service.ts';

const SEED = 'SUACU6BZFOECMU5QL33AH2EWUCGSFHCP7OFEKT47WQ3WYYUQGOBCCIZYJI';
const PUBLIC = 'UCFTIMUAW3D6U5WJNCWLAARZAIHRGIWWGQQS2OQVGHBOESY2X4RK32X6';
const SIGNATURE = Buffer.from(
  'e7f94ea927a2d74c6f88aa4fd5e65b6d4a095aa63854435269ffae8972cbc54b8979ef45480c62a04dfcd62eeace6ffccdfb3484c7723b5af4bd483e00889b00',
  'hex',
).toString('base64url');
const CREDS = `-----BEGIN NATS USER JWT-----
eyJ0.jwt.sig
------END NATS USER JWT------

-----BEGIN USER NKEY SEED-----
${SEED}
------END USER NKEY SEED------
`;

let server: Server | undefined;
const sockets = new Set<Socket>();
const http = createHttpClient();

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  sockets.clear();
  await new Promise((done) => (server ? server.close(done) : done(undefined)));
  server = undefined;
});

/** A server that says INFO, answers the first PING, and records what it is told. */
async function startNats(info: object | string, answer = 'PONG\r\n') {
  let told = '';
  server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.write(typeof info === 'string' ? info : `INFO ${JSON.stringify(info)}\r\n`);
    socket.on('data', (data) => {
      told += data.toString();
      if (told.endsWith('PING\r\n')) socket.write(answer);
    });
  });
  await new Promise<void>((done) => server?.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return { address: `nats://127.0.0.1:${port}`, port, told: () => told };
}

function send(recipient: Partial<Recipient>, signal = AbortSignal.timeout(10_000)) {
  const delivery = deliveryOf('nats', { channel: 'flux.events', ...recipient }, eventOf('info'), { signal });
  return sendNats({ http }, delivery);
}

function connectOf(told: string): Record<string, unknown> {
  const [, json = ''] = /^CONNECT (.*)\r\n/.exec(told) ?? [];
  return JSON.parse(json) as Record<string, unknown>;
}

const secretOf = (data: Record<string, string>) =>
  Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value)]));

describe('NATS', () => {
  it('gets the event on the subject of the channel, with the id of the delivery', async () => {
    const nats = await startNats({ headers: true });
    await send({ address: nats.address });
    const payload = eventJson(eventOf('info'));
    const head = 'NATS/1.0\r\nNats-Msg-Id: key-1\r\n\r\n';
    const total = head.length + Buffer.byteLength(payload);
    const [, ...rest] = nats.told().split('\r\n');
    expect(connectOf(nats.told())).toMatchObject({ verbose: false, headers: true });
    expect(rest.join('\r\n')).toBe(
      `HPUB flux.events ${head.length} ${total}\r\n${head}${payload}\r\nPING\r\n`,
    );
  });

  it('gets it without an id where it knows no headers', async () => {
    const nats = await startNats({});
    await send({ address: nats.address.replace('nats://', '') });
    const payload = eventJson(eventOf('info'));
    expect(nats.told()).toContain(`PUB flux.events ${Buffer.byteLength(payload)}\r\n${payload}\r\nPING\r\n`);
  });

  it.each([
    ['a username and a password', { username: 'u', password: 'pass1' }, {}, { user: 'u', pass: 'pass1' }],
    ['an nkey', { username: 'u', password: 'pass1' }, { nkey: SEED }, { nkey: PUBLIC, sig: SIGNATURE }],
    ['a file of credentials', {}, { creds: CREDS, nkey: 'x' }, { jwt: 'eyJ0.jwt.sig', sig: SIGNATURE }],
    ['only a username', { username: 'u' }, {}, {}],
  ])('is shown %s', async (_what, recipient, secret, shown) => {
    const nats = await startNats({ nonce: 'nonce-1' });
    await send({ address: nats.address, ...recipient, secret: secretOf(secret) });
    const { user, pass, nkey, jwt, sig, auth_token } = connectOf(nats.told());
    expect({ user, pass, nkey, jwt, sig, auth_token }).toEqual({ ...shown });
  });

  it.each([
    ['u:p%20w@', { user: 'u', pass: 'p w' }],
    ['tok1@', { auth_token: 'tok1' }],
  ])('is shown %s of the address', async (credentials, shown) => {
    const nats = await startNats({});
    await send({ address: nats.address.replace('//', `//${credentials}`) });
    expect(connectOf(nats.told())).toMatchObject(shown);
  });

  it('is found behind a server that does not answer', async () => {
    const nats = await startNats({});
    await send({ address: `nats://127.0.0.1:1,${nats.address}` });
    expect(nats.told()).toContain('PUB flux.events');
  });

  it('is answered when it pings before it pongs', async () => {
    const nats = await startNats({}, 'PING\r\nPONG\r\n');
    await expect(send({ address: nats.address })).resolves.toBeUndefined();
  });

  it.each([
    [
      "-ERR 'Authorization Violation'\r\n",
      true,
      'NATS: the server answers an error: Authorization Violation',
    ],
    [
      '-ERR \'Permissions Violation for Publish to "flux.events"\'\r\n',
      true,
      'NATS: the server answers an error: Permissions Violation for Publish to "flux.events"',
    ],
    [
      "-ERR 'maximum connections exceeded'\r\n",
      false,
      'NATS: the server answers an error: maximum connections exceeded',
    ],
  ])('that answers %j is a failure for good: %s', async (answer, nonRetryable, message) => {
    const nats = await startNats({}, answer);
    await expect(send({ address: nats.address })).rejects.toMatchObject({
      type: 'NotificationDispatchFailed',
      nonRetryable,
      message,
    });
  });

  it.each([
    ['HTTP/1.1 400 Bad Request\r\n\r\n', true, 'NATS: the server does not speak NATS'],
    ['INFO {broken\r\n', true, 'NATS: the server does not speak NATS'],
    [`INFO ${'x'.repeat(70_000)}`, true, 'NATS: the server does not speak NATS'],
    ['INFO {"max_payload":10}\r\n', true, 'NATS: the server answers an error: maximum payload exceeded'],
  ])('that says %j at first is a failure', async (info, nonRetryable, message) => {
    const nats = await startNats(info);
    await expect(send({ address: nats.address })).rejects.toMatchObject({ nonRetryable, message });
  });

  it.each([
    ['says nothing', ''],
    ['never finishes TLS', 'INFO {"tls_required":true}\r\n'],
  ])('that %s fails in time, and may pass', async (_what, info) => {
    const nats = await startNats(info);
    const sent = send({ address: nats.address }, AbortSignal.timeout(50));
    await expect(sent).rejects.toMatchObject({
      nonRetryable: false,
      message: 'NATS: the server did not answer in time',
    });
  });

  it('that is down may pass', async () => {
    await expect(send({ address: 'nats://127.0.0.1:1' })).rejects.toMatchObject({
      nonRetryable: false,
      message: 'NATS: the server refuses connections',
    });
  });

  it.each([
    [{ address: '' }, /needs spec\.address/],
    [{ address: 'ws://nats' }, /nats:\/\/<host>:4222/],
    [{ address: 'nats://169.254.169.254' }, /link-local or metadata/],
    [{ address: 'nats://n', channel: '' }, /needs spec\.channel/],
    [{ address: 'nats://n', channel: 'a b' }, /needs a subject/],
    [{ address: 'nats://n', channel: 'a\r\nPUB b 0' }, /needs a subject/],
    [{ address: 'nats://n', channel: 'flux.>' }, /needs a subject/],
    [{ address: 'nats://n', secret: secretOf({ nkey: 'SUsecret' }) }, /no seed of an nkey in .* nkey/],
    [{ address: 'nats://n', secret: secretOf({ creds: 'nothing' }) }, /no seed of an nkey in .* creds/],
  ])('is not told by %o', async (recipient, message) => {
    const error: unknown = await send(recipient).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ type: 'NotificationDispatchFailed', nonRetryable: true });
    expect((error as Error).message).toMatch(message);
    expect((error as Error).message).not.toContain('SUsecret');
  });
});
