import { execFileSync } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Kind } from '../../../api/object-ref.ts';
import { git } from '../../../tools/git.ts';
import { POLL } from '../../support/flux.ts';
import { temporaryFolder } from '../../support/harness.ts';
import { imageHome } from '../../support/image-home.ts';

const TAGS = [
  '1.0.0',
  '1.2.0',
  '2.0.0-rc.1',
  'main-5a8e3f1-100',
  'main-77d0b2c-20',
  'dev-9',
  'run-9',
  'run-10',
];

const CHOICES = [
  { name: 'semver', spec: { policy: { semver: { range: '1.x' } } }, tag: '1.2.0' },
  { name: 'semver-pre', spec: { policy: { semver: { range: '>=1.0.0-0' } } }, tag: '2.0.0-rc.1' },
  { name: 'first', spec: { policy: { alphabetical: { order: 'desc' } } }, tag: '1.0.0' },
  {
    name: 'builds',
    spec: {
      policy: { numerical: { order: 'asc' } },
      filterTags: { pattern: '^main-[a-f0-9]+-(?P<ts>[0-9]+)$', extract: '$ts' },
    },
    tag: 'main-5a8e3f1-100',
  },
  {
    name: 'once',
    spec: {
      policy: { numerical: { order: 'asc' } },
      filterTags: { pattern: '^run-(.*)$', extract: '$1' },
      digestReflectionPolicy: 'IfNotPresent',
    },
    tag: 'run-10',
    digest: 'kept',
  },
  {
    name: 'always',
    spec: {
      policy: { alphabetical: {} },
      filterTags: { pattern: '^dev-' },
      digestReflectionPolicy: 'Always',
      interval: '1h',
    },
    tag: 'dev-9',
    digest: 'followed',
  },
] as const;

const HELM_RELEASE = `# A release, with odd  spacing
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: web}
spec:
  values:
    image:
      repository: "old/name"   # {"$imagepolicy": "NAMESPACE:once:name"}
      tag: '1' # {"$imagepolicy": "NAMESPACE:once:tag"}
      digest: "" # {"$imagepolicy": "NAMESPACE:once:digest"}
    sidecar: x:1 # {"$imagepolicy": "NAMESPACE:always"}
`;

const KUSTOMIZATION = `apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
images:
- name: app
  newName: old # {"$imagepolicy": "NAMESPACE:builds:name"}
  newTag: old # {"$imagepolicy": "NAMESPACE:builds:tag"}
- name: other
  newTag: old # {"$imagepolicy": "NAMESPACE:semver:tag"}
`;

test('policies of all sorts choose, with digests, and those that are selected reach their markers', async () => {
  const { home, image, push, repository, policy, automation, show } = await imageHome();
  const first = await push(TAGS, 'first');
  const filled = (text: string) => text.replaceAll('NAMESPACE', home.namespace);
  await home.push({ 'release.yaml': filled(HELM_RELEASE), 'app/kustomization.yaml': filled(KUSTOMIZATION) });
  await repository({ exclusionList: ['^.*\\.sig$'] });
  for (const { name, spec } of CHOICES) await policy(spec, name, { team: name === 'semver' ? 'b' : 'a' });
  for (const { name, tag } of CHOICES) await home.ready(Kind.ImagePolicy, name, tag);

  const second = await push(['run-10', 'dev-9'], 'second');
  await home.reconcile(Kind.ImagePolicy, 'always');
  await home.reconcile(Kind.ImagePolicy, 'once');

  const digests = { kept: first, followed: second };
  for (const { name, tag, ...more } of CHOICES) {
    const { status } = await home.get(Kind.ImagePolicy, name);
    const digest = 'digest' in more ? { digest: digests[more.digest] } : {};
    expect([name, status?.latestRef]).toEqual([name, { name: image, tag, ...digest }]);
  }
  const always = await home.get(Kind.ImagePolicy, 'always');
  expect(always.status?.observedPreviousRef).toEqual({ name: image, tag: 'dev-9', digest: first });

  const { push: to, commit } = { push: { branch: 'auto' }, commit: { author: { email: 'a@b' } } };
  await automation({ git: { commit, push: to }, policySelector: { matchLabels: { team: 'a' } } });
  await home.ready(Kind.ImageUpdateAutomation, 'commits');
  const release = filled(HELM_RELEASE)
    .replace('"old/name"', `"${image}"`)
    .replace("'1'", "'run-10'")
    .replace('""', `"${first}"`)
    .replace('x:1', `${image}:dev-9@${second}`);
  expect(await show('auto', 'release.yaml')).toBe(release.trim());
  const kustomization = filled(KUSTOMIZATION)
    .replace('newName: old', `newName: ${image}`)
    .replace('newTag: old', 'newTag: main-5a8e3f1-100');
  expect(await show('auto', 'app/kustomization.yaml')).toBe(kustomization.trim());
});

const CONFIG = `apiVersion: v1
kind: ConfigMap
metadata:
  name: NAME
data:
  image: IMAGE:1 # {"$imagepolicy": "NAMESPACE:podinfo"}
`;

const MESSAGE = `Automated image update for {{ .Values.cluster }}

Automation: {{ .AutomationObject }}
{{ range $filename, $objects := .Changed.FileChanges -}}
- {{ $filename }}
{{ range $object, $changes := $objects -}}
  - {{ $object.Kind }} {{ $object.Name | upper }}
{{ range $changes }}    {{ .OldValue }} -> {{ .NewValue }} ({{ .Setter }})
{{ end }}{{ end }}{{ end -}}`;

test('a signed commit with its message lands on the branch of the checkout, of two automations both, and is rolled out', async () => {
  const { home, image, push, repository, policy, automation, log } = await imageHome();
  const { namespace, kube } = home;
  const keys = temporaryFolder();
  const key = join(keys, 'identity');
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', 'CANARY-phrase', '-C', 'bot', '-f', key]);
  writeFileSync(join(keys, 'signers'), `bot@example.org ${readFileSync(`${key}.pub`, 'utf8')}`);
  const stringData = { identity: readFileSync(key, 'utf8'), password: 'CANARY-phrase' };
  await kube.create({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'key', namespace }, stringData });
  const server = join(home.git.tree.dir, '..', 'repositories', new URL(home.git.url).pathname);
  const seen = join(keys, 'options');
  const hook = join(server, 'hooks', 'post-receive');
  writeFileSync(hook, `#!/bin/sh\nenv | grep ^GIT_PUSH_OPTION_ | sort >>'${seen}'\n`);
  chmodSync(hook, 0o755);
  await git(server, 'config', 'receive.advertisePushOptions', 'true');
  await push(['1', '2']);
  const file = (name: string) => {
    const text = CONFIG.replace('IMAGE', image).replace('NAMESPACE', namespace).replace('NAME', name);
    return { [`${name}/one.yaml`]: text };
  };
  await home.push({ ...file('a'), ...file('b') });
  await home.kustomization('app', { path: './a' });
  await home.ready(Kind.Kustomization, 'app');
  await repository();
  await policy();
  await home.ready(Kind.ImagePolicy, 'podinfo', '2');

  const author = { name: 'Bot', email: 'bot@example.org' };
  const signingKey = { type: 'ssh', secretRef: { name: 'key' } };
  const messageTemplate = MESSAGE;
  const messageTemplateValues = { cluster: 'prod' };
  const commit = { author, signingKey, messageTemplate, messageTemplateValues };
  const to = { options: { 'ci.skip': '', topic: 'images' }, refspec: 'refs/heads/main:refs/heads/mirror' };
  await automation({ git: { commit, push: to }, update: { path: './a' } }, { name: 'a' });
  await automation({ git: { commit: { author } }, update: { path: './b' } }, { name: 'b' });
  const a = await home.ready(Kind.ImageUpdateAutomation, 'a');
  const b = await home.ready(Kind.ImageUpdateAutomation, 'b');

  expect(await log('main', '%H')).toEqual(
    expect.arrayContaining([a.status?.lastPushCommit, b.status?.lastPushCommit]),
  );
  expect(await log('main')).toHaveLength(3);
  const { dir } = home.git.tree;
  const id = a.status?.lastPushCommit ?? '';
  const verify = ['-c', `gpg.ssh.allowedSignersFile=${join(keys, 'signers')}`, '-c', 'gpg.format=ssh'];
  expect(await git(dir, ...verify, 'log', '-1', '--format=%G? %GS|%an <%ae>', id)).toBe(
    'G bot@example.org|Bot <bot@example.org>',
  );
  const [subject, , automated, path, object, change] = (await git(dir, 'log', '-1', '--format=%B', id)).split(
    '\n',
  );
  expect([subject, automated, path, object, change]).toEqual([
    'Automated image update for prod',
    `Automation: ${namespace}/a`,
    '- one.yaml',
    '- ConfigMap A',
    `    ${image}:1 -> ${image}:2 (${namespace}:podinfo)`,
  ]);
  expect(readFileSync(seen, 'utf8')).toContain('GIT_PUSH_OPTION_0=ci.skip\nGIT_PUSH_OPTION_1=topic=images\n');
  expect(await log('mirror', '%H')).toContain(id);
  const events = await home.events(Kind.ImageUpdateAutomation, 'a');
  const told = `pushed commit '${id.slice(0, 7)}' to branch 'main' and refspecs '${to.refspec}'\n${subject}`;
  expect(events.map(({ message }) => message)).toContainEqual(expect.stringContaining(told));

  await home.request(Kind.GitRepository, 'home');
  const deployed = async () => (await home.live('ConfigMap', 'a'))?.['data'];
  await expect.poll(deployed, POLL).toEqual({ image: `${image}:2` });
  // What it pushed itself is no reason to go on.
  const again = await home.reconcile(Kind.ImageUpdateAutomation, 'a');
  expect(again.status?.lastPushCommit).toBe(id);
  expect(await log('main')).toHaveLength(3);
});

test('the push branch follows the base: it is made anew on what people push, and again when it is deleted', async () => {
  const { home, image, push, repository, policy, automation, log, show } = await imageHome();
  const text = CONFIG.replace('IMAGE', image).replace('NAMESPACE', home.namespace).replace('NAME', 'a');
  const branch = 'flux/image-updates';
  await push(['1', '2']);
  await home.push({ 'one.yaml': text });
  await repository();
  await policy();
  await automation();
  await expect.poll(async () => (await log(branch)).length, POLL).toBe(2);

  await home.push({ 'two.yaml': text }, 'by a person');
  await home.reconcile(Kind.ImageUpdateAutomation, 'commits');
  expect((await log(branch))[1]).toBe('by a person');
  expect(await show(branch, 'two.yaml')).toContain(`${image}:2 #`);

  await git(home.git.tree.dir, 'push', '-q', 'origin', `:refs/heads/${branch}`);
  await home.reconcile(Kind.ImageUpdateAutomation, 'commits');
  expect(await log(branch)).toHaveLength(3);

  await home.git.tree.push('rewritten', { 'two.yaml': undefined }, { amend: true });
  await home.reconcile(Kind.ImageUpdateAutomation, 'commits');
  expect((await log(branch)).slice(1)).toEqual(['rewritten', 'change']);

  // Somebody pushes to the branch between the look at it and the push.
  await push(['3']);
  const { server, tree } = home.git;
  let isFirst = true;
  server.setFault(async ({ path }) => {
    if (!isFirst || !path.includes('git-receive-pack')) return undefined;
    isFirst = false;
    await tree.push('in between', { 'three.yaml': text });
    await git(tree.dir, 'push', '-q', '-f', 'origin', `HEAD:refs/heads/${branch}`);
    return undefined;
  });
  await home.reconcile(Kind.ImageRepository, 'podinfo');
  await expect
    .poll(async () => await show(branch, 'three.yaml').catch(() => ''), POLL)
    .toContain(`${image}:3 #`);
  expect((await log(branch))[1]).toBe('in between');
});
