import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { loadKubeAccess } from '../../activities/kube/config.ts';
import { temporaryFolder } from './harness.ts';
import type { StackAddresses } from './stack.ts';

export interface ApiRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
}

/** What happens to a request instead of, or before, being passed on. */
export type ApiFault =
  | undefined
  /** The connection breaks. */
  | 'drop'
  | { readonly delayMs: number }
  /** It is held back until then. */
  | { readonly until: Promise<void> }
  /** It has its effect at once, and the answer takes this long. */
  | { readonly answerDelayMs: number }
  | { readonly status: number; readonly retryAfter?: number };

/** A way to the API server that a test can make slow, busy or impassable. */
export interface ApiFront {
  /** Leads workers this way. */
  readonly kubeconfig: string;
  /** All that came, oldest first. */
  readonly requests: readonly ApiRequest[];
  /** Asked before each request, until it is set again. */
  setFault(fault: ((request: ApiRequest) => ApiFault) | undefined): void;
  /** Breaks what is open, watches too. */
  cut(): void;
}

/** A front for the running test, closed with it. */
export async function apiFront(stack: StackAddresses): Promise<ApiFront> {
  const access = loadKubeAccess({ kubeconfig: stack.kubeconfig });
  const agent = new Agent({ ...access.tls, keepAlive: true });
  const requests: ApiRequest[] = [];
  let fault: ((request: ApiRequest) => ApiFault) | undefined;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const seen = { method: request.method ?? 'GET', path: request.url ?? '/' };
    requests.push(seen);
    const broken = fault?.(seen);
    if (broken === 'drop') return void request.destroy();
    if (broken && 'status' in broken) {
      const { status, retryAfter } = broken;
      const headers = retryAfter === undefined ? {} : { 'Retry-After': String(retryAfter) };
      request.resume();
      return void response.writeHead(status, headers).end('{"kind":"Status","message":"not now"}');
    }
    if (broken) await heldBack(broken);
    passOn(request, response, broken && 'answerDelayMs' in broken ? broken.answerDelayMs : 0);
  }

  function passOn(request: IncomingMessage, response: ServerResponse, answerDelayMs: number): void {
    const { method, headers } = request;
    const onward = httpsRequest(
      new URL(request.url ?? '/', access.server),
      { method, headers, agent },
      (reply) => {
        const giveBack = () => {
          response.writeHead(reply.statusCode ?? 502, reply.headers);
          // A watch must not wait for its first event to be seen as open.
          response.flushHeaders();
          reply.on('error', () => response.destroy()).pipe(response);
        };
        if (answerDelayMs > 0) setTimeout(giveBack, answerDelayMs);
        else giveBack();
      },
    );
    onward.on('error', () => response.destroy());
    response.on('close', () => onward.destroy());
    request.pipe(onward);
  }

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
    agent.destroy();
  });
  return {
    kubeconfig: kubeconfigFor(stack.kubeconfig, `http://127.0.0.1:${port}`),
    requests,
    setFault: (next) => (fault = next),
    cut: () => server.closeAllConnections(),
  };
}

/** The same user by another way; kubeconfigs of the embedded control plane are JSON. */
function kubeconfigFor(original: string, server: string): string {
  const config = JSON.parse(readFileSync(original, 'utf8')) as { clusters: { cluster: object }[] };
  // Tokens go over plain HTTP only where this is said.
  for (const entry of config.clusters) entry.cluster = { server, 'insecure-skip-tls-verify': true };
  const file = join(temporaryFolder(), 'kubeconfig');
  writeFileSync(file, JSON.stringify(config));
  return file;
}

/** Whether a request changes a ConfigMap for good. */
export function isMapWrite({ method, path }: ApiRequest): boolean {
  return method !== 'GET' && /\/configmaps\//.test(path) && !path.includes('dryRun=');
}

async function heldBack(fault: Exclude<ApiFault, undefined | string>): Promise<void> {
  if ('delayMs' in fault) await sleep(fault.delayMs);
  if ('until' in fault) await fault.until;
}
