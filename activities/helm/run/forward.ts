import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { messageOf } from '../../failures.ts';
import { faultPoint } from '../../fault.ts';
import type { ForwardedAnswer, ForwardedRequest, KubeClient } from '../../kube/client.ts';
import { backHeaders, onwardHeaders, outageOf, refuse, TooLargeError, wholeBody } from './answer.ts';
import { swapInObject, swapInPatch } from './managed-fields.ts';
import { isOpenApiDocument, type OpenApi } from './openapi.ts';
import { createdRecord } from './record-body.ts';
import { FIELD_MANAGER, type ReleasePlace, type Route, recordPath, route, splitQuery } from './route.ts';

interface ForwarderOptions extends ReleasePlace {
  readonly kube: KubeClient;
  readonly openApi: OpenApi;
  /** Throws when the attempt is void. */
  readonly assertMayWrite: () => void;
}

/** Serves the requests of one helm process. */
export interface Forwarder {
  serve(request: IncomingMessage, response: ServerResponse): Promise<void>;
  readonly seen: Seen;
  /** Breaks off what is open. */
  end(): void;
}

interface Seen {
  requests: number;
  /** Writes without an answer yet. */
  writing: number;
  /** When the last write was answered, on the clock of `performance.now()`. */
  wroteAt: number | undefined;
  readonly written: Set<number>;
  readonly outages: Set<string>;
  /** Aborts, with the reason, when a write was refused because the attempt is void. */
  readonly voided: AbortSignal;
}

type Method = ForwardedRequest['method'];
const METHODS: ReadonlySet<string> = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']);
// As an API server has it; what it gives may be more.
const MAX_REQUEST = 3 * 1024 * 1024;
const MAX_OBJECT = 16 * 1024 * 1024;
const MAX_OUTAGES = 20;
const JSON_TYPE = { 'Content-Type': 'application/json' };

export function createForwarder(options: ForwarderOptions): Forwarder {
  const { kube, openApi } = options;
  const ended = new AbortController();
  const writes = createWrites(options);
  const { seen } = writes;
  const note = (outage: string | undefined) => {
    if (outage !== undefined && seen.outages.size < MAX_OUTAGES) seen.outages.add(outage);
  };

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    seen.requests += 1;
    const way = route(request.method ?? '', request.url ?? '', options);
    if (!way) return refuse(response, 403, 'a helm process may not ask for this');
    if (!isMethod(request.method)) return refuse(response, 405, 'an API server knows no such method');
    const gone = new AbortController();
    // Also when helm gave up: nobody would read the answer, and a watch has no end.
    response.on('close', () => gone.abort());
    const signal = AbortSignal.any([gone.signal, ended.signal]);
    try {
      await exchange(request.method, way, { request, response, signal });
    } catch (error) {
      if (signal.aborted) return void response.destroy();
      if (error instanceof TooLargeError) return refuse(response, 413, error.message);
      note(messageOf(error));
      refuse(response, 503, messageOf(error));
    }
  }

  async function exchange(method: Method, way: Route, { request, response, signal }: Exchange) {
    if (method === 'GET' && isOpenApiDocument(way.path)) {
      const text = await openApi.read(kube, way.path, signal);
      if (text !== undefined) return void response.writeHead(200, JSON_TYPE).end(text);
    }
    const { path, body, version } = await onward(request, way, options);
    // At the last moment, since a body may take its time.
    if (method !== 'GET' && !writes.mayWrite(response)) return;
    const headers = headersFor(request, way, body);
    const given = method === 'GET' ? null : body;
    const sent = { method, path, headers, body: given, isWatch: way.isWatch, signal };
    const answer = await (method === 'GET' ? kube.forward(sent) : writes.during(() => kube.forward(sent)));
    if (method !== 'GET' && answer.status < 300) writes.note(method, version);
    // Heard here, since to helm it is only an end, and the end of its connection is what is seen afterwards.
    answer.body.on('error', (error) => signal.aborted || note(error.message));
    note(await giveBack(answer, way, { response, signal }));
  }

  return { serve, seen, end: () => ended.abort() };
}

/** What helm writes: whether it still may, while it does, and what it was. */
function createWrites({ assertMayWrite }: Pick<ForwarderOptions, 'assertMayWrite'>) {
  const voided = new AbortController();
  const seen: Seen = {
    requests: 0,
    writing: 0,
    wroteAt: undefined,
    written: new Set(),
    outages: new Set(),
    voided: voided.signal,
  };
  return {
    seen,
    async during<Answer>(write: () => Promise<Answer>): Promise<Answer> {
      seen.writing += 1;
      try {
        return await write();
      } finally {
        seen.writing -= 1;
        seen.wroteAt = performance.now();
      }
    },
    note(method: Method, version: number | undefined): void {
      if (version === undefined) return faultPoint('helm.object');
      if (method !== 'DELETE') seen.written.add(version);
      faultPoint('helm.recorded');
      if (method === 'POST') faultPoint('helm.pending');
    },
    mayWrite(response: ServerResponse): boolean {
      try {
        assertMayWrite();
        return true;
      } catch (error) {
        voided.abort(error);
        refuse(response, 403, messageOf(error));
        return false;
      }
    },
  };
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly signal: AbortSignal;
}

interface Onward {
  readonly path: string;
  readonly body: Readable | Buffer;
  readonly version?: number | undefined;
}

/** Where a request goes, with what; only bodies that may have to change, or say where they belong, are read. */
async function onward(request: IncomingMessage, way: Route, place: ReleasePlace): Promise<Onward> {
  const { path, version } = way;
  if (way.mayCreateRecord) {
    const body = await wholeBody(request, MAX_REQUEST);
    const created = createdRecord(body, place);
    if (created === undefined) return { path, body };
    const [, query] = splitQuery(path);
    return { path: `${recordPath(undefined, place)}?${query}`, body, version: created };
  }
  if (request.headers['content-type'] === 'application/json-patch+json') {
    const text = (await wholeBody(request, MAX_REQUEST)).toString();
    return { path, body: Buffer.from(swapInPatch(text)), version };
  }
  return { path, body: request, version };
}

function headersFor(request: IncomingMessage, way: Route, body: Readable | Buffer): Record<string, string> {
  const headers = onwardHeaders(request);
  if (Buffer.isBuffer(body)) headers['content-length'] = String(body.length);
  // It is looked into.
  if (way.isObjectRead) delete headers['accept-encoding'];
  // Names the manager of what is written without one.
  headers['user-agent'] = FIELD_MANAGER;
  return headers;
}

/** Answers helm; resolves to what the server said when it could not answer. */
async function giveBack(
  answer: ForwardedAnswer,
  way: Route,
  { response, signal }: Pick<Exchange, 'response' | 'signal'>,
): Promise<string | undefined> {
  const headers = backHeaders(answer.headers);
  const isFailure = answer.status >= 500 || answer.status === 429;
  const isJson = headers['content-type']?.startsWith('application/json') === true;
  if (!isFailure && !(way.isObjectRead && isJson)) {
    response.writeHead(answer.status, headers);
    // A watch must not wait for its first event to be seen as open.
    response.flushHeaders();
    await pipeline(answer.body, response, { signal });
    return undefined;
  }
  const bytes = await wholeBody(answer.body, MAX_OBJECT);
  const body = isFailure ? bytes : Buffer.from(swapInObject(bytes.toString()));
  response.writeHead(answer.status, { ...headers, 'content-length': String(body.length) }).end(body);
  return isFailure ? outageOf(answer.status, bytes.toString()) : undefined;
}

function isMethod(method: string | undefined): method is Method {
  return METHODS.has(method ?? '');
}
