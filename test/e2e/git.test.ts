import { describe, expect, test } from 'vitest';
import { findCondition } from '../../api/conditions.ts';
import { git } from '../../tools/git.ts';
import { configMap, type FluxHome, fluxHome, POLL } from '../support/flux.ts';

const ONE = { 'app/one.yaml': configMap('one', { at: 'first' }) };

describe('the ref of a GitRepository', () => {
  test.each([
    { ref: undefined, revision: 'master@sha1:<first>' },
    { ref: { branch: 'main' }, revision: 'main@sha1:<second>' },
    { ref: { tag: 'v1.0.0' }, revision: 'v1.0.0@sha1:<first>' },
    { ref: { tag: 'annotated' }, revision: 'annotated@sha1:<second>' },
    { ref: { semver: '>=1.0.0 <2.0.0' }, revision: 'v1.1.0@sha1:<second>' },
    { ref: { name: 'refs/pull/1/head' }, revision: 'refs/pull/1/head@sha1:<first>' },
    { ref: { commit: '<first>' }, revision: 'sha1:<first>' },
    { ref: { branch: 'main', commit: '<first>' }, revision: 'main@sha1:<first>' },
    { ref: { branch: 'none', tag: 'v1.0.0', semver: '1.1.x' }, revision: 'v1.1.0@sha1:<second>' },
  ])('$ref is $revision', async ({ ref, revision }) => {
    const home = await fluxHome({ source: false });
    const first = await home.git.tree.push('first', ONE);
    await tag(home, 'refs/heads/master', 'refs/pull/1/head', 'refs/tags/v1.0.0');
    const second = await home.git.tree.push('second', { 'app/two.yaml': configMap('two') });
    await tag(home, 'refs/tags/v1.1.0', 'refs/tags/v2.0.0-rc.1');
    await git(home.git.tree.dir, 'tag', '-a', 'annotated', '-m', 'with words');
    await git(home.git.tree.dir, 'push', '--quiet', 'origin', 'annotated');
    const fill = (text: string) => text.replace('<first>', first).replace('<second>', second);

    await home.source('home', { ref: ref ? (JSON.parse(fill(JSON.stringify(ref))) as object) : null });

    await home.ready('GitRepository', 'home', fill(revision));
    await home.kustomization('app', { path: './app' });
    await home.ready('Kustomization', 'app', fill(revision));
    expect((await home.live('ConfigMap', 'two')) !== undefined).toBe(revision.includes('<second>'));
  });
});

test('a force-push is followed, and the event says that history was rewritten', async () => {
  const home = await fluxHome({ files: ONE });
  await home.kustomization('app', { path: './app' });
  await home.ready('Kustomization', 'app');

  const commit = await home.git.tree.push(
    'rewritten',
    { 'app/one.yaml': configMap('one', { at: 'second' }) },
    { amend: true },
  );
  await home.request('GitRepository', 'home');
  await home.ready('Kustomization', 'app', `main@sha1:${commit}`);

  expect(await home.live('ConfigMap', 'one')).toMatchObject({ data: { at: 'second' } });
  const messages = async () => (await home.events('GitRepository', 'home')).map(({ message }) => message);
  await expect
    .poll(messages, POLL)
    .toContainEqual("stored artifact for commit 'rewritten' (history rewritten)");
});

test('a deleted branch fails the source and prunes nothing; drift is still reverted from the last artifact', async () => {
  const home = await fluxHome({ files: ONE });
  await home.kustomization('app', { path: './app' });
  const before = await home.ready('Kustomization', 'app');
  const { artifact } = (await home.get('GitRepository', 'home')).status ?? {};

  const { path } = await home.git.server.createRepository('home');
  await git(path, 'update-ref', '-d', 'refs/heads/main');
  await git(path, 'update-ref', 'refs/heads/other', artifact?.revision.split(':')[1] ?? '');
  const { status } = await home.reconcile('GitRepository', 'home');

  const ready = findCondition(status?.conditions, 'Ready');
  expect(ready).toMatchObject({ status: 'False', reason: 'GitOperationFailed' });
  expect(ready?.message).toContain('couldn\'t find remote ref "refs/heads/main"');
  expect(findCondition(status?.conditions, 'FetchFailed')).toMatchObject({
    status: 'True',
    reason: 'GitOperationFailed',
  });
  expect(findCondition(status?.conditions, 'ArtifactInStorage')?.status).toBe('True');
  expect(status?.artifact).toEqual(artifact);
  const one = { apiVersion: 'v1', kind: 'ConfigMap', namespace: home.namespace, name: 'one' };
  await home.kube.patch(one, { data: { at: 'edited' } }, { type: 'merge', fieldManager: 'somebody' });
  const after = await home.reconcile('Kustomization', 'app');
  expect(await home.live('ConfigMap', 'one')).toMatchObject({ data: { at: 'first' } });
  expect(after.status?.inventory).toEqual(before.status?.inventory);

  const revision = await home.push({ 'app/one.yaml': configMap('one', { at: 'third' }) });
  await home.request('GitRepository', 'home');
  await home.ready('Kustomization', 'app', revision);
});

test('a server that fails is tried again by itself, and the source recovers with an event', async () => {
  const home = await fluxHome({ files: ONE });
  await home.ready('GitRepository', 'home');
  home.git.server.setFault(() => 503);

  await home.request('GitRepository', 'home');
  await home.condition('GitRepository', 'home', 'Ready', 'GitOperationFailed');
  home.git.server.setFault(undefined);

  await home.ready('GitRepository', 'home');
  const events = async () =>
    (await home.events('GitRepository', 'home')).map(({ type, reason }) => [type, reason]);
  await expect.poll(events, POLL).toContainEqual(['Warning', 'GitOperationFailed']);
  await expect.poll(events, POLL).toContainEqual(['Normal', 'Succeeded']);
});

test.each([
  {
    name: 'basic',
    auth: { username: 'ada', password: 'pa:ss wörd' },
    secret: { username: 'ada', password: 'pa:ss wörd' },
  },
  { name: 'bearer', auth: { token: 'token-1234' }, secret: { bearerToken: 'token-1234' } },
])(
  '$name credentials come from the Secret, and their change is enough after a refusal',
  async ({ auth, secret }) => {
    const home = await fluxHome({ git: { auth }, files: ONE, source: false });
    const { kube, namespace } = home;
    const metadata = { name: 'login', namespace };
    const wrong = Object.fromEntries(
      Object.keys(secret).map((key) => [key, key === 'username' ? 'ada' : 'wrong-one']),
    );
    await kube.create({ apiVersion: 'v1', kind: 'Secret', metadata, stringData: wrong });
    await home.source('home', { secretRef: { name: 'login' } });

    const { message } = await home.condition('GitRepository', 'home', 'Ready', 'AuthenticationFailed');
    expect(message).toContain('check the Secret of spec.secretRef');
    expect(message).not.toContain('wrong-one');

    await kube.patch(
      { apiVersion: 'v1', kind: 'Secret', namespace, name: 'login' },
      { stringData: secret },
      { type: 'merge' },
    );
    await home.request('GitRepository', 'home');
    await home.ready('GitRepository', 'home');
  },
);

test('what is ignored is not in the artifact, and a change of the patterns alone makes a new one', async () => {
  const home = await fluxHome({
    files: { ...ONE, 'app/two.yaml': configMap('two'), 'app/logo.png': 'no yaml' },
  });
  await home.kustomization('app', { path: './app' });
  const { status } = await home.ready('Kustomization', 'app');
  const before = (await home.get('GitRepository', 'home')).status?.artifact;
  expect(status?.inventory?.entries).toHaveLength(2);

  const began = Date.now();
  await home.update('GitRepository', 'home', { ignore: 'app/two.yaml\n' });
  await home.ready('GitRepository', 'home');

  await home.gone({ apiVersion: 'v1', kind: 'ConfigMap', namespace: home.namespace, name: 'two' });
  // At once, not when somebody happens to look.
  expect(Date.now() - began).toBeLessThan(20_000);
  const after = (await home.get('GitRepository', 'home')).status;
  expect(after?.observedIgnore).toBe('app/two.yaml\n');
  expect(after?.artifact?.revision).toBe(before?.revision);
  expect(after?.artifact?.digest).not.toBe(before?.digest);
});

/** Points refs of the server at the last commit. */
async function tag({ git: { tree } }: FluxHome, ...refs: readonly string[]): Promise<void> {
  await git(tree.dir, 'push', '--quiet', 'origin', ...refs.map((ref) => `HEAD:${ref}`));
}
