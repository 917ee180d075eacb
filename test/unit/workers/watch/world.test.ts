import { beforeEach, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../../api/kube-object.ts';
import { summarise } from '../../../../workers/watch/summary.ts';
import { World } from '../../../../workers/watch/world.ts';

const done: string[] = [];
let world: World;
beforeEach(() => {
  done.length = 0;
  world = new World({
    request: ({ ref }, { trigger }) => void done.push(`request ${ref.name} ${trigger}`),
    look: ({ ref }) => void done.push(`look ${ref.name}`),
    schedule: () => undefined,
    expect: ({ ref }) => void done.push(`expect ${ref.name}`),
    gone: ({ ref }) => void done.push(`gone ${ref.name}`),
  });
});

/** What was done since the last look. */
function reactions(): string[] {
  return done.splice(0);
}

interface State {
  readonly generation?: number;
  readonly observed?: number;
  readonly ready?: string;
  readonly reason?: string;
  readonly spec?: object;
  readonly metadata?: object;
  readonly status?: object;
}

function kustomization(name: string, state: State = {}): KubeObject {
  const { generation = 1, observed = generation, ready = 'True', reason = 'Succeeded' } = state;
  const conditions = ready === '' ? [] : [{ type: 'Ready', status: ready, reason, message: '' }];
  const status = { lastAttemptedRevision: 'r1', lastAppliedRevision: 'r1', ...state.status };
  return {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name, namespace: 'apps', uid: `uid of ${name}`, generation, ...state.metadata },
    spec: { interval: '1h', sourceRef: { kind: 'GitRepository', name: 'home' }, ...state.spec },
    status: { observedGeneration: observed, conditions, ...status },
  };
}

function source(revision: string, url = 'http://one'): KubeObject {
  return {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'GitRepository',
    metadata: { name: 'home', namespace: 'apps', uid: 'uid of home', generation: 1 },
    spec: { interval: '1m' },
    status: {
      observedGeneration: 1,
      artifact: { revision, digest: `sha256:${revision}`, url },
      conditions: [{ type: 'Ready', status: 'True', reason: 'Succeeded', message: '' }],
    },
  };
}

const waits = { ready: 'False', reason: 'DependencyNotReady', spec: { dependsOn: [{ name: 'base' }] } };

describe('the first list', () => {
  it('asks only for what is behind', () => {
    world.replace('GitRepository', [source('r2')]);
    world.replace('Kustomization', [
      kustomization('current', { status: { lastAttemptedRevision: 'r2' } }),
      kustomization('old'),
      kustomization('edited', { generation: 2, observed: 1 }),
    ]);

    expect(reactions()).toEqual(['request old Source', 'request edited Spec']);
  });

  it('has what was being worked on, or failed, looked at', () => {
    world.replace('Kustomization', [
      kustomization('cut-off', { ready: 'Unknown', reason: 'Progressing' }),
      kustomization('failed', { ready: 'False', reason: 'BuildFailed' }),
    ]);

    expect(reactions()).toEqual(['look cut-off', 'look failed']);
  });
});

it('holds what changed of a config until it knows who reads it', () => {
  const spec = { postBuild: { substituteFrom: [{ kind: 'ConfigMap', name: 'vars' }] } };

  world.configChanged('ConfigMap/apps/vars');
  world.replace('HelmRelease', []);
  world.replace('Kustomization', [kustomization('reader', { spec })]);

  expect(reactions()).toEqual(['request reader Config']);
});

describe('an event', () => {
  beforeEach(() => {
    world.replace('HelmRelease', []);
    world.replace('GitRepository', [source('r1')]);
    world.replace('Kustomization', [kustomization('app')]);
    reactions();
  });

  it('asks once for a spec, whatever the run writes into the status meanwhile', () => {
    world.upsert(kustomization('app', { generation: 2, observed: 1 }));
    world.upsert(
      kustomization('app', { generation: 2, observed: 1, ready: 'Unknown', reason: 'Progressing' }),
    );

    expect(reactions()).toEqual(['request app Spec']);
  });

  it('of a source asks its dependants, those first that others wait for', () => {
    world.upsert(kustomization('aaa', { spec: { dependsOn: [{ name: 'app' }] } }));
    reactions();

    world.upsert(source('r2'));

    expect(reactions()).toEqual(['request app Source', 'request aaa Source']);
  });

  it('of a source that gets its artifact and is ready by it asks once', () => {
    const waiting = {
      ready: 'False',
      reason: 'SourceNotReady',
      status: { lastAttemptedRevision: undefined },
    };
    world.replace('GitRepository', [{ ...source('r1'), status: {} }]);
    world.replace('Kustomization', [kustomization('app', waiting)]);
    reactions();

    world.upsert(source('r1'));
    expect(reactions()).toEqual(['request app Source']);

    // Its run may have begun before; what it says afterwards is of no news.
    world.upsert(kustomization('app', waiting));
    expect(reactions()).toEqual([]);
  });

  it('of a source that only moved wakes who could not get its artifact', () => {
    world.upsert(kustomization('lost', { ready: 'False', reason: 'ArtifactFailed' }));
    reactions();

    world.upsert(source('r1', 'http://two'));

    expect(reactions()).toEqual(['request lost Source']);
  });

  it('of a dependency that became ready wakes who waits for it', () => {
    world.upsert(kustomization('base', { ready: 'False', reason: 'BuildFailed' }));
    world.upsert(kustomization('app', waits));
    reactions();

    world.upsert(kustomization('base'));

    expect(reactions()).toEqual(['request app Dependency']);
  });

  it('of an object that goes asks for its end, and forgets it when it is gone', () => {
    const metadata = { deletionTimestamp: '2026-11-22T16:00:00Z', finalizers: ['finalizers.fluxcd.io'] };
    world.upsert(kustomization('app', { metadata }));
    world.remove(kustomization('app'));
    world.upsert(
      kustomization('app', { metadata: { uid: 'another' }, generation: 1, observed: 0, ready: '' }),
    );

    expect(reactions()).toEqual(['request app Delete', 'gone app', 'request app Spec']);
  });

  it('of a config wakes its readers, but none that rest', () => {
    const spec = { postBuild: { substituteFrom: [{ kind: 'ConfigMap', name: 'vars' }] } };
    world.upsert(kustomization('reader', { spec }));
    world.upsert(kustomization('resting', { spec: { ...spec, suspend: true } }));
    reactions();

    world.configChanged('ConfigMap/apps/vars');

    expect(reactions()).toEqual(['request reader Config']);
  });
});

describe('a later list', () => {
  it.each<{
    readonly name: string;
    readonly object: KubeObject;
    readonly first: string;
    readonly later: string;
  }>([
    {
      name: 'a spec',
      object: kustomization('app', { generation: 2, observed: 1 }),
      first: 'request app Spec',
      later: 'look app',
    },
    {
      name: 'a new object',
      object: kustomization('app', { observed: 0, ready: '', status: { lastAttemptedRevision: undefined } }),
      first: 'request app Spec',
      later: 'look app',
    },
    {
      name: 'a revision',
      object: kustomization('app', { status: { lastAttemptedRevision: 'r0' } }),
      first: 'request app Source',
      later: 'look app',
    },
    {
      name: 'a request of one that rests',
      object: kustomization('app', {
        spec: { suspend: true },
        metadata: { annotations: { 'reconcile.fluxcd.io/requestedAt': 'now' } },
      }),
      first: 'request app Request',
      later: 'request app Request',
    },
    {
      name: 'an end',
      object: kustomization('app', {
        metadata: { deletionTimestamp: '2026-11-22T16:00:00Z', finalizers: ['finalizers.fluxcd.io'] },
      }),
      first: 'request app Delete',
      later: 'request app Delete',
    },
  ])('heals what was asked and lost: $name', ({ object, first, later }) => {
    world.replace('GitRepository', [source('r1')]);
    world.replace('Kustomization', [object]);
    expect(reactions()).toEqual([first]);
    world.upsert(object);
    expect(reactions()).toEqual([]);

    world.replace('Kustomization', [object]);

    expect(reactions()).toEqual([later]);
  });

  it('leaves what is up to date alone, and tells who is gone', () => {
    world.replace('Kustomization', [kustomization('app'), kustomization('gone')]);

    world.replace('Kustomization', [kustomization('app')]);

    expect(reactions()).toEqual(['gone gone']);
    expect(world.size).toBe(1);
  });

  it('finds the dependency that became ready unseen', () => {
    world.replace('Kustomization', [
      kustomization('base', { ready: 'False', reason: 'BuildFailed' }),
      kustomization('app', waits),
    ]);
    reactions();

    world.replace('Kustomization', [kustomization('base'), kustomization('app', waits)]);

    expect(reactions()).toContain('request app Dependency');
  });

  it.each([
    { name: 'of one that rests', observed: 1, expected: ['look app'] },
    {
      name: 'of one whose rest nobody has noted yet',
      observed: 0,
      expected: ['request app Suspend', 'look app'],
    },
  ])('keeps the promise to resume $name', ({ observed, expected }) => {
    const metadata = { annotations: { 'pawl.dev/suspended-until': '2026-11-22T16:00:00Z' } };

    world.replace('Kustomization', [kustomization('app', { observed, spec: { suspend: true }, metadata })]);

    expect(reactions()).toEqual(expected);
  });
});

describe('a request whose writer signals the run itself', () => {
  const annotations = (requestedAt: string, signalledAt: string) => ({
    metadata: {
      annotations: {
        'reconcile.fluxcd.io/requestedAt': requestedAt,
        'pawl.dev/signalled-at': signalledAt,
      },
    },
  });
  const answered = { status: { lastAttemptedRevision: 'r1', lastHandledReconcileAt: 'one' } };

  it('is expected once, and not asked for', () => {
    world.upsert(kustomization('app', annotations('one', 'one')));
    world.upsert(kustomization('app', annotations('one', 'one')));

    expect(reactions()).toEqual(['expect app']);
  });

  it('is asked for when somebody else wrote a later one', () => {
    world.upsert(kustomization('app', annotations('two', 'one')));

    expect(reactions()).toEqual(['request app Request']);
  });

  it.each([
    ['unanswered until its status says so', annotations('one', 'one'), false],
    ['answered by its status', { ...annotations('one', 'one'), ...answered }, true],
    ['void after a later one', annotations('two', 'two'), true],
  ])('is %s', (_name, state, expected) => {
    const before = summarise(kustomization('app', annotations('one', 'one')));
    world.upsert(kustomization('app', state));

    expect(world.isAnswered(before)).toBe(expected);
  });

  it('is void once its object is gone', () => {
    const object = kustomization('app', annotations('one', 'one'));

    expect(world.isAnswered(summarise(object))).toBe(true);
  });
});
