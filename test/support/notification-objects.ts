import type { KubeObject } from '../../api/kube-object.ts';

const TIME = '2026-01-02T03:04:05Z';
const PATH = `/hook/${'9'.repeat(64)}`;

/** One of each case that commands about notifications tell apart, all in the namespaces `told` and `other`. */
export function notificationObjects(): readonly KubeObject[] {
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'told' } },
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'other' } },
    receiver('github', {
      spec: { ...GITHUB, resources: [{ kind: 'GitRepository', name: 'web', namespace: 'other' }] },
      status: { conditions: ready(`Receiver initialized for path: ${PATH}`), webhookPath: PATH },
    }),
    receiver('broken', {
      spec: { ...GITHUB, events: ['push'], suspend: true },
      status: { conditions: ready('failed to read token', 'False', 'TokenNotFound') },
    }),
    receiver('new', { spec: GITHUB }),
    provider('chat', 'told', { type: 'slack', channel: 'general', secretRef: { name: 'chat' } }),
    provider('quiet', 'other', { type: 'generic', address: 'https://example.com', suspend: true }),
    alert('apps', 'told', {
      providerRef: { name: 'chat' },
      eventSeverity: 'error',
      eventSources: [
        { kind: 'Kustomization', name: '*' },
        { kind: 'HelmRelease', name: '*', namespace: 'other', matchLabels: { team: 'web' } },
      ],
      exclusionList: ['^waiting'],
      eventMetadata: { cluster: 'home' },
    }),
    alert('asleep', 'other', {
      providerRef: { name: 'quiet' },
      eventSources: [{ kind: 'GitRepository', name: 'web' }],
      suspend: true,
    }),
    event('Alert', 'apps', '2999-01-01T00:00:00Z'),
    event('Provider', 'chat', '2999-01-01T00:01:00Z'),
    event('Receiver', 'github', '2999-01-01T00:02:00Z'),
  ];
}

const GITHUB = {
  type: 'github',
  interval: '10m0s',
  secretRef: { name: 'token' },
  resources: [{ kind: 'GitRepository', name: 'web' }],
};

function ready(message: string, status = 'True', reason = 'Succeeded') {
  const condition = { type: 'Ready', status, reason, message, lastTransitionTime: TIME };
  return [{ ...condition, observedGeneration: 1 }];
}

function receiver(name: string, { spec, status }: { spec: object; status?: object }): KubeObject {
  const apiVersion = 'notification.toolkit.fluxcd.io/v1';
  const metadata = { namespace: 'told', name };
  return { apiVersion, kind: 'Receiver', metadata, spec, ...(status && { status }) };
}

function provider(name: string, namespace: string, spec: object): KubeObject {
  const apiVersion = 'notification.toolkit.fluxcd.io/v1beta3';
  return { apiVersion, kind: 'Provider', metadata: { namespace, name }, spec };
}

function alert(name: string, namespace: string, spec: object): KubeObject {
  const apiVersion = 'notification.toolkit.fluxcd.io/v1beta3';
  return { apiVersion, kind: 'Alert', metadata: { namespace, name, labels: { team: 'web' } }, spec };
}

// Of a time to come: how long ago it was is told in the same words for ever.
function event(kind: string, name: string, time: string): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { namespace: 'told', name: `${name}.${kind.toLowerCase()}` },
    involvedObject: { kind, name, namespace: 'told' },
    type: 'Normal',
    reason: 'Succeeded',
    message: `of the ${kind}`,
    count: 1,
    firstTimestamp: time,
    lastTimestamp: time,
  };
}
