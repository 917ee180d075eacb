import { describe, expect, it } from 'vitest';
import { readPolicies, reconcileId } from '../../../../../activities/image/update/policies.ts';
import type { KubeObject } from '../../../../../api/kube-object.ts';
import { automationOf } from '../../../../support/image-automation.ts';
import { StoredObjects } from '../../../../support/stored-objects.ts';

const chose = (tag: string, more: object = {}) => ({
  latestRef: { name: 'registry.test/app', tag, ...more },
});

interface Policy {
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly status?: object;
  readonly spec?: object;
}

function policy(name: string, { namespace = 'apps', labels, status, spec = {} }: Policy = {}): KubeObject {
  const metadata = {
    namespace,
    name,
    uid: name,
    resourceVersion: '1',
    generation: 1,
    ...(labels && { labels }),
  };
  return {
    apiVersion: 'image.toolkit.fluxcd.io/v1',
    kind: 'ImagePolicy',
    metadata,
    spec,
    ...(status && { status }),
  } as KubeObject;
}

const read = (objects: readonly KubeObject[], policySelector?: object) =>
  readPolicies(new StoredObjects(...objects).kube, automationOf(policySelector && { policySelector }));

describe('the policies that an automation follows', () => {
  it('are all of its namespace that have chosen, in the order of their names', async () => {
    const digest = `sha256:${'a'.repeat(64)}`;
    const policies = await read([
      policy('web', { status: chose('2') }),
      policy('api', { status: chose('1', { digest, more: 'x' }) }),
      policy('early'),
      policy('failing', { status: { conditions: [] } }),
      policy('theirs', { namespace: 'shared', status: chose('3') }),
    ]);

    expect(JSON.stringify(policies)).toBe(
      JSON.stringify({
        api: { name: 'registry.test/app', tag: '1', digest },
        web: { name: 'registry.test/app', tag: '2' },
      }),
    );
  });

  it('are there although one of them does not parse', async () => {
    const bad = policy('bad', { spec: { interval: 7 }, status: chose('1') });

    expect(Object.keys(await read([bad, policy('web', { status: chose('2') })]))).toEqual(['bad', 'web']);
  });

  it.each([
    ['all labels', { matchLabels: { team: 'a', tier: 'web' } }, ['one']],
    ['one label', { matchLabels: { team: 'a' } }, ['one', 'two']],
    ['a list', { matchExpressions: [{ key: 'team', operator: 'In', values: ['b', 'c'] }] }, ['three']],
    ['a label that is missing', { matchExpressions: [{ key: 'team', operator: 'DoesNotExist' }] }, ['four']],
    ['nothing', {}, ['four', 'one', 'three', 'two']],
  ])('are selected by %s', async (_name, selector, names) => {
    const status = chose('1');
    const objects = [
      policy('one', { status, labels: { team: 'a', tier: 'web' } }),
      policy('two', { status, labels: { team: 'a' } }),
      policy('three', { status, labels: { team: 'b' } }),
      policy('four', { status }),
    ];

    expect(Object.keys(await read(objects, selector))).toEqual(names);
  });

  it('are not guessed where the selector makes no sense', async () => {
    const reading = read([], { matchExpressions: [{ key: 'team', operator: 'Near', values: ['a'] }] });

    await expect(reading).rejects.toMatchObject({
      type: 'InvalidPolicySelector',
      message: expect.stringMatching(/^failed to parse policy selector: .*; correct spec\.policySelector$/),
      details: [{ stalled: true }],
    });
  });
});

describe('the name of a reconcile', () => {
  const image = { name: 'registry.test/app', tag: '1' };
  const id = (policies: object, metadata: object = {}) =>
    reconcileId(automationOf({}, { metadata }), policies as Parameters<typeof reconcileId>[1]);
  const usual = id({ app: image });

  it('is the same in every attempt, and a commit message can hold it', () => {
    expect(id({ app: { ...image } })).toBe(usual);
    expect(id({ app: image }, { resourceVersion: '2', annotations: { a: 'b' } })).toBe(usual);
    expect(usual).toMatch(/^[0-9a-f]{32}$/);
  });

  it.each([
    ['another tag', { app: { ...image, tag: '2' } }, {}],
    ['a digest', { app: { ...image, digest: 'sha256:1' } }, {}],
    ['another image', { app: { ...image, name: 'other' } }, {}],
    ['another policy', { web: image }, {}],
    ['one more policy', { app: image, web: image }, {}],
    ['another spec', { app: image }, { generation: 3 }],
    ['another object of the same name', { app: image }, { uid: 'b' }],
    ['fields that run together', { app: { name: 'registry.test/app1', tag: '' } }, {}],
  ])('is another for %s', (_name, policies, metadata) => {
    expect(id(policies, metadata)).not.toBe(usual);
  });
});
