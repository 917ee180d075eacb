import { describe, expect, it } from 'vitest';
import { prepare } from '../../../../activities/apply/prepare.ts';
import type { KubeObject } from '../../../../api/kube-object.ts';

const owner = { name: 'app', namespace: 'team' };
const labels = {
  'kustomize.toolkit.fluxcd.io/name': 'app',
  'kustomize.toolkit.fluxcd.io/namespace': 'team',
};

describe('an object that is to be sent', () => {
  it('carries the owner and nothing that only a server may write', () => {
    const exported: KubeObject = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: 'a',
        namespace: 'n',
        uid: '1',
        resourceVersion: '2',
        generation: 3,
        creationTimestamp: '2026-01-01T00:00:00Z',
        managedFields: [],
        labels: { tier: 'front' },
        annotations: { note: 'x', 'kubectl.kubernetes.io/last-applied-configuration': '{}' },
      },
      status: {},
    };
    const before = structuredClone(exported);

    expect(prepare(exported, owner, true)).toEqual({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: 'a',
        namespace: 'n',
        labels: { tier: 'front', ...labels },
        annotations: { note: 'x' },
      },
    });
    expect(exported).toEqual(before);
  });

  it('has no namespace when its kind has none', () => {
    const role = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: 'a', namespace: 'n' },
    };

    expect(prepare(role, owner, false).metadata).toEqual({ name: 'a', labels });
  });

  it('has the plain strings of a Secret encoded, over the data of the same key', () => {
    const secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'a' },
      data: { a: 'b2xk', b: 'Yg==' },
      stringData: { a: 'ä' },
    };

    const sent = prepare(secret, owner, true);

    expect(sent['data']).toEqual({ a: 'w6Q=', b: 'Yg==' });
    expect(sent).not.toHaveProperty('stringData');
  });

  it('leaves a Secret of wrong types for the server to refuse', () => {
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a' }, stringData: { a: 1 } };

    expect(prepare(secret, owner, true)['stringData']).toEqual({ a: 1 });
  });

  it.each([
    [
      'v1',
      'Service',
      { ports: [{ port: 1 }, { port: 2, protocol: 'UDP' }] },
      {
        ports: [
          { port: 1, protocol: 'TCP' },
          { port: 2, protocol: 'UDP' },
        ],
      },
    ],
    [
      'v1',
      'Pod',
      { containers: [{ ports: [{ containerPort: 1 }] }, {}] },
      { containers: [{ ports: [{ containerPort: 1, protocol: 'TCP' }] }, {}] },
    ],
    ['example.com/v1', 'Service', { ports: [{ port: 1 }] }, { ports: [{ port: 1 }] }],
  ])('names the protocol of the ports of a %s %s', (apiVersion, kind, spec, expected) => {
    expect(prepare({ apiVersion, kind, metadata: { name: 'a' }, spec }, owner, true)['spec']).toEqual(
      expected,
    );
  });
});
