import type { KubeObject } from '../../api/kube-object.ts';

const COMMIT = '6a1b2c3d4e5f60718293a4b5c6d7e8f901234567';
const TIME = '2026-01-02T03:04:05Z';
const DIGEST = `sha256:${'9'.repeat(64)}`;

/** One of each case that commands about image automation tell apart, all in the namespaces `images` and `other`. */
export function imageObjects(): readonly KubeObject[] {
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'images' } },
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'other' } },
    ...repositories(),
    ...policies(),
    ...automations(),
    gitRepository(),
    kustomization(),
    event('ImageRepository', '2999-01-01T00:00:00Z'),
    event('ImagePolicy', '2999-01-01T00:01:00Z'),
    event('ImageUpdateAutomation', '2999-01-01T00:02:00Z'),
  ];
}

// Of a time to come: how long ago it was is told in the same words for ever.
function event(kind: string, time: string): KubeObject {
  const involvedObject = { kind, name: 'web', namespace: 'images' };
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { namespace: 'images', name: `web.${kind.toLowerCase()}` },
    involvedObject,
    type: 'Normal',
    reason: 'Succeeded',
    message: `of the ${kind}`,
    count: 1,
    firstTimestamp: time,
    lastTimestamp: time,
  };
}

function ready(message: string, status = 'True', reason = 'Succeeded') {
  const condition = { type: 'Ready', status, reason, message, lastTransitionTime: TIME };
  return [{ ...condition, observedGeneration: 1 }];
}

interface Fields {
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly spec: object;
  readonly status?: object;
}

function image(kind: string, name: string, { namespace = 'images', labels, spec, status }: Fields) {
  const metadata = { namespace, name, ...(labels && { labels }) };
  return {
    apiVersion: 'image.toolkit.fluxcd.io/v1',
    kind,
    metadata,
    spec,
    ...(status && { status }),
  };
}

function repositories(): readonly KubeObject[] {
  const interval = '5m0s';
  const lastScanResult = { revision: '12', tagCount: 12, scanTime: TIME, latestTags: ['1.2.0', '1.1.0'] };
  return [
    image('ImageRepository', 'web', {
      labels: { team: 'web' },
      spec: { image: 'ghcr.io/example/web', interval, secretRef: { name: 'login' } },
      status: {
        canonicalImageName: 'ghcr.io/example/web',
        lastScanResult,
        conditions: ready('successful scan: found 12 tags'),
      },
    }),
    image('ImageRepository', 'broken', {
      spec: { image: 'ghcr.io/example/gone', interval, timeout: '30s', exclusionList: ['^dev-'] },
      status: { conditions: ready(`scan failed at ${COMMIT}:\nnot found`, 'False', 'ReadOperationFailed') },
    }),
    image('ImageRepository', 'asleep', {
      namespace: 'other',
      spec: { image: 'example', interval, suspend: true, accessFrom: { namespaceSelectors: [{}] } },
      status: { lastScanResult, conditions: ready('successful scan: found 12 tags') },
    }),
    image('ImageRepository', 'new', { spec: { image: 'example/new', interval } }),
  ];
}

function policies(): readonly KubeObject[] {
  const imageRepositoryRef = { name: 'web' };
  return [
    image('ImagePolicy', 'web', {
      labels: {
        'kustomize.toolkit.fluxcd.io/name': 'all',
        'kustomize.toolkit.fluxcd.io/namespace': 'images',
      },
      spec: {
        imageRepositoryRef: { ...imageRepositoryRef, namespace: 'images' },
        policy: { semver: { range: '>=1.0.0 <2.0.0' } },
        digestReflectionPolicy: 'Always',
        interval: '10m0s',
      },
      status: {
        latestRef: { name: 'ghcr.io/example/web', tag: '1.2.0', digest: DIGEST },
        conditions: ready('Latest image tag for ghcr.io/example/web resolved to 1.2.0'),
      },
    }),
    image('ImagePolicy', 'builds', {
      spec: {
        imageRepositoryRef,
        policy: { numerical: { order: 'asc' } },
        filterTags: { pattern: '^main-(?P<ts>.*)', extract: '$ts' },
        suspend: true,
      },
      status: { conditions: ready('version list argument cannot be empty', 'False', 'Failed') },
    }),
    image('ImagePolicy', 'new', {
      namespace: 'other',
      spec: { imageRepositoryRef, policy: { alphabetical: { order: 'desc' } } },
    }),
  ];
}

function automations(): readonly KubeObject[] {
  const sourceRef = { kind: 'GitRepository', name: 'images' };
  const commit = { author: { name: 'pawl', email: 'pawl@example.com' } };
  const git = { checkout: { ref: { branch: 'main' } }, commit };
  return [
    image('ImageUpdateAutomation', 'all', {
      spec: { interval: '30m0s', sourceRef, git: { ...git, push: { branch: 'updates' } } },
      status: {
        lastAutomationRunTime: TIME,
        lastPushCommit: COMMIT,
        lastPushTime: TIME,
        conditions: ready(`repository up-to-date, last ${COMMIT}`),
      },
    }),
    image('ImageUpdateAutomation', 'paused', {
      spec: {
        interval: '30m0s',
        sourceRef: { ...sourceRef, namespace: 'other' },
        git,
        suspend: true,
        update: { path: './apps', strategy: 'Setters' },
        policySelector: { matchLabels: { team: 'web' } },
      },
      status: { conditions: ready('failed to push', 'False', 'GitOperationFailed') },
    }),
    image('ImageUpdateAutomation', 'new', { spec: { interval: '1h0m0s', sourceRef } }),
  ];
}

function gitRepository(): KubeObject {
  return {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'GitRepository',
    metadata: { namespace: 'images', name: 'images' },
    spec: { interval: '1m0s', url: 'https://git.example.com/images', ref: { branch: 'main' } },
    status: { conditions: ready('authentication required', 'False', 'GitOperationFailed') },
  };
}

function kustomization(): KubeObject {
  const entry = (kind: string, name: string) => ({
    id: `images_${name}_image.toolkit.fluxcd.io_${kind}`,
    v: 'v1',
  });
  return {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { namespace: 'images', name: 'all' },
    spec: {
      interval: '10m0s',
      path: './images',
      prune: true,
      sourceRef: { kind: 'GitRepository', name: 'images' },
    },
    status: {
      conditions: ready(`Applied revision: main@sha1:${COMMIT}`),
      lastAppliedRevision: `main@sha1:${COMMIT}`,
      inventory: {
        entries: [
          entry('ImageRepository', 'web'),
          entry('ImagePolicy', 'web'),
          entry('ImageUpdateAutomation', 'all'),
        ],
      },
    },
  };
}
