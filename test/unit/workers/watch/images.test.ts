import { beforeEach, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../../api/kube-object.ts';
import { World } from '../../../../workers/watch/world.ts';

const done: string[] = [];
let world: World;
beforeEach(() => {
  done.length = 0;
  world = new World({
    request: ({ ref }, { trigger }) => void done.push(`${ref.name} ${trigger}`),
    look: ({ ref }) => void done.push(`${ref.name} look`),
    schedule: () => undefined,
    expect: () => undefined,
    gone: () => undefined,
  });
});

/** What was done since the last look. */
function reactions(): string[] {
  return done.splice(0).sort();
}

interface Some {
  readonly spec?: object;
  readonly status?: object;
  readonly metadata?: object;
  readonly ready?: readonly [status: string, reason: string];
}

function image(kind: string, name: string, { spec, status, metadata, ready }: Some = {}): KubeObject {
  const [value, reason] = ready ?? ['True', 'Succeeded'];
  return {
    apiVersion: 'image.toolkit.fluxcd.io/v1',
    kind,
    metadata: { name, namespace: 'apps', uid: `uid of ${name}`, generation: 1, ...metadata },
    spec: { interval: '5m', ...spec },
    status: {
      observedGeneration: 1,
      conditions: [{ type: 'Ready', status: value, reason, message: '' }],
      ...status,
    },
  };
}

const repository = (revision: string, some: Some = {}) =>
  image('ImageRepository', 'podinfo', { ...some, status: { lastScanResult: { revision, tagCount: 1 } } });

const policy = (tag: string | undefined, some: Some = {}) =>
  image('ImagePolicy', 'newest', {
    spec: { imageRepositoryRef: { name: 'podinfo' } },
    ...some,
    status: {
      observedScanRevision: 's1',
      ...(tag !== undefined && { latestRef: { name: 'podinfo', tag } }),
      ...some.status,
    },
  });

const automation = (observed: Readonly<Record<string, string>>, some: Some = {}) =>
  image('ImageUpdateAutomation', 'commits', {
    ...some,
    spec: { sourceRef: { kind: 'GitRepository', name: 'home' }, ...some.spec },
    status: {
      observedPolicies: Object.fromEntries(
        Object.entries(observed).map(([name, tag]) => [name, { name: 'podinfo', tag }]),
      ),
    },
  });

function list(...objects: readonly KubeObject[]): void {
  for (const kind of ['ImageUpdateAutomation', 'ImagePolicy', 'ImageRepository', 'GitRepository'])
    world.replace(
      kind,
      objects.filter((object) => object.kind === kind),
    );
}

describe('a policy', () => {
  it('is asked when a scan found other tags', () => {
    list(repository('s1'), policy('1'), automation({ newest: '1' }));
    expect(reactions()).toEqual([]);

    world.upsert(repository('s2'));
    expect(reactions()).toEqual(['newest Source']);

    world.upsert(repository('s2', { metadata: { resourceVersion: '7' } }));
    expect(reactions()).toEqual([]);
  });

  it('that waits is asked when the image is scanned', () => {
    list(
      policy(undefined, {
        ready: ['False', 'DependencyNotReady'],
        status: { observedScanRevision: undefined },
      }),
    );
    reactions();

    world.upsert(repository('s1'));
    expect(reactions()).toEqual(['newest Source']);
  });

  it('that was denied is asked when the image lets in others', () => {
    list(repository('s1'), policy(undefined, { ready: ['False', 'AccessDenied'] }));
    reactions();

    world.upsert(repository('s1', { metadata: { generation: 2 } }));
    expect(reactions()).toContain('newest Source');
  });

  it('that cannot choose by its spec waits for a change of that', () => {
    const stalled = [
      { type: 'Ready', status: 'False', reason: 'InvalidPolicy', message: '' },
      { type: 'Stalled', status: 'True', reason: 'InvalidPolicy', message: '' },
    ];
    list(repository('s1'), policy(undefined, { status: { conditions: stalled } }));

    world.upsert(repository('s2'));
    expect(reactions()).toEqual([]);
  });
});

describe('an automation', () => {
  it('is asked when a policy chose another image, once', () => {
    list(policy('1'), automation({ newest: '1' }));
    expect(reactions()).toEqual([]);

    world.upsert(policy('2'));
    world.upsert(policy('2', { metadata: { resourceVersion: '7' } }));
    expect(reactions()).toEqual(['commits Policy']);

    world.upsert(automation({ newest: '2' }));
    expect(reactions()).toEqual([]);
  });

  it.each<{
    readonly name: string;
    readonly observed: Record<string, string>;
    readonly asked: readonly string[];
  }>([
    { name: 'chose otherwise', observed: { newest: '1' }, asked: ['commits Policy'] },
    { name: 'is new', observed: {}, asked: ['commits Policy'] },
    { name: 'is gone', observed: { newest: '2', other: '1' }, asked: ['commits Policy'] },
    { name: 'is as it was', observed: { newest: '2' }, asked: [] },
  ])('is asked after a restart when a policy meanwhile $name', ({ observed, asked }) => {
    list(policy('2'), automation(observed));

    expect(reactions()).toEqual(asked);
  });

  it('is not compared with policies that are not listed yet', () => {
    world.replace('ImageUpdateAutomation', [automation({ newest: '1' })]);

    expect(reactions()).toEqual([]);
  });

  it('leaves policies alone that its selector does not select', () => {
    const spec = { policySelector: { matchLabels: { team: 'web' } } };
    list(policy('1'), automation({}, { spec }));
    world.upsert(policy('2'));
    expect(reactions()).toEqual([]);

    world.upsert(policy('2', { metadata: { labels: { team: 'web' } } }));
    expect(reactions()).toEqual(['commits Policy']);
  });

  it('rests while it is suspended', () => {
    list(policy('2'), automation({ newest: '1' }, { spec: { suspend: true } }));

    expect(reactions()).toEqual([]);
  });

  it('is asked when its repository moved, not for each push to it', () => {
    const repositoryOf = (generation: number, revision: string): KubeObject => ({
      apiVersion: 'source.toolkit.fluxcd.io/v1',
      kind: 'GitRepository',
      metadata: { name: 'home', namespace: 'apps', uid: 'uid of home', generation },
      spec: { interval: '1m' },
      status: {
        observedGeneration: generation,
        artifact: { revision, digest: revision, url: '' },
        conditions: [{ type: 'Ready', status: 'True', reason: 'Succeeded', message: '' }],
      },
    });
    list(automation({}), repositoryOf(1, 'r1'));

    world.upsert(repositoryOf(1, 'r2'));
    expect(reactions()).toEqual([]);
    world.upsert(repositoryOf(2, 'r2'));
    expect(reactions()).toEqual(['commits Source']);
  });
});
