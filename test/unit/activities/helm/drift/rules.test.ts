import { describe, expect, it } from 'vitest';
import { compileDriftRules, isExempt, withIgnored } from '../../../../../activities/helm/drift/rules.ts';
import type { KubeObject } from '../../../../../api/kube-object.ts';

const deployment = (spec: object, more: object = {}): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'apps', labels: { app: 'web' }, ...more },
  spec,
});

describe('rules of drift', () => {
  it.each([
    {
      name: 'without a target',
      ignore: [{ paths: ['/spec/a', '/spec/b~1c'] }],
      paths: [
        ['spec', 'a'],
        ['spec', 'b/c'],
      ],
    },
    { name: 'of another object', ignore: [{ paths: ['/spec/a'], target: { kind: 'Deploy' } }], paths: [] },
    {
      name: 'of a matching object',
      ignore: [{ paths: ['/spec/a'], target: { group: 'apps', kind: 'Deploy.*', labelSelector: 'app=web' } }],
      paths: [['spec', 'a']],
    },
    { name: 'with what is no pointer', ignore: [{ paths: ['spec/a'] }], paths: [] },
    { name: 'with the pointer to all', ignore: [{ paths: ['/spec/a', ''] }], paths: 'all' },
  ])('$name name $paths', ({ ignore, paths }) => {
    expect(compileDriftRules({ ignore })(deployment({}))).toEqual(paths);
  });

  it('name the selector that does not parse', () => {
    const compile = () => compileDriftRules({ ignore: [{ paths: [], target: { name: '(' } }] });

    expect(compile).toThrow(/spec\.driftDetection\.ignore\[0\]\.target: invalid name regex/);
  });

  it.each([
    { metadata: { labels: { 'helm.toolkit.fluxcd.io/driftDetection': 'disabled' } }, is: true },
    { metadata: { annotations: { 'helm.toolkit.fluxcd.io/driftDetection': 'DISABLED' } }, is: true },
    { metadata: { annotations: { 'helm.toolkit.fluxcd.io/driftDetection': 'enabled' } }, is: false },
  ])('know by $metadata whether an object is exempt', ({ metadata, is }) => {
    expect(isExempt(deployment({}, metadata))).toBe(is);
  });
});

describe('an ignored field', () => {
  const managed = (...entries: readonly object[]) => ({ managedFields: entries });
  const replicas = { 'f:spec': { 'f:replicas': {} } };
  const helm = (fieldsV1: object) => ({ manager: 'helm-controller', operation: 'Apply', fieldsV1 });
  const scaler = {
    manager: 'kube-controller-manager',
    operation: 'Update',
    subresource: 'scale',
    fieldsV1: replicas,
  };

  it.each([
    { name: 'is left out when another scales it', more: managed(helm({}), scaler), spec: { image: 'a' } },
    {
      name: 'keeps its value when it is ours',
      more: managed(helm(replicas), scaler),
      spec: { image: 'a', replicas: 5 },
    },
    {
      name: 'keeps its value when nobody owns just it',
      more: managed(helm({})),
      spec: { image: 'a', replicas: 5 },
    },
  ])('$name', ({ more, spec }) => {
    const live = deployment({ replicas: 5, image: 'b' }, more);

    const sent = withIgnored(deployment({ replicas: 1, image: 'a' }), live, [['spec', 'replicas']]);

    expect(sent['spec']).toEqual(spec);
  });

  it('is left out when the cluster lacks it', () => {
    const sent = withIgnored(deployment({ replicas: 1 }), deployment({}), [['spec', 'replicas']]);

    expect(sent['spec']).toEqual({});
  });
});
