import { once } from 'node:events';
import type { Server } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import type { Policy, StepLog } from '../activities/deps.ts';
import { messageOf } from '../activities/failures.ts';
import { createHttpClient } from '../activities/fetch/http/client.ts';
import type { KubeClient } from '../activities/kube/client.ts';
import type { Metrics } from '../activities/metrics.ts';
import { createTokenVerifier } from '../activities/notify/receiver/oidc/verifier.ts';
import { describeRef, type ObjectRef } from '../api/object-ref.ts';
import { Trigger } from '../workflows/messages.ts';
import { listen } from './listen.ts';
import { answerBroken } from './receiver/answer-broken.ts';
import { answerHook } from './receiver/answer-hook.ts';
import { createApp } from './receiver/app.ts';
import { openBook } from './receiver/book.ts';
import { boundConnections } from './receiver/bound-connections.ts';
import { afterSignal, createObjectPokes, type SignalRun } from './receiver/poke-object.ts';
import { createPokes } from './receiver/pokes.ts';
import { createSecretReader } from './receiver/secrets.ts';

export interface ReceiverServerOptions {
  readonly kube: KubeClient;
  readonly signalRun: SignalRun;
  /** Asks for a run of a Receiver. */
  readonly request: (ref: ObjectRef, trigger: Trigger) => Promise<void>;
  readonly policy: Pick<Policy, 'noCrossNamespaceRefs'>;
  readonly log: StepLog;
  readonly metrics?: Metrics;
  /** `host:port`, `:port` for all interfaces. */
  readonly address: string;
  /** Who signs the tokens of Google; tests have their own. */
  readonly googleIssuer?: string;
  readonly times?: Partial<ReceiverTimes>;
}

/** Milliseconds; tests shorten them. */
export interface ReceiverTimes {
  readonly headers: number;
  /** The whole request, with its body. */
  readonly request: number;
  /** What was accepted may take so long once the server is told to stop. */
  readonly stop: number;
}

export interface ReceiverServer {
  /** `http://host:port`, without a trailing slash. */
  readonly url: string;
  /** Takes no more, and answers what came: at once, what waits. */
  close(): Promise<void>;
}

const TIMES: ReceiverTimes = { headers: 5_000, request: 15_000, stop: 5_000 };
const MOST_CONNECTIONS = 2_000;
const RENEWALS_AT_ONCE = 16;

/** Answers webhooks: `POST /hook/<digest>`. */
export async function startReceiverServer(options: ReceiverServerOptions): Promise<ReceiverServer> {
  const { kube, signalRun, request, policy, log, googleIssuer = 'https://accounts.google.com' } = options;
  const times = { ...TIMES, ...options.times };
  const ending = new AbortController();
  const { signal } = ending;
  const onError = (error: unknown) => {
    if (!signal.aborted) log.error({ error: messageOf(error) }, 'the webhook server goes on after an error');
  };
  const client = createHttpClient();
  const book = openBook(kube, { signal, onError });
  const pokes = createObjectPokes({ kube, signalRun, onError, signal });
  const renewals = createPokes<ObjectRef>({
    poke: (ref) => request(ref, Trigger.Config),
    pauseAfter: afterSignal,
    concurrency: RENEWALS_AT_ONCE,
    signal,
  });
  const deps = {
    kube,
    authentication: { tokens: createTokenVerifier({ client }), googleIssuer },
    readSecret: createSecretReader(kube),
    pokes,
    renew: (ref: ObjectRef) => void renewals.put(describeRef(ref), ref).catch(onError),
    noCrossNamespaceRefs: policy.noCrossNamespaceRefs,
    log,
  };
  const app = createApp({
    book,
    answer: (entry, hook) => answerHook(deps, entry, hook),
    onError,
    metrics: options.metrics,
  });
  const server = listener(app.fetch, times);
  const url = await listen(server, options.address);
  log.info({ url }, 'webhooks are answered');
  async function close(): Promise<void> {
    ending.abort();
    const late = AbortSignal.timeout(times.stop);
    await stop(server, late);
    // What was answered already, and is not signalled by then, is the watch's.
    await Promise.race([pokes.rest(), once(late, 'abort')]);
    await Promise.all([client.close(), book.followed]);
  }
  let closed: Promise<void> | undefined;
  return {
    url,
    close: () => (closed ??= close()),
  };
}

function listener(fetch: Parameters<typeof createAdaptorServer>[0]['fetch'], times: ReceiverTimes): Server {
  const server = createAdaptorServer({
    fetch,
    overrideGlobalObjects: false,
    serverOptions: {
      headersTimeout: times.headers,
      requestTimeout: times.request,
      // How soon a slow one is noticed.
      connectionsCheckingInterval: Math.min(1_000, times.headers),
      keepAliveTimeout: 5_000,
      maxHeaderSize: 16 * 1024,
      requireHostHeader: true,
    },
  }) as Server;
  boundConnections(server, MOST_CONNECTIONS);
  answerBroken(server);
  return server;
}

async function stop(server: Server, late: AbortSignal): Promise<void> {
  late.addEventListener('abort', () => server.closeAllConnections(), { once: true });
  await new Promise<void>((done) => {
    server.close(() => done());
    server.closeIdleConnections();
  });
}
