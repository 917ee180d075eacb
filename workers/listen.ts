import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseAddress } from './address.ts';

/**
 * Has a server listen on `host:port`, or `:port` for all interfaces; resolves to its `http://host:port`. Rejects when
 * that is taken.
 */
export async function listen(server: Server, address: string): Promise<string> {
  const { host, port } = parseAddress(address);
  const { promise: listening, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(port, host, resolve);
  await listening;
  const bound = server.address() as AddressInfo;
  const shown = bound.family === 'IPv6' ? `[${bound.address}]` : bound.address;
  return `http://${shown}:${bound.port}`;
}

/** Ends a server with all of its connections. */
export function hangUp(server: Server): Promise<void> {
  return new Promise((done) => {
    server.close(() => done());
    server.closeAllConnections();
  });
}
