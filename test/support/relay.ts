import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A way to a server that a test can close. */
export interface Relay {
  /** `host:port` */
  readonly address: string;
  /** Breaks what is open, and takes no more until it is opened again. */
  close(): void;
  open(): void;
  /** Resets every open connection; new ones are let through. */
  cut(): void;
}

/** Puts a TCP relay in front of a server on loopback, for the running test. */
export async function relayTo(target: string): Promise<Relay> {
  const relay = await openRelay(target);
  onTestFinished(() => relay.end());
  return relay;
}

/** The same for as long as whoever opened it wants it. */
export async function openRelay(target: string): Promise<Relay & { end(): void }> {
  const sockets = new Set<Socket>();
  let isOpen = true;
  const server = createServer((near) => {
    if (!isOpen) return void near.destroy();
    const far = connect(Number(target.split(':')[1]), '127.0.0.1');
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const close = () => {
    isOpen = false;
    for (const socket of sockets) socket.destroy();
  };
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    close,
    open: () => void (isOpen = true),
    cut() {
      for (const socket of sockets) socket.resetAndDestroy();
    },
    end() {
      close();
      server.close();
    },
  };
}
