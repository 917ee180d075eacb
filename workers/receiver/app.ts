import type { HttpBindings } from '@hono/node-server';
import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { type Metrics, NO_METRICS } from '../../activities/metrics.ts';
import type { Hook } from '../../activities/notify/receiver/contract.ts';
import { digestOf } from '../../activities/notify/receiver/webhook-path.ts';
import type { Status } from './answer-hook.ts';
import type { Book, Entry } from './book.ts';
import { createRateLimit } from './rate-limit.ts';
import { readBounded } from './read-bounded.ts';

export interface AppOptions {
  readonly book: Pick<Book, 'find' | 'isListed'>;
  readonly answer: (entry: Entry, hook: Hook) => Promise<Status>;
  readonly onError: (error: unknown) => void;
  readonly metrics?: Metrics | undefined;
  /** Milliseconds of a clock that only goes forward. */
  readonly now?: () => number;
}

interface Env {
  Bindings: HttpBindings;
  Variables: { entry: Entry; body: Buffer };
}

// As notification-controller has it.
const LARGEST_BODY = 3 * 1024 * 1024;
/** Bodies that are held at once, of all requests together. */
const LARGEST_BODIES = 64 * 1024 * 1024;

/**
 * What is answered to whom. Only a known path gets its body read; strangers cost a comparison, and less once they come
 * too often. Their floods do not touch those who know a path, also when all come through one proxy.
 */
export function createApp({ book, answer, onError, metrics = NO_METRICS, now }: AppOptions): Hono<Env> {
  const clock = now && { now };
  const strangers = createRateLimit({ burst: 100, rate: 10, ...clock });
  const failures = createRateLimit({ burst: 60, rate: 1, ...clock });
  const all = createRateLimit({ burst: 500, rate: 200, ...clock });

  /** The Receiver of the path as it came, whatever else a proxy or a router would take it for. */
  const identify: MiddlewareHandler<Env> = async (c, next) => {
    if (!book.isListed()) return later(c, 503);
    const digest = digestOf(c.env.incoming.url ?? '');
    const entry = digest && book.find(digest);
    const source = c.env.incoming.socket.remoteAddress ?? '';
    if (!entry) return strangers.take(source) ? closed(c, 404) : later(c, 429);
    if (!entry.isOpen) return later(c, 503);
    const { uid } = entry.receiver.metadata;
    const key = `${uid} ${source}`;
    if (!failures.has(key) || !all.take(uid)) return later(c, 429);
    c.set('entry', entry);
    await next();
    if (REFUSALS.has(c.res.status)) failures.take(key);
    return undefined;
  };

  const app = new Hono<Env>();
  app.use(counting(metrics));
  app.post('/hook/*', identify, boundBodies(), async (c) => {
    const { headers } = c.req.raw;
    return c.body(null, await answer(c.get('entry'), { headers, body: c.get('body') }));
  });
  app.all('/hook/*', (c) => c.body(null, 405, { Allow: 'POST', ...CLOSE }));
  app.notFound((c) => closed(c, 404));
  app.onError((error, c) => {
    onError(error);
    return closed(c, 500);
  });
  return app;
}

/** Counts and times what is answered; a path that no Receiver has is nobody's. */
function counting(metrics: Metrics): MiddlewareHandler<Env> {
  return async (c, next) => {
    const startedAt = performance.now();
    await next();
    const entry = c.get('entry') as Entry | undefined;
    metrics.hooked({
      type: entry?.receiver.spec.type ?? 'unknown',
      method: c.req.method,
      status: c.res.status,
      seconds: (performance.now() - startedAt) / 1000,
    });
  };
}

/** Reads bodies, each and all together within their bounds. */
function boundBodies(): MiddlewareHandler<Env> {
  let held = 0;
  return async (c, next) => {
    const { incoming } = c.env;
    // One that does not say its size may have the largest.
    let size = Math.min(LARGEST_BODY, Number(incoming.headers['content-length'] ?? LARGEST_BODY));
    if (held + size > LARGEST_BODIES) return later(c, 503);
    held += size;
    try {
      const body = await readBounded(incoming, LARGEST_BODY).catch((): typeof BROKEN => BROKEN);
      if (body === BROKEN) return closed(c, 400);
      if (!body) return closed(c, 413);
      held += body.length - size;
      size = body.length;
      c.set('body', body);
      return await next();
    } finally {
      held -= size;
    }
  };
}

const BROKEN = 'broken off';

const REFUSALS: ReadonlySet<number> = new Set([400, 404, 413]);

// What follows on the connection may be the rest of a body that nobody reads.
const CLOSE = { Connection: 'close' };

function closed(c: Context, status: 400 | 404 | 413 | 500): Response {
  return c.body(null, status, CLOSE);
}

function later(c: Context, status: 429 | 503): Response {
  return c.body(null, status, { ...CLOSE, 'Retry-After': '1' });
}
