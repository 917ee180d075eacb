import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { isOutage, KubeError, type StatusBody } from '../../kube/errors.ts';

/** Answers with a `metav1.Status`, as helm reads the reasons of an API server. */
export function refuse(response: ServerResponse, code: number, message: string): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const reason = REASONS[code] ?? 'Unknown';
  const body = { kind: 'Status', apiVersion: 'v1', status: 'Failure', message, reason, code };
  response.writeHead(code, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
}

const REASONS: Readonly<Record<number, string>> = {
  401: 'Unauthorized',
  403: 'Forbidden',
  405: 'MethodNotAllowed',
  413: 'RequestEntityTooLarge',
  503: 'ServiceUnavailable',
};

// Whatever else helm says about itself, its connection or whom it would be is ours to say.
const ONWARD = ['accept', 'accept-encoding', 'content-type', 'content-length', 'if-none-match'];
const BACK = [
  'content-type',
  'content-encoding',
  'content-length',
  'cache-control',
  'etag',
  'last-modified',
  'retry-after',
  'vary',
  'warning',
];

export function onwardHeaders({ headers }: IncomingMessage): Record<string, string> {
  return pick(headers, ONWARD);
}

export function backHeaders(headers: IncomingMessage['headers']): Record<string, string> {
  return pick(headers, BACK);
}

/** What an answer says of an API server, or a webhook of it, that could not answer; undefined when it is a verdict. */
export function outageOf(status: number, text: string): string | undefined {
  const error = new KubeError(status, statusBody(text));
  return isOutage(error) ? error.message : undefined;
}

function statusBody(text: string): StatusBody {
  try {
    return JSON.parse(text) as StatusBody;
  } catch {
    return { message: text.trim() };
  }
}

function pick(headers: IncomingMessage['headers'], names: readonly string[]): Record<string, string> {
  const picked: Record<string, string> = {};
  for (const name of names) {
    const value = headers[name];
    // Several warnings may stand in one header as well.
    if (value !== undefined) picked[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return picked;
}

/** A body is longer than its receiver takes; in the words of an API server. */
export class TooLargeError extends Error {
  constructor(limit: number) {
    super(`Request entity too large: limit is ${limit}`);
    this.name = 'TooLargeError';
  }
}

/** All of a body. Throws TooLargeError, after its end: whoever cannot send it to the end hears no answer. */
export async function wholeBody(body: Readable, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += (chunk as Buffer).length;
    if (bytes <= maxBytes) chunks.push(chunk as Buffer);
    else chunks.length = 0;
  }
  if (bytes > maxBytes) throw new TooLargeError(maxBytes);
  return Buffer.concat(chunks);
}
