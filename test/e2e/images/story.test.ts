import { expect, test } from 'vitest';
import { findCondition } from '../../../api/conditions.ts';
import { Kind } from '../../../api/object-ref.ts';
import { POLL } from '../../support/flux.ts';
import { imageHome, markedDeployment } from '../../support/image-home.ts';

test('a pushed tag becomes a commit for review, and after the merge a rollout', async () => {
  const { home, image, push, repository, policy, automation, show, log } = await imageHome();
  const file = markedDeployment(`${image}:41`, home.namespace);
  await push(['40', '41']);
  await home.push({ 'app/podinfo.yaml': file });
  await home.kustomization('app', { path: './app' });
  await repository();
  await policy();
  await automation();
  await home.ready(Kind.Kustomization, 'app');
  // Its first run may have come before the policy chose.
  const message = async () => {
    const { status } = await home.get(Kind.ImageUpdateAutomation, 'commits');
    return findCondition(status?.conditions, 'Ready')?.message;
  };
  await expect.poll(message, POLL).toBe('repository up-to-date');
  const first = await home.get(Kind.ImageUpdateAutomation, 'commits');
  expect(first.status?.lastPushCommit).toBeUndefined();

  await push(['42']);
  await home.reconcile(Kind.ImageRepository, 'podinfo');

  const scanned = await home.get(Kind.ImageRepository, 'podinfo');
  expect(scanned.status).toMatchObject({
    canonicalImageName: image,
    lastScanResult: { tagCount: 3, latestTags: ['42', '41', '40'] },
  });
  await expect.poll(async () => (await pushed())?.tag, POLL).toBe('42');
  const { commit } = (await pushed()) ?? {};
  const [head] = await log('flux/image-updates', '%H');
  expect(commit).toBe(head);
  expect(await log('flux/image-updates')).toHaveLength(2);
  expect(await show('flux/image-updates', 'app/podinfo.yaml')).toBe(file.replace(':41 #', ':42 #').trim());
  const chosen = await home.get(Kind.ImagePolicy, 'podinfo');
  expect(chosen.status).toMatchObject({
    latestRef: { name: image, tag: '42' },
    observedPreviousRef: { name: image, tag: '41' },
  });

  await home.deploy({ 'app/podinfo.yaml': file.replace(':41 #', ':42 #') });
  await expect.poll(deployedImage, POLL).toBe(`${image}:42`);
  const after = await home.reconcile(Kind.ImageUpdateAutomation, 'commits');
  expect(after.status?.lastPushCommit).toBe(commit);

  async function pushed() {
    const { status } = await home.get(Kind.ImageUpdateAutomation, 'commits');
    const observed = status?.observedPolicies?.['podinfo'];
    return observed && { tag: observed.tag, commit: status?.lastPushCommit };
  }

  async function deployedImage(): Promise<unknown> {
    const found = await home.live('Deployment', 'podinfo', 'apps/v1');
    const spec = found?.['spec'] as { template: { spec: { containers: { image: string }[] } } } | undefined;
    return spec?.template.spec.containers[0]?.image;
  }
});
