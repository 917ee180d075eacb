import { existsSync, mkdirSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { git } from './git.ts';
import { serveGit } from './git-http-backend.ts';

export interface GitServerOptions {
  /** Holds the bare repositories. */
  readonly root: string;
  readonly port?: number | undefined;
  /** What a request must show; without it everybody may read and push. */
  readonly auth?:
    | { readonly username: string; readonly password: string }
    | { readonly token: string }
    | undefined;
  readonly tls?: ServerOptions | undefined;
  /** Called after each push, as a hosting service calls a webhook. */
  readonly onPush?: (() => void) | undefined;
}

/** What a server does to a request instead of answering it: closes the connection, answers a status, or answers late. */
export type Fault = 'drop' | number | { readonly delayMs: number } | undefined;

export interface GitRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
}

export interface GitServer {
  readonly url: string;
  /** Makes an empty bare repository, or finds the one that is there; `name` may hold slashes. */
  createRepository(name: string): Promise<{ readonly url: string; readonly path: string }>;
  /** Every request since the start or the last clear, oldest first. */
  readonly requests: readonly GitRequest[];
  clearRequests(): void;
  /** Asked before each request, which waits for its answer, until it is set again. */
  setFault(fault: ((request: GitRequest) => Fault | Promise<Fault>) | undefined): void;
  stop(): Promise<void>;
}

const KEPT_REQUESTS = 10_000;

/** Starts a git server over HTTP(S) on loopback that takes pushes and serves any commit by its SHA. */
export async function startGitServer(options: GitServerOptions): Promise<GitServer> {
  const { root } = options;
  mkdirSync(root, { recursive: true });
  const requests: GitRequest[] = [];
  let fault: ((request: GitRequest) => Fault | Promise<Fault>) | undefined;

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const seen = { method: request.method ?? 'GET', path: request.url ?? '/' };
    requests.push(seen);
    if (requests.length > KEPT_REQUESTS) requests.shift();
    const broken = await fault?.(seen);
    if (broken === 'drop') return void request.destroy();
    if (typeof broken === 'number') return void response.writeHead(broken).end();
    if (broken) await sleep(broken.delayMs);
    if (isAllowed(request, options.auth)) {
      if (options.onPush && isPush(seen)) response.once('finish', options.onPush);
      return serveGit(root, 'pawl', request, response);
    }
    response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="git"' }).end('authentication required\n');
  };
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    answer(request, response).catch(() => response.destroy());
  };
  const server = options.tls ? createTlsServer(options.tls, listener) : createServer(listener);
  await listen(server, options.port ?? 0);
  const { port } = server.address() as AddressInfo;
  const url = `${options.tls ? 'https' : 'http'}://127.0.0.1:${port}`;

  return {
    url,
    requests,
    clearRequests: () => requests.splice(0),
    setFault: (next) => (fault = next),
    createRepository: async (name) => ({ url: `${url}/${name}`, path: await createBare(join(root, name)) }),
    stop: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

function isPush({ method, path }: GitRequest): boolean {
  return method === 'POST' && path.endsWith('/git-receive-pack');
}

function isAllowed(request: IncomingMessage, auth: GitServerOptions['auth']): boolean {
  if (!auth) return true;
  const wanted =
    'token' in auth
      ? `Bearer ${auth.token}`
      : `Basic ${Buffer.from(`${auth.username}:${auth.password}`).toString('base64')}`;
  return request.headers.authorization === wanted;
}

async function createBare(path: string): Promise<string> {
  if (existsSync(join(path, 'HEAD'))) return path;
  mkdirSync(path, { recursive: true });
  await git(path, 'init', '--quiet', '--bare', '--initial-branch', 'main');
  const settings = {
    'http.receivepack': 'true',
    'uploadpack.allowAnySHA1InWant': 'true',
    'uploadpack.allowFilter': 'true',
    // Clean-up in the background would still write while a test removes its folder.
    'gc.auto': '0',
    'receive.autogc': 'false',
  };
  for (const [key, value] of Object.entries(settings)) await git(path, 'config', key, value);
  return path;
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((done, failed) => {
    server.once('error', failed);
    server.listen(port, '127.0.0.1', () => done());
  });
}
