import { describe, expect, it } from 'vitest';
import type { Deps, Policy } from '../../../../activities/deps.ts';
import { observeImageUpdateAutomation } from '../../../../activities/observe/image-update-automation.ts';
import type { KubeObject } from '../../../../api/kube-object.ts';
import { AUTOMATION_REF, automationObject } from '../../../support/image-automation.ts';
import { StoredObjects } from '../../../support/stored-objects.ts';

function fleet(spec: object = {}, namespace = 'apps'): KubeObject {
  return {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'GitRepository',
    metadata: { namespace, name: 'fleet', uid: 'g', resourceVersion: '1', generation: 1 },
    spec: { url: 'https://git.example.org/fleet', interval: '1h', ...spec },
  } as KubeObject;
}

async function observed(objects: readonly KubeObject[], more: Partial<Policy> = {}) {
  const stored = new StoredObjects(...objects);
  const policy = {
    noCrossNamespaceRefs: false,
    defaultServiceAccount: undefined,
    requeueDependencyMs: 1,
    ...more,
  };
  // It reads the cluster, and nothing else.
  const deps = { kube: stored.kube, policy } as unknown as Deps;
  return { found: await observeImageUpdateAutomation(deps, { ref: AUTOMATION_REF }), stored };
}

const READY = { state: 'Ready', ref: AUTOMATION_REF, generation: 2, timeoutMs: 5 * 60_000 };

describe('an ImageUpdateAutomation is', () => {
  it('ready, with a finalizer and the request that it serves', async () => {
    const annotations = { 'reconcile.fluxcd.io/requestedAt': 'now' };
    const { found, stored } = await observed([automationObject({}, { metadata: { annotations } }), fleet()]);

    expect(found).toEqual({ ...READY, requestedAt: 'now' });
    expect(stored.find('ImageUpdateAutomation', 'apps', 'commits')?.metadata.finalizers).toEqual([
      'finalizers.fluxcd.io',
    ]);
  });

  it.each([
    ['60 seconds by default', {}, 300_000],
    ['of the source', { timeout: '20s' }, 100_000],
  ])('given time for five looks at the remote: %s', async (_name, spec, timeoutMs) => {
    expect((await observed([automationObject(), fleet(spec)])).found).toMatchObject({ timeoutMs });
  });

  it('ready with a source of another namespace', async () => {
    const sourceRef = { kind: 'GitRepository', name: 'fleet', namespace: 'shared' };
    const objects = [automationObject({ sourceRef }), fleet({}, 'shared')];

    expect((await observed(objects)).found.state).toBe('Ready');
  });

  const deleted = { metadata: { deletionTimestamp: 'now', finalizers: ['finalizers.fluxcd.io'] } };
  it.each([
    ['gone', [], { state: 'Gone' }],
    ['deleting', [automationObject({}, deleted)], { state: 'Deleting' }],
    [
      'deleting although it is suspended',
      [automationObject({ suspend: true }, deleted)],
      { state: 'Deleting' },
    ],
    [
      'suspended, whatever its source is',
      [
        automationObject(
          { suspend: true },
          { metadata: { annotations: { 'pawl.dev/suspended-by': 'ada' } } },
        ),
      ],
      { state: 'Suspended', message: 'suspended by ada' },
    ],
  ])('%s', async (_name, objects, expected) => {
    expect((await observed(objects)).found).toEqual(expected);
  });
});

describe('an ImageUpdateAutomation is refused', () => {
  const elsewhere = { kind: 'GitRepository', name: 'fleet', namespace: 'shared' };
  it.each<[string, object, readonly KubeObject[], object]>([
    [
      'for an interval that is none',
      { interval: '9999999999h' },
      [fleet()],
      {
        type: 'InvalidSpec',
        message: expect.stringContaining('spec.interval'),
        details: [{ stalled: true }],
      },
    ],
    [
      'for a selector that makes no sense',
      { policySelector: { matchExpressions: [{ key: 'a', operator: 'Near', values: ['b'] }] } },
      [fleet()],
      { type: 'InvalidPolicySelector', details: [{ stalled: true }] },
    ],
    [
      'without a word on how to commit',
      { git: undefined },
      [fleet()],
      {
        type: 'InvalidSourceConfiguration',
        message: expect.stringMatching(/^source kind 'GitRepository' necessitates field \.spec\.git/),
        details: [{ stalled: true }],
      },
    ],
    [
      'without its source, until that is there',
      {},
      [],
      {
        type: 'SourceManagerFailed',
        message: expect.stringContaining('GitRepository/apps/fleet'),
        details: [{ stalled: false }],
      },
    ],
    [
      'for a source of another namespace where those are blocked',
      { sourceRef: elsewhere },
      [fleet({}, 'shared')],
      {
        type: 'AccessDenied',
        message: "can't access 'GitRepository/shared/fleet', cross-namespace references have been blocked",
        details: [{ stalled: true }],
      },
    ],
    // A source is mended without a change of the automation: it is tried again.
    [
      'for a source that does not parse, until that does',
      {},
      [fleet({ url: 7 })],
      {
        type: 'SourceManagerFailed',
        message: expect.stringMatching(/GitRepository\/apps\/fleet: spec\.url: .*; correct the field$/),
        details: [{ stalled: false }],
      },
    ],
    [
      'for a field of the source that is not honoured, until that is gone',
      {},
      [fleet({ recurseSubmodules: true })],
      {
        type: 'UnsupportedField',
        message: expect.stringMatching(/^spec\.recurseSubmodules of GitRepository\/apps\/fleet is set/),
        details: [{ stalled: false }],
      },
    ],
  ])('%s', async (_name, spec, objects, failure) => {
    const observing = observed([automationObject(spec), ...objects], {
      noCrossNamespaceRefs: true,
    });

    await expect(observing).rejects.toMatchObject(failure);
  });
});
