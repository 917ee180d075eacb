import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import type { SecureContext } from 'node:tls';
import { Agent, type Dispatcher, ProxyAgent, request } from 'undici';
import { asHttpError, HttpError, retryAfter } from './error.ts';
import { guardedLookup, hostProblem } from './host.ts';
import type { ProxyAccess } from './proxy.ts';

/** TLS material of one Secret, ready to use. */
export interface TlsAccess {
  readonly context: SecureContext;
  /** Tells material apart without showing it. */
  readonly fingerprint: string;
}

/** The value of an Authorization header, and where it may go. */
export interface Authorization {
  readonly header: string;
  /** `scheme://host[:port]`; every other origin gets a request without it. */
  readonly origin: string;
  /** It may go to any host that an index or a redirect names. */
  readonly isForAll?: boolean;
}

export interface HttpRequest {
  readonly url: URL;
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH';
  readonly headers?: Readonly<Record<string, string>>;
  readonly authorization?: Authorization | undefined;
  readonly tls?: TlsAccess | undefined;
  /** Resolves the names of hosts itself; they are checked as they are written. */
  readonly proxy?: ProxyAccess | undefined;
  /** Goes with a method that writes; its type is for `headers` to tell. */
  readonly body?: string | Buffer | undefined;
  /** How long the server may think about its answer, in milliseconds; as long as the signal lets it with 0. */
  readonly headersMs?: number;
  /** Ends the request and the reading of its body. */
  readonly signal: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** To be read or destroyed. */
  readonly body: Readable;
  /** Where it came from, after redirects. */
  readonly url: URL;
}

/** HTTP to servers that tenants name. */
export interface HttpClient {
  /** Answers of any status that is no redirect. Throws an {@link HttpError}, or the signal's reason when it was aborted. */
  request(wanted: HttpRequest): Promise<HttpAnswer>;
  close(): Promise<void>;
}

const CONNECT_MS = 10_000;
const HEADERS_MS = 30_000;
const IDLE_MS = 30_000;
const REDIRECTS = 5;
const KEPT_AGENTS = 64;

/**
 * A client that keeps credentials where they belong: an Authorization is dropped at any change of host, port or
 * scheme, at most five redirects are followed and never from https to http, what writes is repeated only where the
 * server asks for just that and for itself, and link-local and metadata addresses are not dialled, however they are
 * named.
 */
export function createHttpClient(): HttpClient {
  const agents = createAgents();

  async function once(wanted: HttpRequest, url: URL): Promise<HttpAnswer> {
    const { authorization, headers, method = 'GET', body, headersMs = HEADERS_MS, signal } = wanted;
    const mayKnow = authorization?.isForAll || authorization?.origin === url.origin;
    const answer = await request(url, {
      method,
      headers: { 'User-Agent': 'pawl', ...headers, ...(mayKnow && { Authorization: authorization?.header }) },
      dispatcher: agents.of(wanted),
      headersTimeout: headersMs,
      signal,
      ...(body !== undefined && { body }),
    });
    // Who destroys it, because its status says enough, is told of that by an event that nobody else would take.
    answer.body.on('error', () => undefined);
    return { status: answer.statusCode, headers: answer.headers, body: answer.body, url };
  }

  async function follow(wanted: HttpRequest): Promise<HttpAnswer> {
    let { url } = wanted;
    for (let redirects = 0; redirects <= REDIRECTS; redirects += 1) {
      const problem = hostProblem(url.hostname);
      if (problem !== undefined) throw new HttpError('address', `${url.host} ${problem}`);
      const answer = await once(wanted, url);
      const { location } = answer.headers;
      if (!isRedirect(answer.status) || location === undefined) return answer;
      answer.body.destroy();
      const to = redirected(url, location);
      if (!mayRepeat(wanted, answer, to)) {
        throw new HttpError(
          'redirect',
          'the server redirects a request that writes; name its present address',
        );
      }
      url = to;
    }
    throw new HttpError('redirect', `the server redirects more than ${REDIRECTS} times`);
  }

  return {
    async request(wanted) {
      try {
        return await follow(wanted);
      } catch (error) {
        throw asHttpError(error);
      }
    },
    close: () => agents.close(),
  };
}

/** The answer if it is one of success; its status as an {@link HttpError} otherwise. */
export function successful(answer: HttpAnswer, now: number = Date.now()): HttpAnswer {
  const { status, headers, body } = answer;
  if (status >= 200 && status < 300) return answer;
  body.destroy();
  const detail = { status, retryAfterMs: retryAfter(headers['retry-after'], now) };
  throw new HttpError('status', `the server answers HTTP ${status}`, detail);
}

/** What connects, for each proxy with each TLS material. */
function createAgents() {
  const agents = new Map<string, Dispatcher>();
  return {
    of({ tls, proxy }: Pick<HttpRequest, 'tls' | 'proxy'>): Dispatcher {
      const key = `${tls?.fingerprint ?? ''} ${proxy?.fingerprint ?? ''}`;
      const agent = agents.get(key) ?? createAgent(tls, proxy);
      // The least recently used goes first.
      agents.delete(key);
      agents.set(key, agent);
      const [oldest] = agents.keys();
      if (agents.size > KEPT_AGENTS && oldest !== undefined) {
        void agents.get(oldest)?.close();
        agents.delete(oldest);
      }
      return agent;
    },
    async close(): Promise<void> {
      await Promise.all([...agents.values()].map((agent) => agent.destroy()));
    },
  };
}

function createAgent(tls: TlsAccess | undefined, proxy: ProxyAccess | undefined): Dispatcher {
  const secure = tls ? { secureContext: tls.context } : {};
  const connect = { timeout: CONNECT_MS, lookup: guardedLookup, ...secure };
  const bounds = { headersTimeout: HEADERS_MS, bodyTimeout: IDLE_MS, keepAliveTimeout: 4000 };
  if (!proxy) return new Agent({ connect, ...bounds });
  return new ProxyAgent({
    uri: proxy.url.href,
    ...(proxy.token !== undefined && { token: proxy.token }),
    proxyTls: connect,
    requestTls: { timeout: CONNECT_MS, ...secure },
    ...bounds,
  });
}

function isRedirect(status: number): boolean {
  return [301, 302, 303, 307, 308].includes(status);
}

/** Only 307 and 308 keep method and body; another host would get what was meant for this one. */
function mayRepeat({ method = 'GET' }: HttpRequest, { status, url }: HttpAnswer, to: URL): boolean {
  if (method === 'GET' || method === 'HEAD') return true;
  return (status === 307 || status === 308) && to.origin === url.origin;
}

function redirected(from: URL, location: string): URL {
  if (!URL.canParse(location, from.href)) throw new HttpError('redirect', 'the server redirects to no URL');
  const to = new URL(location, from);
  if (!/^https?:$/.test(to.protocol)) {
    throw new HttpError('redirect', 'the server redirects to an address that is not http or https');
  }
  if (from.protocol === 'https:' && to.protocol === 'http:') {
    throw new HttpError('redirect', 'the server redirects from https to http');
  }
  to.username = '';
  to.password = '';
  return to;
}
