import { expect, it } from 'vitest';
import { healthTargets, type TargetsInput, targetOfApplied } from '../../../../activities/health/targets.ts';
import { NoKindError } from '../../../../activities/kube/errors.ts';

const discovery: TargetsInput['discovery'] = {
  async preferred(group, kind) {
    const apiVersion = served[`${group}/${kind}`];
    if (!apiVersion) throw new NoKindError(group, kind);
    return { apiVersion, kind, plural: '', namespaced: kind !== 'Namespace', verbs: [] };
  },
};
const served: Readonly<Record<string, string>> = {
  'apps/Deployment': 'apps/v1',
  '/Namespace': 'v1',
  '/Pod': 'v1',
  'example.org/Thing': 'example.org/v2',
};
const self = { namespace: 'flux-system', name: 'apps' };
const find = (spec: TargetsInput['spec'], applied: TargetsInput['applied'] = []) =>
  healthTargets({ spec, self, applied, discovery });

const web = targetOfApplied({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { namespace: 'shop', name: 'web' },
});
const itself = targetOfApplied({
  apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
  kind: 'Kustomization',
  metadata: { namespace: 'flux-system', name: 'apps' },
});

it('waits for all that was applied but itself, whatever healthChecks say', async () => {
  const healthChecks = [{ kind: 'Pod', name: 'p' }];

  expect(await find({ wait: true, healthChecks }, [web, itself])).toEqual([web]);
});

it('waits for nothing when nothing is asked', async () => {
  expect(await find({}, [web])).toEqual([]);
});

it.each([
  [
    'its own namespace by default',
    { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
    'apps/v1 flux-system',
  ],
  [
    'the version that the server prefers',
    { apiVersion: 'example.org/v1', kind: 'Thing', name: 'one' },
    'example.org/v2 flux-system',
  ],
  ['a kind without a group', { kind: 'Deployment', name: 'web', namespace: 'shop' }, 'apps/v1 shop'],
  ['a core kind without a group', { kind: 'Pod', name: 'web' }, 'v1 flux-system'],
  ['no namespace for a kind that has none', { apiVersion: 'v1', kind: 'Namespace', name: 'shop' }, 'v1 '],
  [
    'a kind that is not served yet',
    { apiVersion: 'new.org/v1', kind: 'New', name: 'n' },
    'new.org/v1 flux-system',
  ],
])('resolves a health check to %s', async (_name, check, expected) => {
  const [target] = await find({ healthChecks: [check] });

  expect(`${target?.apiVersion} ${target?.namespace ?? ''}`).toBe(expected);
});

it('asks for an object once', async () => {
  const check = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };

  expect(await find({ healthChecks: [check, { ...check, apiVersion: 'apps/v1beta1' }] })).toHaveLength(1);
});

it('knows a Job that vanishes when it is done', () => {
  const job = { apiVersion: 'batch/v1', kind: 'Job', metadata: { namespace: 'shop', name: 'once' } };

  expect(targetOfApplied({ ...job, spec: { ttlSecondsAfterFinished: 0 } }).vanishesWhenDone).toBe(true);
  expect(targetOfApplied({ ...job, spec: {} }).vanishesWhenDone).toBeUndefined();
});
