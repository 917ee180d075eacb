import { expect, it } from 'vitest';
import type { KubeObject } from '../../../../api/kube-object.ts';
import { World } from '../../../../workers/watch/world.ts';
import { Trigger } from '../../../../workflows/messages.ts';

// A dependant whose run looked at its dependency a moment before that became ready, and told of it a moment
// later, waited for the requeue (30 s) or the interval instead of going on at once.

const requests: string[] = [];

function newWorld(): World {
  requests.length = 0;
  return new World({
    request: ({ ref }, { trigger }) => void requests.push(`${ref.name}: ${trigger}`),
    look: () => {},
    schedule: () => {},
    expect: () => undefined,
    gone: () => {},
  });
}

function source(revision: string): KubeObject {
  return {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'GitRepository',
    metadata: { namespace: 'flux-system', name: 'home', uid: 'home', generation: 1 },
    spec: { interval: '1m' },
    status: { observedGeneration: 1, artifact: { revision, digest: `digest of ${revision}` } },
  };
}

interface State {
  readonly applied: string;
  readonly attempted: string;
  readonly reason?: string;
}

function kustomization(name: string, { applied, attempted, reason }: State): KubeObject {
  const ready = {
    type: 'Ready',
    status: reason ? 'False' : 'True',
    reason: reason ?? 'Succeeded',
    message: '',
  };
  return {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { namespace: 'flux-system', name, uid: name, generation: 1 },
    spec: {
      interval: '10m',
      sourceRef: { kind: 'GitRepository', name: 'home' },
      ...(name === 'apps' && { dependsOn: [{ name: 'configs' }] }),
    },
    status: {
      observedGeneration: 1,
      lastAppliedRevision: applied,
      lastAttemptedRevision: attempted,
      conditions: [{ ...ready, observedGeneration: 1, lastTransitionTime: '2026-01-01T00:00:00Z' }],
    },
  };
}

const old = { applied: 'one', attempted: 'one' };
const done = { applied: 'two', attempted: 'two' };
const waiting = { applied: 'one', attempted: 'two', reason: 'DependencyNotReady' };

function pushed(): World {
  const world = newWorld();
  world.replace('GitRepository', [source('one')]);
  world.replace('Kustomization', [kustomization('configs', old), kustomization('apps', old)]);
  world.upsert(source('two'));
  requests.length = 0;
  return world;
}

it('wakes a dependant that says only afterwards that it waits, once', () => {
  const world = pushed();

  world.upsert(kustomization('configs', done));
  world.upsert(kustomization('apps', waiting));
  world.upsert(kustomization('apps', waiting));

  expect(requests).toEqual([`apps: ${Trigger.Dependency}`]);
});

it('still does after an event of the dependant that tells nothing new', () => {
  const world = pushed();

  world.upsert(kustomization('configs', done));
  world.upsert(kustomization('apps', old));
  world.upsert(kustomization('apps', waiting));

  expect(requests).toEqual([`apps: ${Trigger.Dependency}`]);
});

it('wakes nobody who was not held up', () => {
  const world = pushed();

  world.upsert(kustomization('configs', done));
  world.upsert(kustomization('apps', done));
  world.upsert(kustomization('apps', { ...done, reason: 'DependencyNotReady' }));

  expect(requests).toEqual([]);
});
