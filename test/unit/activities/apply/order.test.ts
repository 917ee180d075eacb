import { describe, expect, it } from 'vitest';
import { compareIds } from '../../../../activities/apply/order.ts';
import { runsOf, stageOf } from '../../../../activities/apply/stages.ts';

const id = (kind: string, name = 'x', namespace = 'n', group = '') => ({ group, kind, namespace, name });

describe('the order of an apply', () => {
  it('follows the kinds, then group, kind, namespace and name', () => {
    const ordered = [
      id('CustomResourceDefinition'),
      id('Namespace'),
      id('ClusterRole'),
      id('StorageClass'),
      id('ServiceAccount'),
      id('ConfigMap', 'a', 'a'),
      id('ConfigMap', 'b', 'a'),
      id('ConfigMap', 'a', 'b'),
      id('Secret'),
      id('Deployment'),
      id('PodDisruptionBudget'),
      id('Job', 'x', 'n', 'batch'),
      id('Ingress', 'x', 'n', 'networking.k8s.io'),
      id('NetworkPolicy', 'x', 'n', 'networking.k8s.io'),
      id('MutatingWebhookConfiguration'),
      id('ValidatingWebhookConfiguration'),
    ];

    expect(ordered.toReversed().sort(compareIds)).toEqual(ordered);
  });

  it('is cut into runs in which nothing waits for another', () => {
    const kinds = [
      'Namespace',
      'ConfigMap',
      'ConfigMap',
      'Secret',
      'Ingress',
      'Job',
      'MutatingWebhookConfiguration',
    ];

    expect(runsOf(kinds, (kind) => kind)).toEqual([
      ['Namespace'],
      ['ConfigMap', 'ConfigMap'],
      ['Secret'],
      ['Ingress', 'Job'],
      ['MutatingWebhookConfiguration'],
    ]);
  });
});

describe('the stage of an object', () => {
  it.each([
    ['apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'definitions'],
    ['v1', 'Namespace', 'definitions'],
    ['rbac.authorization.k8s.io/v1', 'ClusterRole', 'definitions'],
    ['example.com/v1', 'ClusterRole', 'rest'],
    ['example.com/v1', 'Namespace', 'rest'],
    ['storage.k8s.io/v1', 'StorageClass', 'classes'],
    ['gateway.networking.k8s.io/v1', 'GatewayClass', 'classes'],
    ['rbac.authorization.k8s.io/v1', 'ClusterRoleBinding', 'rest'],
    ['v1', 'ConfigMap', 'rest'],
  ])('of %s %s is %s', (apiVersion, kind, stage) => {
    expect(stageOf({ apiVersion, kind })).toBe(stage);
  });
});
