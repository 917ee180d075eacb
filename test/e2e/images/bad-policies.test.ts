import { expect, test } from 'vitest';
import { Kind } from '../../../api/object-ref.ts';
import { createNamespace } from '../../support/harness.ts';
import { imageHome } from '../../support/image-home.ts';
import { expectFailures, type Told } from '../../support/told.ts';

interface BadSpec extends Told {
  /** Merged into the spec of a policy that has chosen. */
  readonly change: Readonly<Record<string, unknown>>;
}

const notReady = (message: string) => ({ reason: 'DependencyNotReady', message });
const denied = (message: string) => ({
  reason: 'AccessDenied',
  message: `^failed to get the referred ImageRepository: access denied: '<other>/\\S+' can't be accessed due to ${message}`,
});
const invalid = (message: string) => ({ reason: 'InvalidPolicy', message, isStalled: true });

const POLICIES: Readonly<Record<string, BadSpec>> = {
  'matches-nothing': {
    change: { filterTags: { pattern: '^none$' } },
    reason: 'Failure',
    message: '^version list argument cannot be empty; no tag matches spec.filterTags.pattern',
  },
  'nothing-in-range': {
    change: { policy: { semver: { range: '>=9' } } },
    reason: 'Failure',
    message: '^unable to determine latest version from provided list; no tag is a version in',
  },
  'no-numbers': {
    change: { policy: { semver: null, numerical: { order: 'asc' } } },
    reason: 'Failure',
    message: 'invalid numeric value .*; let spec.filterTags.pattern match only tags with a number',
  },
  'no-choice': {
    change: { policy: { semver: null } },
    ...invalid('^invalid policy: given ImagePolicyChoice object is invalid; set one of semver'),
  },
  'bad-range': {
    change: { policy: { semver: { range: 'newest' } } },
    ...invalid('^invalid policy: improper constraint: "newest"; write spec.policy.semver.range'),
  },
  'bad-pattern': {
    change: { filterTags: { pattern: '(1' } },
    ...invalid("^failed to filter tags: invalid regular expression pattern '\\(1'"),
  },
  'pattern-with-memory': {
    change: { filterTags: { pattern: '^(a)\\1$' } },
    ...invalid('^failed to filter tags: invalid regular expression pattern'),
  },
  'no-repository': {
    change: { imageRepositoryRef: { name: 'none' } },
    ...notReady('referenced ImageRepository does not exist: .*"none" not found'),
  },
  'no-scan': { change: { imageRepositoryRef: { name: 'unscanned' } }, ...notReady('no tags in database') },
  'private-repository': {
    change: { imageRepositoryRef: { name: 'private', namespace: '<other>' } },
    ...denied("missing ACL labels on 'accessFrom'"),
  },
  'repository-for-others': {
    change: { imageRepositoryRef: { name: 'shared', namespace: '<other>' } },
    ...denied("ACL labels mismatch on namespace '<ns>'"),
  },
};

test('ImagePolicies that cannot choose say so, keep what they chose, and mend', async () => {
  const { home, image, push, repository, policy } = await imageHome();
  const { kube, namespace } = home;
  const other = await createNamespace(kube, 'images');
  const elsewhere = (name: string, accessFrom?: object) =>
    kube.create({
      apiVersion: 'image.toolkit.fluxcd.io/v1',
      kind: Kind.ImageRepository,
      metadata: { name, namespace: other },
      spec: { image, interval: '1h', insecure: true, ...(accessFrom && { accessFrom }) },
    });
  await push(['1.0.0', '1.1.0', `${'a'.repeat(120)}.`]);
  await Promise.all([repository(), repository({ image: `${image}-none` }, 'unscanned')]);
  await elsewhere('private');
  await elsewhere('shared', { namespaceSelectors: [{ matchLabels: { team: 'ada' } }] });
  const names = Object.keys(POLICIES);
  const semver = { range: '*' };
  await Promise.all(names.map((name) => policy({ policy: { semver } }, name)));
  // A pattern that takes for ever where it is matched by trying.
  await policy({ policy: { semver }, filterTags: { pattern: '^(a+)+$|^([0-9]+\\.?)+$' } }, 'patient');
  for (const name of [...names, 'patient']) await home.ready(Kind.ImagePolicy, name, '1.1.0');

  for (const [name, { change }] of Object.entries(POLICIES)) {
    const text = JSON.stringify(change).replaceAll('<other>', other);
    await home.update(Kind.ImagePolicy, name, JSON.parse(text) as BadSpec['change']);
  }
  await expectFailures(home, Kind.ImagePolicy, POLICIES, { other });
  // What the API server itself refuses.
  const always = { digestReflectionPolicy: 'Always' };
  await expect(home.update(Kind.ImagePolicy, 'patient', always)).rejects.toThrow('spec.interval must be set');

  for (const name of names) {
    const { status } = await home.get(Kind.ImagePolicy, name);
    expect([name, status?.latestRef]).toEqual([name, { name: image, tag: '1.1.0' }]);
  }
  await push(['1.2.0']);
  await home.reconcile(Kind.ImageRepository, 'podinfo');
  await home.ready(Kind.ImagePolicy, 'patient', '1.2.0');

  // By those who own the repositories, and by those who own the policies.
  await kube.patch(
    { apiVersion: 'v1', kind: 'Namespace', name: namespace },
    { metadata: { labels: { team: 'ada' } } },
    { type: 'merge' },
  );
  const shared = { apiVersion: 'image.toolkit.fluxcd.io/v1', kind: Kind.ImageRepository, namespace: other };
  const accessFrom = { namespaceSelectors: [{}] };
  await kube.patch({ ...shared, name: 'private' }, { spec: { accessFrom } }, { type: 'merge' });
  await home.update(Kind.ImageRepository, 'unscanned', { image });
  await repository({}, 'none');
  const whole = { policy: { numerical: null, semver }, filterTags: null };
  for (const [name, { reason }] of Object.entries(POLICIES)) {
    // Nobody is told of labels and lists: it is looked at again after a while, or when somebody asks.
    if (reason === 'AccessDenied') await home.request(Kind.ImagePolicy, name);
    else if (reason !== 'DependencyNotReady') await home.update(Kind.ImagePolicy, name, whole);
  }
  for (const name of names) await home.ready(Kind.ImagePolicy, name);
});
