import { describe, expect, it } from 'vitest';
import { observeImagePolicy } from '../../../../activities/observe/image-policy.ts';
import type { KubeObject } from '../../../../api/kube-object.ts';
import { POLICY_REF, policyObject, startPolicyRig } from '../../../support/image-policy.ts';
import { imageObject } from '../../../support/image-scan.ts';

const IMAGE = 'registry.example/team/web';
const SCANNED = {
  status: {
    canonicalImageName: IMAGE,
    lastScanResult: { revision: '12', tagCount: 2, latestTags: ['1.1.0', '1.0.0'] },
  },
};
const READY = {
  state: 'Ready',
  ref: POLICY_REF,
  generation: 2,
  // Twice the interval of a repository without a timeout, and what matching may take.
  timeoutMs: 2 * 300_000 + 40_000,
  isLocal: false,
};

function namespaceObject(labels?: Readonly<Record<string, string>>): KubeObject {
  const metadata = { name: 'apps', uid: 'n', resourceVersion: '1', ...(labels && { labels }) };
  return { apiVersion: 'v1', kind: 'Namespace', metadata };
}

interface Options {
  readonly noCrossNamespaceRefs?: boolean;
  readonly kept?: string;
}

async function observed(objects: readonly KubeObject[], { kept, ...policy }: Options = {}) {
  const rig = await startPolicyRig(objects, policy);
  if (kept !== undefined)
    await rig.deps.tags.put({ namespace: 'apps', name: 'web' }, kept, ['1.1.0', '1.0.0']);
  return { found: await observeImagePolicy(rig.deps, { ref: POLICY_REF }), stored: rig.stored };
}

describe('an ImagePolicy is', () => {
  it('ready to choose, with a finalizer', async () => {
    const request = { metadata: { annotations: { 'reconcile.fluxcd.io/requestedAt': 'now' } } };
    const { found, stored } = await observed([policyObject({}, request), imageObject(IMAGE, SCANNED)]);

    expect(found).toEqual({ ...READY, requestedAt: 'now' });
    expect(stored.find('ImagePolicy', 'apps', 'web-v1')?.metadata.finalizers).toEqual([
      'finalizers.fluxcd.io',
    ]);
  });

  it.each([
    ['with the tags of the last scan at hand', {}, '12', true],
    ['with those of another scan', {}, '11', false],
    ['that wants digests', { digestReflectionPolicy: 'IfNotPresent' }, '12', false],
    ['that follows digests', { digestReflectionPolicy: 'Always', interval: '1h' }, '12', false],
  ])('%s local or not', async (_name, spec, kept, isLocal) => {
    const { found } = await observed([policyObject(spec), imageObject(IMAGE, SCANNED)], { kept });

    expect(found).toEqual({ ...READY, isLocal });
  });

  it('bound by the timeout of its repository', async () => {
    const { found } = await observed([
      policyObject(),
      imageObject(IMAGE, { ...SCANNED, spec: { timeout: '20s' } }),
    ]);

    expect(found).toEqual({ ...READY, timeoutMs: 80_000 });
  });

  it('ready although its repository fails since the last scan', async () => {
    const conditions = [
      {
        type: 'Ready',
        status: 'False',
        reason: 'ReadOperationFailed',
        message: 'x',
        lastTransitionTime: 'x',
      },
    ];
    const status = { ...SCANNED.status, conditions };

    expect((await observed([policyObject(), imageObject(IMAGE, { status })])).found).toEqual(READY);
  });

  it.each([
    ['gone', [], 'Gone'],
    [
      'deleting',
      [policyObject({}, { metadata: { deletionTimestamp: 'now', finalizers: ['finalizers.fluxcd.io'] } })],
      'Deleting',
    ],
    ['suspended', [policyObject({ suspend: true })], 'Suspended'],
  ])('%s', async (_name, objects, state) => {
    expect((await observed(objects)).found.state).toBe(state);
  });
});

const NOT_SCANNED = 'retrying in 30s error: no tags in database';

describe('an ImagePolicy waits', () => {
  it.each<[string, readonly KubeObject[], string]>([
    [
      'for a repository that is missing',
      [],
      'failed to get the referred ImageRepository: referenced ImageRepository does not exist: imagerepositories.image.toolkit.fluxcd.io "web" not found',
    ],
    ['for the first scan', [imageObject(IMAGE)], NOT_SCANNED],
    [
      'for a scan that finds anything',
      [
        imageObject(IMAGE, {
          status: { canonicalImageName: IMAGE, lastScanResult: { revision: '1', tagCount: 0 } },
        }),
      ],
      NOT_SCANNED,
    ],
    ['for the scan of another image', [imageObject('registry.example/team/api', SCANNED)], NOT_SCANNED],
    [
      'for a repository that can be read',
      [imageObject(IMAGE, { spec: { exclusionList: 'x' } })],
      'ImageRepository/apps/web: spec.exclusionList: Invalid input: expected array, received string; correct the field',
    ],
  ])('%s', async (_name, objects, message) => {
    const { found } = await observed([policyObject(), ...objects]);

    expect(found).toEqual({ state: 'Waiting', reason: 'DependencyNotReady', message });
  });
});

const DENIED = 'failed to get the referred ImageRepository: access denied:';
const MISMATCH = `${DENIED} 'shared/web' can't be accessed due to ACL labels mismatch on namespace 'apps'`;

describe('a repository of another namespace', () => {
  const policy = policyObject({ imageRepositoryRef: { name: 'web', namespace: 'shared' } });
  const shared = (accessFrom?: object) =>
    imageObject(IMAGE, {
      ...SCANNED,
      metadata: { namespace: 'shared' },
      spec: accessFrom ? { accessFrom } : {},
    });
  const selecting = (...labels: readonly (Readonly<Record<string, string>> | undefined)[]) =>
    shared({ namespaceSelectors: labels.map((matchLabels) => (matchLabels ? { matchLabels } : {})) });

  it.each<[string, KubeObject, KubeObject]>([
    ['of which it lets in all', selecting({}), namespaceObject()],
    ['by a selector that says nothing', selecting(undefined), namespaceObject()],
    ['by a label', selecting({ team: 'web' }), namespaceObject({ team: 'web', other: 'x' })],
    ['by all labels of a selector', selecting({ a: '1', b: '2' }), namespaceObject({ a: '1', b: '2' })],
    ['by one of its selectors', selecting({ a: '1' }, { b: '2' }), namespaceObject({ b: '2' })],
  ])('is chosen from %s', async (_name, repository, namespace) => {
    expect((await observed([policy, repository, namespace])).found).toEqual(READY);
  });

  it.each<[string, KubeObject, KubeObject | undefined, string]>([
    [
      'that lets in nobody',
      shared(),
      namespaceObject({ team: 'web' }),
      `${DENIED} 'shared/web' can't be accessed due to missing ACL labels on 'accessFrom'`,
    ],
    ['without a selector', selecting(), namespaceObject(), MISMATCH],
    ['with another label', selecting({ team: 'web' }), namespaceObject({ team: 'api' }), MISMATCH],
    ['with only some labels', selecting({ a: '1', b: '2' }), namespaceObject({ a: '1' }), MISMATCH],
    ['with a label of every object', selecting({ constructor: 'x' }), namespaceObject(), MISMATCH],
    ['by a namespace that is gone', selecting({ team: 'web' }), undefined, MISMATCH],
  ])('is not chosen from %s', async (_name, repository, namespace, message) => {
    const objects = [policy, repository, ...(namespace ? [namespace] : [])];

    expect((await observed(objects)).found).toEqual({ state: 'Waiting', reason: 'AccessDenied', message });
  });

  it('is not even read where the worker keeps references in their namespace', async () => {
    const message =
      "failed to get the referred ImageRepository: cannot access 'ImageRepository/shared/web', cross-namespace references have been blocked";
    const denied = { state: 'Waiting', reason: 'AccessDenied', message };
    const strict = { noCrossNamespaceRefs: true };

    expect((await observed([policy, selecting({}), namespaceObject()], strict)).found).toEqual(denied);
    expect((await observed([policy], strict)).found).toEqual(denied);
  });

  it('may be named as such where it is the own one', async () => {
    const own = policyObject({ imageRepositoryRef: { name: 'web', namespace: 'apps' } });
    const strict = { noCrossNamespaceRefs: true };

    expect((await observed([own, imageObject(IMAGE, SCANNED)], strict)).found).toEqual(READY);
  });
});

describe('an ImagePolicy stalls', () => {
  it.each<[string, object, object, string, string]>([
    [
      'that follows digests at no time',
      { digestReflectionPolicy: 'Always' },
      {},
      'IntervalNotConfigured',
      "spec.interval must be set when spec.digestReflectionPolicy is set to 'Always'",
    ],
    [
      'with an interval beyond all bounds',
      { digestReflectionPolicy: 'Always', interval: '999999999999h' },
      {},
      'InvalidSpec',
      'spec.interval: "999999999999h" is not a duration; write for example 10m',
    ],
    [
      'without a way to choose',
      { policy: {} },
      {},
      'InvalidPolicy',
      'invalid policy: given ImagePolicyChoice object is invalid; set one of semver, alphabetical and numerical in spec.policy',
    ],
    [
      'with a filter that is none',
      { filterTags: { pattern: '(' } },
      {},
      'InvalidPolicy',
      "failed to filter tags: invalid regular expression pattern '(': error parsing regexp: missing closing ): `(`; correct spec.filterTags.pattern",
    ],
    [
      'with an image that is none',
      {},
      { spec: { image: 'https://registry.example/web' } },
      'ImageURLInvalid',
      "image 'https://registry.example/web' should not include URL scheme; remove 'https://'",
    ],
    [
      'with an account of a cloud that only a gate would let through',
      {},
      { spec: { provider: 'aws', serviceAccountName: 'web' } },
      'FeatureGateDisabled',
      'to use spec.serviceAccountName in the ImageRepository for provider authentication please enable the ObjectLevelWorkloadIdentity feature gate in the controller',
    ],
  ])('%s', async (_name, ...row) => {
    const [spec, repository, type, message] = row;
    const objects = [policyObject(spec), imageObject(IMAGE, { ...SCANNED, ...repository })];

    await expect(observed(objects)).rejects.toMatchObject({ type, message, details: [{ stalled: true }] });
  });
});
