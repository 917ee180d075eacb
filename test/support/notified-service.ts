import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { createHttpClient } from '../../activities/fetch/http/client.ts';
import type { Delivery, Recipient, SenderDeps } from '../../activities/notify/contract.ts';
import type { FluxEvent } from '../../activities/notify/event.ts';
import { SENDERS } from '../../activities/notify/senders.ts';
import type { ProviderType } from '../../api/provider.ts';

export interface ToldRequest {
  /** Where it was meant for: the origin, the path and the query. */
  readonly to: string;
  readonly method: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface NotifiedService extends AsyncDisposable {
  readonly requests: ToldRequest[];
  /** Its client brings every request here, whichever host that names. */
  readonly deps: SenderDeps;
  /** How the next requests are answered; 200 with an empty body at first. */
  answer: (response: ServerResponse, request: ToldRequest) => void;
}

/** A server on loopback that takes the place of every service and records what it is told. */
export async function startNotifiedService(): Promise<NotifiedService> {
  const http = createHttpClient();
  const requests: ToldRequest[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const { 'x-meant-for': to, ...headers } = request.headers;
      const told = { to: String(to), method: request.method, headers, body };
      requests.push(told);
      service.answer(response, told);
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const service: NotifiedService = {
    requests,
    deps: {
      http: {
        request: ({ authorization, ...wanted }) =>
          http.request({
            ...wanted,
            url: new URL(wanted.url.pathname + wanted.url.search, base),
            headers: { ...wanted.headers, 'X-Meant-For': wanted.url.href },
            // One that was meant for another origin stays so.
            ...(authorization && {
              authorization: {
                ...authorization,
                origin: authorization.origin === wanted.url.origin ? base : authorization.origin,
              },
            }),
          }),
        close: () => http.close(),
      },
    },
    answer: (response) => void response.end(),
    async [Symbol.asyncDispose]() {
      await http.close();
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
  return service;
}

/** Answers with a status, a body and headers. */
export function answering(status: number, body = '', headers: Record<string, string> = {}) {
  return (response: ServerResponse) => void response.writeHead(status, headers).end(body);
}

const INFO: FluxEvent = {
  involvedObject: {
    kind: 'Kustomization',
    namespace: 'flux-system',
    name: 'apps',
    uid: 'b5f5c3a8-5c6e-4d2a-9f55-6f1c7f3c2a11',
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    resourceVersion: '42',
  },
  severity: 'info',
  timestamp: '2026-02-03T04:05:06Z',
  message: 'Reconciliation finished in 1.2s\nnext run in 10m0s',
  reason: 'ReconciliationSucceeded',
  metadata: { revision: 'main@sha1:1a2b3c', env: 'prod', summary: 'Europe: west' },
  reportingController: 'kustomize-controller',
  reportingInstance: 'kustomize-controller-0',
};

/** An event of success with metadata, or of failure, with fields of one's own. */
export function eventOf(severity: 'info' | 'error', own: Partial<FluxEvent> = {}): FluxEvent {
  if (severity === 'info') return { ...INFO, ...own };
  const error = { severity, reason: 'HealthCheckFailed', message: 'timeout waiting for: [Deployment/web]' };
  return { ...INFO, ...error, ...own };
}

/** A delivery of an event to a recipient; fields that are not given are empty. */
export function deliveryOf(
  type: ProviderType,
  recipient: Partial<Recipient>,
  event: FluxEvent = eventOf('info'),
  own: Partial<Delivery> = {},
): Delivery {
  return {
    event,
    recipient: {
      type,
      name: 'team',
      namespace: 'apps',
      uid: '0d0c4c2e-7f4d-4a52-8f40-2f6d0a1f9f10',
      address: '',
      channel: '',
      username: '',
      password: '',
      token: '',
      headers: {},
      secret: {},
      tls: undefined,
      proxy: undefined,
      ...recipient,
    },
    alert: { name: 'all', namespace: 'apps', uid: '7c0a1f35-53b5-4a0f-9c35-9df2c0f0f0a1' },
    key: 'key-1',
    signal: AbortSignal.timeout(10_000),
    ...own,
  };
}

export interface ToldService {
  /** Sends one event and answers what it made of it. */
  readonly send: (
    type: ProviderType,
    recipient: Partial<Recipient>,
    event: FluxEvent,
    own?: Partial<Delivery>,
  ) => Promise<ToldRequest[]>;
  /** The same of what becomes one request, its body read when that is JSON. */
  readonly tell: (
    type: ProviderType,
    recipient: Partial<Recipient>,
    event: FluxEvent,
    own?: Partial<Delivery>,
  ) => Promise<ToldRequest & { readonly json: unknown }>;
  /** The body of every answer; they are empty without it. */
  body: string;
}

/** For the tests of a file: a service that is content with everything. */
export function useNotifiedService(): ToldService {
  let service: NotifiedService | undefined;
  beforeAll(async () => {
    service = await startNotifiedService();
    service.answer = (response) => void response.end(told.body);
  });
  afterAll(() => service?.[Symbol.asyncDispose]());
  beforeEach(() => {
    told.body = '';
  });
  const told: ToldService = {
    body: '',
    async send(type, recipient, event, own) {
      const sender = SENDERS[type];
      if (!service || !sender) throw new Error(`no sender for ${type}`);
      service.requests.length = 0;
      await sender(service.deps, deliveryOf(type, recipient, event, own));
      return [...service.requests];
    },
    async tell(...delivery) {
      const requests = await told.send(...delivery);
      const [first] = requests;
      if (!first || requests.length !== 1) throw new Error(`${requests.length} requests`);
      const isJson = /^[{[]/.test(first.body) && !first.body.includes('}\n{');
      return { ...first, json: isJson ? JSON.parse(first.body) : undefined };
    },
  };
  return told;
}
