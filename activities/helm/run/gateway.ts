import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Fence } from '../../fence.ts';
import type { KubeClient } from '../../kube/client.ts';
import { refuse } from './answer.ts';
import { createForwarder, type Forwarder } from './forward.ts';
import { createOpenApi } from './openapi.ts';
import { end, fetchFor, tunnelFor } from './outbound.ts';
import type { ReleasePlace } from './route.ts';

export interface PassOptions extends ReleasePlace {
  /** Whose identity and server the pass gives access to. */
  readonly kube: KubeClient;
}

/** What one helm process needs to reach the API server, and what was seen of it. */
export interface Pass {
  /** With the token as a password: that is how Go's clients, which keep other credentials to TLS, show it without. */
  readonly url: string;
  /** As helm's errors have it. */
  readonly shownUrl: string;
  /** What was seen so far. */
  readonly seen: Forwarder['seen'];
  /** Nothing goes through afterwards, and what is open is broken off. */
  revoke(): void;
}

/** A way to API servers for helm processes, which thereby need no credentials. */
export interface Gateway {
  /** A pass for what is done in the current attempt. */
  issue(options: PassOptions): Pass;
  close(): Promise<void>;
}

interface Holder {
  readonly credentials: Buffer;
  readonly serve: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
}

const TOKEN_BYTES = 32;
const USER = 'helm';

/** Starts a gateway on loopback. */
export async function startGateway(fence: Fence): Promise<Gateway> {
  const holders = new Set<Holder>();
  const openApi = createOpenApi();

  function answer(request: IncomingMessage, response: ServerResponse): void {
    // As a client asks a proxy, and only that.
    const isOutbound = /^https?:/i.test(request.url ?? '');
    const { authorization, 'proxy-authorization': ofProxy } = request.headers;
    const holder = holderOf(isOutbound ? ofProxy : authorization, holders);
    if (!holder) return refuse(response, 401, 'this token is not valid, or no longer');
    if (isOutbound) return fetchFor(request, response);
    holder.serve(request, response).catch(() => response.destroy());
  }

  const server = createServer({ keepAliveTimeout: 60_000 }, answer);
  server.on('connect', (request, socket, head: Buffer) => {
    const holder = holderOf(request.headers['proxy-authorization'], holders);
    if (holder) tunnelFor(request, socket, head);
    else end(socket, '407 Proxy Authentication Required');
  });
  await new Promise<void>((listening, failed) => {
    server.once('error', failed).listen(0, '127.0.0.1', listening);
  });
  const { port } = server.address() as AddressInfo;

  return {
    issue(options) {
      const token = randomBytes(TOKEN_BYTES).toString('hex');
      // A request comes in outside of every attempt.
      const inAttempt = AsyncLocalStorage.snapshot();
      const forwarder = createForwarder({
        ...options,
        openApi,
        assertMayWrite: () => fence.assertMayWrite(),
      });
      const holder: Holder = {
        credentials: Buffer.from(`${USER}:${token}`),
        serve: (request, response) => inAttempt(() => forwarder.serve(request, response)),
      };
      holders.add(holder);
      return {
        url: `http://${USER}:${token}@127.0.0.1:${port}`,
        shownUrl: `http://${USER}:***@127.0.0.1:${port}`,
        seen: forwarder.seen,
        revoke() {
          holders.delete(holder);
          forwarder.end();
        },
      };
    },
    async close() {
      const closed = new Promise<void>((done) => server.close(() => done()));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Compares with all of them in full, so that the time says nothing of any. */
function holderOf(header: string | undefined, holders: ReadonlySet<Holder>): Holder | undefined {
  const [, shown = ''] = /^Basic (\S+)$/.exec(header ?? '') ?? [];
  const credentials = Buffer.from(shown, 'base64');
  let found: Holder | undefined;
  for (const holder of holders) {
    const { length } = holder.credentials;
    if (credentials.length === length && timingSafeEqual(credentials, holder.credentials)) found = holder;
  }
  return found;
}
