import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import type { TlsAccess } from '../../fetch/http/client.ts';
import { asHttpError, HttpError } from '../../fetch/http/error.ts';
import { guardedLookup, hostProblem } from '../../fetch/http/host.ts';

/** What the server says of itself: https://docs.nats.io/reference/reference-protocols/nats-protocol#info. */
export interface NatsInfo {
  readonly nonce?: string;
  readonly headers?: boolean;
  readonly tls_required?: boolean;
  readonly max_payload?: number;
}

export interface NatsServer {
  readonly host: string;
  readonly port: number;
  readonly isTls: boolean;
  readonly tls: TlsAccess | undefined;
}

const LONGEST_LINE = 64 * 1024;

/**
 * Opens a connection, sends what `commands` makes of the server's INFO, and returns when the server has answered the
 * PING behind it. Throws an {@link HttpError} for the network, a {@link NatsRefusal} for what the server says.
 */
export async function natsSession(
  server: NatsServer,
  signal: AbortSignal,
  commands: (info: NatsInfo) => string,
): Promise<void> {
  const problem = hostProblem(server.host);
  if (problem !== undefined) throw new HttpError('address', `the server ${problem}`);
  const host = server.host.replace(/^\[|\]$/g, '');
  const plain = connect({ host, port: server.port, lookup: guardedLookup, signal });
  // Who waits for a line is told of it by the end.
  plain.on('error', () => undefined);
  let socket: Socket = plain;
  try {
    const info = readInfo(await line(plain));
    if (server.isTls || info.tls_required) socket = await secured(plain, { ...server, host });
    socket.write(`${commands(info)}PING\r\n`);
    for (;;) {
      const said = await line(socket);
      if (said === 'PONG') return;
      if (said === 'PING') socket.write('PONG\r\n');
      if (said.startsWith('-ERR'))
        throw new NatsRefusal(said.slice('-ERR'.length).trim().replaceAll("'", ''));
    }
  } catch (error) {
    throw error instanceof NatsRefusal ? error : asHttpError(signal.aborted ? signal.reason : error);
  } finally {
    socket.destroy();
    plain.destroy();
  }
}

/** A protocol error of the server, in its words. */
export class NatsRefusal extends Error {
  constructor(message: string) {
    super(message.replace(/[^\x20-\x7e]/g, ' ').slice(0, 200));
    this.name = 'NatsRefusal';
  }
}

/** The next line. Nothing is read ahead: what follows INFO may be TLS. */
async function line(socket: Socket): Promise<string> {
  const bytes: Buffer[] = [];
  while (bytes.length <= LONGEST_LINE) {
    const byte: unknown = socket.read(1);
    if (!Buffer.isBuffer(byte)) await more(socket);
    else if (byte[0] === 10) return Buffer.concat(bytes).toString().trim();
    else bytes.push(byte);
  }
  throw new HttpError('content', 'the server does not speak NATS');
}

/** Returns once there is something to read. */
function more(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    const broken = () => reject(socket.errored ?? new HttpError('network', 'the connection broke off'));
    const settle = (then: () => void) => () => {
      socket.off('readable', readable).off('end', ended).off('close', ended);
      then();
    };
    const readable = settle(resolve);
    const ended = settle(broken);
    if (socket.destroyed || socket.readableEnded) return broken();
    socket.on('readable', readable).on('end', ended).on('close', ended);
  });
}

function secured(socket: Socket, { host, tls }: NatsServer): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const servername = isIP(host) === 0 ? { servername: host } : {};
    const upgraded = connectTls({ socket, host, ...servername, ...(tls && { secureContext: tls.context }) });
    // It stays: who waits for a line is told of errors by what follows them.
    upgraded.on('error', reject);
    upgraded.once('close', () => reject(new HttpError('network', 'the connection broke off')));
    upgraded.once('secureConnect', () => resolve(upgraded));
  });
}

function readInfo(said: string): NatsInfo {
  const [, json] = /^INFO\s+(\{.*\})$/s.exec(said) ?? [];
  try {
    const info: unknown = JSON.parse(json ?? '');
    if (typeof info === 'object' && info !== null) return info;
  } catch {
    // The parser's words say nothing more.
  }
  throw new HttpError('content', 'the server does not speak NATS');
}
