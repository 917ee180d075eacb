import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { FluxEvent } from '../../activities/notify/event.ts';
import type { KubeObject } from '../../api/kube-object.ts';

/** Somebody who is told of events. */
export interface Sink {
  readonly url: string;
  close(): Promise<void>;
}

export async function startSink(port: number, onEvent: (event: FluxEvent) => void): Promise<Sink> {
  const server = createServer((request, response) => {
    text(request)
      .then((body) => onEvent(JSON.parse(body) as FluxEvent))
      .then(
        () => response.writeHead(200).end(),
        () => response.writeHead(400).end(),
      );
  });
  const { promise: listening, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(port, '127.0.0.1', resolve);
  await listening;
  const { port: bound } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${bound}/`,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

const NOTIFICATIONS = 'notification.toolkit.fluxcd.io/v1beta3';
const NAMESPACE = 'flux-system';

/** What tells the sink, and of what: everything but passes without a change and waits that are short. */
export function alertOf(url: string): readonly KubeObject[] {
  const source = (kind: string, namespace: string) => ({ kind, namespace, name: '*' });
  return [
    {
      apiVersion: NOTIFICATIONS,
      kind: 'Provider',
      metadata: { name: 'sink', namespace: NAMESPACE },
      spec: { type: 'generic', address: url },
    },
    {
      apiVersion: NOTIFICATIONS,
      kind: 'Alert',
      metadata: { name: 'home', namespace: NAMESPACE },
      spec: {
        providerRef: { name: 'sink' },
        eventSources: [
          source('GitRepository', NAMESPACE),
          source('Kustomization', NAMESPACE),
          source('HelmRelease', 'apps'),
          source('ImagePolicy', 'apps'),
          source('ImageUpdateAutomation', 'apps'),
        ],
        exclusionList: ['^Reconciliation finished', '^Dependencies do not meet'],
      },
    },
  ];
}
