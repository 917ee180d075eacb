import { request as ask, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { type Duplex, pipeline, Transform } from 'node:stream';
import { messageOf } from '../../failures.ts';
import { guardedLookup, hostProblem } from '../../fetch/http/host.ts';
import { refuse } from './answer.ts';

/** The definitions of all kinds of Kubernetes, which schemas refer to, have one or two. */
const MOST_BYTES = 16 * 1024 * 1024;
// Helm gives up after fifteen.
const LONGEST_MS = 20_000;

/**
 * Fetches for helm what the schema of a chart's values refers to by http: all that helm itself asks of anybody but the
 * gateway. No further than tenants' URLs go anywhere else: not to link-local or metadata addresses.
 */
export function fetchFor(request: IncomingMessage, response: ServerResponse): void {
  const url = URL.parse(request.url ?? '');
  if (request.method !== 'GET' || url?.protocol !== 'http:')
    return refuse(response, 405, 'helm may only GET here');
  const problem = hostProblem(url.hostname);
  if (problem !== undefined) return refuse(response, 403, `${url.host} ${problem}`);
  const options = { headers: { accept: '*/*' }, lookup: guardedLookup, timeout: LONGEST_MS };
  const onward = ask(
    { ...options, ...addressOf(url), path: url.pathname + url.search, agent: false },
    (answer) => {
      const { location } = answer.headers;
      response.writeHead(answer.statusCode ?? 502, location === undefined ? {} : { location });
      pipeline(answer, bounded(), response, () => undefined);
    },
  );
  onward.on('timeout', () => onward.destroy());
  onward.on('error', (error) => refuse(response, 503, messageOf(error)));
  response.on('close', () => onward.destroy());
  onward.end();
}

/** The same by https: bytes both ways, to an address that may be spoken to. `CONNECT host:port` is what helm asks. */
export function tunnelFor({ url: target = '' }: IncomingMessage, helm: Duplex, head: Buffer): void {
  const url = URL.parse(`https://${target}`);
  if (url === null || url.host === '' || hostProblem(url.hostname) !== undefined)
    return end(helm, '403 Forbidden');
  const onward = connect({ ...addressOf(url), lookup: guardedLookup });
  const over = setTimeout(() => onward.destroy(), LONGEST_MS);
  let isOpen = false;
  onward.once('connect', () => {
    isOpen = true;
    helm.write('HTTP/1.1 200 OK\r\n\r\n');
    onward.write(head);
    pipeline(helm, onward, () => undefined);
    pipeline(onward, bounded(), helm, () => undefined);
  });
  onward.on('error', () => (isOpen ? helm.destroy() : end(helm, '503 Service Unavailable')));
  onward.on('close', () => clearTimeout(over));
  helm.on('error', () => onward.destroy());
  helm.on('close', () => onward.destroy());
}

/** Tells who has no pass to get one. */
export function end(helm: Duplex, status: string): void {
  helm.on('error', () => undefined);
  helm.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

function addressOf({ hostname, port, protocol }: URL): { readonly host: string; readonly port: number } {
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) || (protocol === 'https:' ? 443 : 80) };
}

function bounded(): Transform {
  let bytes = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes > MOST_BYTES) done(new Error(`more than ${MOST_BYTES} bytes`));
      else done(null, chunk);
    },
  });
}
