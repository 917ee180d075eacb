import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { azureDevOps } from './git-host/azure-devops.ts';
import { bitbucket, bitbucketServer } from './git-host/bitbucket.ts';
import type { Dialect, HostAnswer, HostRequest, HostState } from './git-host/dialect.ts';
import { gitea } from './git-host/gitea.ts';
import { github } from './git-host/github.ts';
import { gitlab } from './git-host/gitlab.ts';

export type HostKind = 'github' | 'gitlab' | 'gitea' | 'forgejo';
export type AnyHostKind = HostKind | 'bitbucket' | 'bitbucketserver' | 'azuredevops';

const DIALECTS: Readonly<Record<AnyHostKind, Dialect>> = {
  github,
  gitlab,
  gitea,
  forgejo: gitea,
  bitbucket,
  bitbucketserver: bitbucketServer,
  azuredevops: azureDevOps,
};

export interface GitHostOptions {
  /** Such as `acme/fleet`. */
  readonly repository: string;
  readonly token: string;
  readonly tls?: ServerOptions;
  /** The whole server is below it, such as `/git`. */
  readonly below?: string;
}

/**
 * The pull requests, their comments and the statuses of commits of one repository at a git provider on loopback, with
 * memory, behind the REST API of its kind.
 */
export interface GitHost extends AsyncDisposable, Omit<HostState, 'repository'> {
  /** Of the server, with what it is below. */
  readonly url: string;
  /** For `spec.url`. */
  readonly repositoryUrl: string;
  /** Base URL of the API. */
  readonly api: string;
  /** Oldest first, those that were refused included. */
  readonly requests: readonly (HostRequest & { readonly authorization: string | undefined })[];
  /** Asked before each request: an answer is given instead of the usual one. */
  intercept(fault: ((request: HostRequest) => HostAnswer | 'drop' | undefined) | undefined): void;
  /** What the provider answers to who may not. */
  readonly words: Pick<Dialect, 'unauthorized' | 'forbidden' | 'notFound'>;
}

export async function startGitHost(
  kind: AnyHostKind,
  { repository, token, tls, below = '' }: GitHostOptions,
): Promise<GitHost> {
  const dialect = DIALECTS[kind];
  const state: HostState = {
    repository,
    pulls: [],
    merged: new Set(),
    commands: [],
    statuses: [],
    comments: [],
    dispatches: [],
    user: { login: 'pawl' },
    url: '',
  };
  const requests: (HostRequest & { readonly authorization: string | undefined })[] = [];
  let fault: ((request: HostRequest) => HostAnswer | 'drop' | undefined) | undefined;

  function answer(request: HostRequest, authorization: string | undefined): HostAnswer | 'drop' {
    const broken = fault?.(request);
    if (broken) return broken;
    if (authorization !== `${dialect.scheme} ${token}`) return { status: 401, json: dialect.unauthorized };
    return dialect.answer(state, request) ?? { status: 404, json: dialect.notFound };
  }

  async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', headers } = incoming;
    const url = new URL(incoming.url ?? '/', 'http://host');
    const root = `${below}${dialect.basePath}`;
    const body = await text(incoming);
    const content = body === '' ? {} : (JSON.parse(body) as Record<string, unknown>);
    const path = url.pathname.startsWith(`${root}/`) ? url.pathname.slice(root.length) : '';
    const request = { method, path, query: url.searchParams, content };
    requests.push({ ...request, authorization: headers.authorization });
    const found = answer(request, headers.authorization);
    if (found === 'drop') return void incoming.socket.destroy();
    const type = { 'Content-Type': 'application/json; charset=utf-8' };
    response.writeHead(found.status, { ...type, ...found.headers });
    response.end(found.json === undefined ? '' : JSON.stringify(found.json));
  }

  const listener: Parameters<typeof createServer>[1] = (request, response) => {
    serve(request, response).catch(() => response.destroy());
  };
  const server = tls ? createTlsServer(tls, listener) : createServer(listener);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  const url = `${tls ? 'https' : 'http'}://127.0.0.1:${port}${below}`;
  state.url = url;
  return Object.assign(state, {
    repositoryUrl: `${url}/${dialect.address?.(repository) ?? `${repository}.git`}`,
    api: `${url}${dialect.basePath}`,
    requests,
    words: dialect,
    intercept: (next: typeof fault) => void (fault = next),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  });
}
