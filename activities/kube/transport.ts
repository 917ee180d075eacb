import { Pool } from 'undici';
import type { KubeAccess } from './config.ts';
import type { ForwardedAnswer, ForwardedRequest } from './contract.ts';
import { KubeError, KubeUnreachableError, type StatusBody } from './errors.ts';
import { parseJson } from './json.ts';

export interface KubeRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly accept?: string;
  readonly contentType?: string;
  readonly body?: string;
  /** Whom to impersonate. */
  readonly user?: string | undefined;
}

/** HTTP to one API server. Errors are {@link KubeError} (it answered) or {@link KubeUnreachableError} (it did not). */
export interface Transport {
  send(request: KubeRequest): Promise<string>;
  /** The lines of an answer that does not end by itself. */
  lines(request: KubeRequest, signal: AbortSignal): AsyncIterable<string>;
  /** Every answer of the server is one, whatever its status. */
  forward(request: ForwardedRequest, user: string | undefined): Promise<ForwardedAnswer>;
  close(): Promise<void>;
}

const REQUEST_MS = 30_000;
const CONNECT_MS = 10_000;
// The server itself gives a request up after a minute.
const FORWARDED_MS = 65_000;
// A watch that is silent for longer than its own server-side end is half-open.
const SILENT_WATCH_MS = 330_000;

export function createTransport(access: KubeAccess, connections: number): Transport {
  const server = new URL(access.server);
  const prefix = server.pathname.replace(/\/$/, '');
  const shared = {
    // Loopback or a LAN: HTTP/2 costs twice the CPU of HTTP/1.1 here and saves no round trip.
    allowH2: false,
    connect: { ...access.tls, timeout: CONNECT_MS },
    headersTimeout: REQUEST_MS,
    keepAliveTimeout: 60_000,
  };
  const requests = new Pool(server.origin, { ...shared, connections, bodyTimeout: REQUEST_MS });
  // Watches keep their connection: in the other pool they would starve the requests.
  const watches = new Pool(server.origin, { ...shared, bodyTimeout: SILENT_WATCH_MS });

  async function open(pool: Pool, request: KubeRequest, signal?: AbortSignal) {
    const headers: Record<string, string> = {
      ...(await access.authorize()),
      Accept: request.accept ?? 'application/json',
    };
    if (request.contentType) headers['Content-Type'] = request.contentType;
    if (request.user) headers['Impersonate-User'] = request.user;
    const { method, body = null } = request;
    return reached(
      access,
      pool.request({ method, path: prefix + request.path, headers, body, ...(signal && { signal }) }),
    );
  }

  return {
    async send(request) {
      const answer = await open(requests, request);
      const text = await reached(access, answer.body.text());
      if (answer.statusCode >= 400) throw kubeError(answer.statusCode, answer.headers['retry-after'], text);
      return text;
    },
    async *lines(request, signal) {
      const answer = await open(watches, request, signal);
      if (answer.statusCode >= 400) {
        throw kubeError(
          answer.statusCode,
          answer.headers['retry-after'],
          await reached(access, answer.body.text()),
        );
      }
      yield* linesOf(answer.body, { access, signal });
    },
    async forward(request, user) {
      const own = { ...(await access.authorize()), ...(user && { 'Impersonate-User': user }) };
      const { method, body, signal } = request;
      const pool = request.isWatch ? watches : requests;
      const headers = { ...request.headers, ...own };
      const path = prefix + request.path;
      const answer = await reached(
        access,
        pool.request({ method, path, headers, body, signal, headersTimeout: FORWARDED_MS }),
      );
      return { status: answer.statusCode, headers: answer.headers, body: answer.body };
    },
    async close() {
      await Promise.all([requests.close(), watches.destroy()]);
    },
  };
}

async function* linesOf(
  body: AsyncIterable<unknown>,
  { access, signal }: { readonly access: KubeAccess; readonly signal: AbortSignal },
): AsyncIterable<string> {
  try {
    let rest = '';
    const decoder = new TextDecoder();
    for await (const chunk of body) {
      const parts = (rest + decoder.decode(chunk as Uint8Array, { stream: true })).split('\n');
      rest = parts.pop() ?? '';
      yield* parts;
    }
  } catch (error) {
    if (signal.aborted) return;
    throw new KubeUnreachableError(access.server, error);
  }
}

async function reached<T>(access: KubeAccess, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw new KubeUnreachableError(access.server, error);
  }
}

function kubeError(status: number, retryAfter: string | string[] | undefined, text: string): KubeError {
  const seconds = Number(retryAfter);
  const body = text.startsWith('{') ? (parseJson(text) as StatusBody) : { message: text.trim() };
  return new KubeError(status, body, Number.isFinite(seconds) ? seconds * 1000 : undefined);
}
