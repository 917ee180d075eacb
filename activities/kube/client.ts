import type { KubeAccess } from './config.ts';
import type { KubeClient } from './contract.ts';
import { createDiscovery, type Discovery } from './discovery.ts';
import { parseJson } from './json.ts';
import { createPatience, type Patience } from './patience.ts';
import { readsOf, type Send } from './reads.ts';
import { createTransport, type Transport } from './transport.ts';
import { writesOf } from './writes.ts';

export type {
  ForwardedAnswer,
  ForwardedRequest,
  KubeClient,
  ListQuery,
  Target,
  WatchEvent,
} from './contract.ts';
export { targetOf } from './writes.ts';

export interface KubeClientOptions {
  /** Throws when this process may no longer write: see activities/fence.ts. */
  readonly assertMayWrite?: () => void;
  /** Connections for requests; watches have their own. */
  readonly connections?: number;
}

/** A client for one API server; nothing is asked of it before the first call. */
export function createKubeClient(access: KubeAccess, options: KubeClientOptions = {}): KubeClient {
  const transport = createTransport(access, options.connections ?? 32);
  const discovery = createDiscovery(async (path, accept) =>
    parseJson(await transport.send({ method: 'GET', path, accept })),
  );
  return clientFor({ transport, discovery, patience: createPatience(), options });
}

interface Wire {
  readonly transport: Transport;
  readonly discovery: Discovery;
  readonly patience: Patience;
  readonly options: KubeClientOptions;
  readonly user?: string;
}

function clientFor(wire: Wire): KubeClient {
  const { discovery, options, patience, transport, user } = wire;
  const send: Send = (request) => patience(() => transport.send({ ...request, user }));
  const write: Send = (request) =>
    patience(async () => {
      // Immediately before it goes out, also when it had to wait.
      options.assertMayWrite?.();
      return transport.send({ ...request, user });
    });
  const lines: Transport['lines'] = (request, signal) => transport.lines({ ...request, user }, signal);
  return {
    discovery,
    ...readsOf(discovery, send, lines),
    ...writesOf(discovery, send, write),
    async forward(request) {
      if (request.method !== 'GET') options.assertMayWrite?.();
      return transport.forward(request, user);
    },
    as: (name) => clientFor({ ...wire, user: name }),
    close: () => transport.close(),
  };
}
