import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ServerOptions } from 'node:https';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startFileServer } from '../../tools/file-server.ts';
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

  const before = async (request: IncomingMessage, response: ServerResponse): Promise<boolean> => {
    const seen = { path: request.url ?? '/', headers: request.headers };
    requests.push(seen);
    const broken = fault?.(seen);
    if (broken === 'drop') request.destroy();
    else if (typeof broken === 'number') response.writeHead(broken).end();
    else if (broken) await sleep(broken.delayMs);
    if (broken === 'drop' || typeof broken === 'number') return true;
    if (isAllowed(request, auth)) return false;
    response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="charts"' }).end('who are you?\n');
    return true;
  };
  const server = await startFileServer({ root, tls, before });
  const url = `${server.url}${path}`;
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
    [Symbol.asyncDispose]: () => server.stop(),
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

/** The certificates of the tests by file name, for servers and for Secrets. */
export function testCertificates(): Readonly<Record<string, Buffer>> {
  const folder = join(import.meta.dirname, 'tls');
  return Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))]));
}
