import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { basename, dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '../../tools/git-server.ts';
import { type PackageOptions, packageChart } from './charts.ts';
import { helm } from './helm.ts';

export interface ChartServerOptions {
  /** Holds what is served. */
  readonly root: string;
  /** The path below which the repository is, such as `/charts`; at the top when empty. */
  readonly path?: string;
  /** What a request must show; without it everybody may read. */
  readonly auth?: { readonly username: string; readonly password: string };
  readonly tls?: ServerOptions;
  /** The address that the index gives charts; by default they have none but their file's name. */
  readonly chartsAt?: string;
}

export interface ChartRequest {
  /** With the query. */
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
}

/** A chart repository over HTTP(S) on loopback, with an index that the plain helm makes after each change. */
export interface ChartServer extends AsyncDisposable {
  /** For `spec.url` of a HelmRepository. */
  readonly url: string;
  /** Every request since the start or the last clear, oldest first. */
  readonly requests: readonly ChartRequest[];
  clearRequests(): void;
  /** Packs a chart of the set and adds it. */
  publish(chart: string, options?: PackageOptions): Promise<void>;
  /** Adds several at the cost of one index. */
  publishAll(packages: readonly string[]): Promise<void>;
  /** Takes `<name>-<version>.tgz` away again. */
  unpublish(name: string, version: string): Promise<void>;
  /** Serves anything at a path; an index.yaml stands until the next change of charts. `undefined` removes it. */
  put(path: string, content: string | Buffer | undefined): void;
  /** Asked before each request, until it is set again. */
  setFault(fault: ((request: ChartRequest) => Fault) | undefined): void;
}

/** Starts an empty repository: it has no index before something is published. */
export async function startChartServer(options: ChartServerOptions): Promise<ChartServer> {
  const { root, path = '', tls, auth } = options;
  const folder = join(root, path);
  mkdirSync(folder, { recursive: true });
  const requests: ChartRequest[] = [];
  let fault: ((request: ChartRequest) => Fault) | undefined;

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const seen = { path: request.url ?? '/', headers: request.headers };
    requests.push(seen);
    const broken = fault?.(seen);
    if (broken === 'drop') return void request.destroy();
    if (typeof broken === 'number') return void response.writeHead(broken).end();
    if (broken) await sleep(broken.delayMs);
    if (isAllowed(request, auth)) return serveFile(root, request, response);
    response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="charts"' }).end('who are you?\n');
  };
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    answer(request, response).catch(() => response.destroy());
  };
  const server = tls ? createTlsServer(tls, listener) : createServer(listener);
  const url = `${tls ? 'https' : 'http'}://127.0.0.1:${await listen(server)}${path}`;
  const at = options.chartsAt === undefined ? [] : ['--url', options.chartsAt];
  const index = async () => void (await helm(['repo', 'index', folder, ...at]));
  const publishAll = async (packages: readonly string[]): Promise<void> => {
    for (const file of packages) copyFileSync(file, join(folder, basename(file)));
    await index();
  };

  return {
    url,
    requests,
    clearRequests: () => requests.splice(0),
    publish: async (chart, change) => publishAll([await packageChart(chart, change)]),
    publishAll,
    unpublish: async (name, version) => {
      rmSync(join(folder, `${name}-${version}.tgz`));
      await index();
    },
    put: (file, content) => place(join(folder, file), content),
    setFault: (next) => (fault = next),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

function place(file: string, content: string | Buffer | undefined): void {
  mkdirSync(dirname(file), { recursive: true });
  if (content === undefined) rmSync(file);
  else writeFileSync(file, content);
}

function isAllowed({ headers }: IncomingMessage, auth: ChartServerOptions['auth']): boolean {
  if (!auth) return true;
  const word = Buffer.from(`${auth.username}:${auth.password}`).toString('base64');
  return headers.authorization === `Basic ${word}`;
}

/** As file servers do: with a tag of the content and its time, and 304 for those who have it. */
function serveFile(root: string, request: IncomingMessage, response: ServerResponse): void {
  const { pathname } = new URL(request.url ?? '/', 'http://server');
  const file = resolve(root, `.${decodeURIComponent(pathname)}`);
  if (!file.startsWith(`${root}/`) || !statSync(file, { throwIfNoEntry: false })?.isFile()) {
    return void response.writeHead(404).end('not here\n');
  }
  const content = readFileSync(file);
  const tag = `"${createHash('sha256').update(content).digest('hex').slice(0, 16)}"`;
  const headers = { ETag: tag, 'Last-Modified': statSync(file).mtime.toUTCString() };
  if (request.headers['if-none-match'] === tag) return void response.writeHead(304, headers).end();
  response.writeHead(200, { ...headers, 'Content-Length': content.length }).end(content);
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return (server.address() as AddressInfo).port;
}

/** The certificates of the tests by file name, for servers and for Secrets. */
export function testCertificates(): Readonly<Record<string, Buffer>> {
  const folder = join(import.meta.dirname, 'tls');
  return Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))]));
}
