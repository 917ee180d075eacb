import { expect, it } from 'vitest';
import {
  compileReadyExpr,
  type DependencyGraph,
  dependencyStatus,
  describeCycle,
  findCycle,
} from '../../../../activities/health/dependencies.ts';
import type { Kustomization } from '../../../../api/kustomization.ts';

const REVISION = 'main@sha1:b';

interface Case {
  readonly generation?: number;
  readonly observed?: number;
  readonly ready?: 'True' | 'False' | 'Unknown';
  readonly message?: string;
  readonly revision?: string;
  readonly source?: string;
  readonly sourceNamespace?: string;
  readonly suspend?: boolean;
}

function kustomization(name: string, options: Case = {}): Kustomization {
  const { generation = 1, observed = 1, ready = 'True', message = '', revision = REVISION } = options;
  return {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name, namespace: 'flux-system', uid: 'u', resourceVersion: '1', generation },
    spec: {
      interval: '1m',
      prune: true,
      force: false,
      sourceRef: {
        kind: 'GitRepository',
        name: options.source ?? 'fleet',
        ...(options.sourceNamespace && { namespace: options.sourceNamespace }),
      },
      ...(options.suspend && { suspend: true }),
    },
    status: {
      observedGeneration: observed,
      lastAppliedRevision: revision,
      conditions: [
        { type: 'Ready', status: ready, reason: 'R', message, lastTransitionTime: '2026-01-01T00:00:00Z' },
      ],
    },
  } as Kustomization;
}

const self = kustomization('apps');
const check = (options: Case, readyExpr?: string) =>
  dependencyStatus({
    self,
    name: 'flux-system/infra',
    dependency: kustomization('infra', options),
    artifactRevision: REVISION,
    readyExpr:
      readyExpr === undefined ? undefined : compileReadyExpr(readyExpr, 'spec.dependsOn[0].readyExpr'),
  });

it.each<[string, Case]>([
  ['is ready at the same revision', {}],
  ['is ready at another revision of another source', { source: 'other', revision: 'main@sha1:a' }],
  [
    'is ready at another revision of a namesake source elsewhere',
    { sourceNamespace: 'team', revision: 'main@sha1:a' },
  ],
])('goes on when the dependency %s', (_name, options) => {
  expect(check(options)).toEqual({ ready: true });
});

it.each<[string, Case, string]>([
  ['is not ready', { ready: 'False', message: 'build failed' }, 'is not ready: build failed'],
  ['does not know', { ready: 'Unknown' }, 'is not ready'],
  [
    'waits itself',
    { ready: 'False', message: "dependency 'x/crds' not found" },
    "is not ready: dependency 'x/crds' not found",
  ],
  ['has an unobserved change', { generation: 2 }, 'its last change is not reconciled yet'],
  ['is suspended and not ready', { ready: 'False', suspend: true }, 'it is suspended'],
  ['lags behind in the same source', { revision: 'main@sha1:a' }, 'revision is not up to date'],
])('waits when the dependency %s', (_name, options, message) => {
  const status = check(options);

  expect(status).toMatchObject({
    ready: false,
    message: expect.stringContaining("dependency 'flux-system/infra'"),
  });
  expect(status).toMatchObject({ message: expect.stringContaining(message) });
});

it('waits for a dependency that does not exist', () => {
  const status = dependencyStatus({ self, name: 'a/b', dependency: undefined, artifactRevision: REVISION });

  expect(status).toEqual({ ready: false, message: "dependency 'a/b' not found" });
});

it('asks only the readyExpr when there is one', () => {
  const expression = 'dep.metadata.name == "infra" && self.spec.sourceRef.name == "fleet"';

  expect(check({ ready: 'False', observed: 0 }, expression)).toEqual({ ready: true });
  expect(check({}, `!(${expression})`)).toMatchObject({ ready: false });
});

it('waits for a field that a readyExpr reads and that is not there yet', () => {
  expect(check({}, 'dep.status.custom == "x"')).toMatchObject({
    ready: false,
    message: expect.stringContaining('custom'),
  });
});

it.each([
  ['does not compile', 'dep.'],
  ['is about unknown variables', 'other.ready'],
  ['is a text', '"yes"'],
  ['turns out to be no boolean', 'dep.metadata.name'],
])('stalls when a readyExpr %s', (_name, expression) => {
  expect(() => check({}, expression)).toThrow(expect.objectContaining({ type: 'InvalidCELExpression' }));
});

it.each<[string, Record<string, string[]>, string | undefined]>([
  ['no cycle in a diamond', { a: ['b', 'c'], b: ['d'], c: ['d'], d: [] }, undefined],
  ['no cycle through what does not exist', { a: ['gone'] }, undefined],
  ['itself', { a: ['a'] }, 'a -> a'],
  ['a cycle of two', { a: ['b'], b: ['a'] }, 'a -> b -> a'],
  ['a cycle across namespaces', { a: ['x/b'], 'x/b': ['y/c'], 'y/c': ['a'] }, 'a -> x/b -> y/c -> a'],
  ['no cycle of its own where it only leads into one', { a: ['b'], b: ['c'], c: ['b'] }, undefined],
  ['a cycle behind a harmless branch', { a: ['b', 'c'], b: ['d'], d: [], c: ['d', 'a'] }, 'a -> c -> a'],
])('finds %s', (_name, edges, expected) => {
  const graph: DependencyGraph = new Map(Object.entries(edges));
  const cycle = findCycle(graph, 'a');

  expect(cycle && describeCycle(cycle)).toBe(expected);
});
