import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BranchChanges } from '../../../../../activities/image/update/update-branch.ts';
import {
  ANY_TIME,
  createGitFixture,
  type GitFixture,
  gitRepositoryObject,
  type TestRepository,
} from '../../../../support/git-fixture.ts';
import { commitsOn, manifest, update } from '../../../../support/image-updates.ts';

let fixture: GitFixture;
let repository: TestRepository;

beforeEach(async () => {
  fixture = await createGitFixture();
  repository = await fixture.repository();
});
afterEach(async () => fixture[Symbol.asyncDispose]());

const head = (branch = 'main') => repository.git('rev-parse', `refs/heads/${branch}`);
const OTHER_BRANCH = { push: { branch: 'flux/image-updates' } };

describe('an update of the branch that is checked out', () => {
  it('is one commit on top of it, and the next finds nothing to do', async () => {
    const base = await repository.commit({ 'a/app.yaml': manifest('1'), 'other.yaml': 'x: 1\n' });

    const result = await update(fixture, repository);

    const commit = await head();
    expect(result).toMatchObject({
      revision: `main@sha1:${base}`,
      switched: false,
      branch: 'main',
      upToDate: false,
      files: 1,
      changes: 1,
      pushed: { commit, revision: `main@sha1:${commit}`, isAdopted: false, at: '2030-01-02T03:04:05Z' },
    });
    const who = await repository.git('log', '-1', '--format=%an <%ae> %cn <%ce> %P', commit);
    expect(who).toBe(`Bot <bot@example.com> Bot <bot@example.com> ${base}`);
    const again = await update(fixture, repository, { status: { lastPushCommit: commit } });
    expect(again).toMatchObject({ upToDate: true, revision: `main@sha1:${commit}` });
    expect(await commitsOn(repository)).toBe(2);
  });

  it('changes the marked scalars and no other byte, file or mode', async () => {
    const base = await repository.commit({
      'app.yaml*': manifest('1'),
      'crlf.yaml': manifest('1').replaceAll('\n', '\r\n'),
      'README.md': manifest('1'),
      'bin\u00e4r ".yml': `${manifest('1')}---\n${manifest('1')}`,
      'unmarked.yaml': 'image: registry.test/app:1\n',
      Kustomization: manifest('1'),
      'link.yaml@': 'app.yaml',
      'broken.yaml': '{ # {"$imagepolicy": "apps:app"}',
    });

    const result = await update(fixture, repository);

    const diff = await repository.git('diff', '--raw', '--no-abbrev', '-z', base, 'refs/heads/main');
    const changed = diff.split('\0').filter((_, i) => i % 2 === 1);
    expect(changed.toSorted()).toEqual(['Kustomization', 'app.yaml', 'bin\u00e4r ".yml', 'crlf.yaml']);
    expect(diff).toContain(':100755 100755 ');
    expect(diff).not.toMatch(/:100644 100755|:100755 100644/);
    const words = await repository.git(
      'diff',
      '--numstat',
      base,
      'refs/heads/main',
      '--',
      'app.yaml',
      'crlf.yaml',
    );
    expect(words.split('\n').map((line) => line.split('\t').slice(0, 2))).toEqual([
      ['1', '1'],
      ['1', '1'],
    ]);
    expect(result).toMatchObject({ files: 4, changes: 5 });
    expect(result.problems).toEqual([expect.stringContaining('broken.yaml')]);
  });

  it('tells of markers that name no policy of its namespace, and leaves them alone', async () => {
    const markers = ['apps:gone', 'other-namespace:app'].map(
      (setter) => `x:1 # {"$imagepolicy": "${setter}"}`,
    );
    await repository.commit({ 'a.yaml': markers.map((marker, index) => `a${index}: ${marker}\n`).join('') });

    expect(await update(fixture, repository)).toMatchObject({
      upToDate: true,
      problems: ['apps:gone: no such policy, or it has not chosen an image'],
    });
    expect(await commitsOn(repository)).toBe(1);
  });

  it('is what the GitRepository fetches next, from the same mirror', async () => {
    await repository.commit({ 'app.yaml': manifest('1') });
    const source = gitRepositoryObject({ url: repository.url });
    await fixture.fetcher.fetch(source, ANY_TIME);

    const { pushed } = await update(fixture, repository);

    const { artifact } = await fixture.fetcher.fetch(source, ANY_TIME);
    expect(artifact.revision).toBe(pushed?.revision);
    const next = await update(fixture, repository, {
      image: { name: 'registry.test/app', tag: '3' },
      id: 'three',
    });
    expect(next.pushed?.commit).toBe(await head());
    expect(await commitsOn(repository)).toBe(3);
  });

  it('asks the remote one question where nothing changed since the status was written', async () => {
    const base = await repository.commit({ 'app.yaml': manifest('2') });
    const observedPolicies = { app: { name: 'registry.test/app', tag: '2' } };
    const status = { observedGeneration: 1, observedSourceRevision: `main@sha1:${base}`, observedPolicies };
    fixture.server.clearRequests();

    expect(await update(fixture, repository, { status })).toMatchObject({ upToDate: true });
    const quiet = fixture.server.requests.length;
    fixture.server.clearRequests();
    await update(fixture, repository, { status: { ...status, observedGeneration: 0 } });

    expect(quiet).toBe(2);
    expect(fixture.server.requests.length).toBeGreaterThan(quiet);
  });
});

describe('an update of a push branch of its own', () => {
  it('is one commit on top of the checkout, which stays', async () => {
    const base = await repository.commit({ 'app.yaml': manifest('1') });
    const changes: BranchChanges[] = [];

    const result = await update(fixture, repository, {
      git: OTHER_BRANCH,
      request: { onChanges: (change) => changes.push(change) },
    });

    const commit = await head('flux/image-updates');
    expect(result).toMatchObject({
      switched: true,
      branch: 'flux/image-updates',
      revision: `main@sha1:${base}`,
      pushed: { commit, revision: `flux/image-updates@sha1:${commit}` },
    });
    expect(await repository.git('rev-parse', `${commit}^`)).toBe(base);
    expect(await head()).toBe(base);
    expect(changes).toMatchObject([
      { base: 'main', head: 'flux/image-updates', files: [{ path: 'app.yaml', changes: [{}] }] },
    ]);
  });

  it('is not pushed again while it holds just that', async () => {
    await repository.commit({ 'app.yaml': manifest('1') });
    const first = await update(fixture, repository, { git: OTHER_BRANCH });
    await using elsewhere = await createGitFixture();

    const here = await update(fixture, repository, { git: OTHER_BRANCH, id: 'later' });
    const there = await update(elsewhere, repository, { git: OTHER_BRANCH });

    for (const again of [here, there]) {
      expect(again.pushed).toEqual({ ...first.pushed, isAdopted: true });
      expect(again.upToDate).toBe(false);
    }
  });

  it('follows the checkout: a commit there makes it anew on top', async () => {
    await repository.commit({ 'app.yaml': manifest('1') });
    await update(fixture, repository, { git: OTHER_BRANCH });
    const base = await repository.commit({ 'app.yaml': manifest('1'), 'new.yaml': 'x: 1\n' });

    const { pushed } = await update(fixture, repository, { git: OTHER_BRANCH });

    expect(await repository.git('rev-parse', 'refs/heads/flux/image-updates^')).toBe(base);
    expect(pushed).toMatchObject({ isAdopted: false, commit: await head('flux/image-updates') });
    expect(await commitsOn(repository, 'flux/image-updates')).toBe(3);
  });

  it('follows a checkout that was force-pushed', async () => {
    await repository.commit({ 'app.yaml': manifest('1') });
    await update(fixture, repository, { git: OTHER_BRANCH });
    const base = await repository.commit(
      { 'app.yaml': manifest('1'), 'else.yaml': 'x: 1\n' },
      { parents: [] },
    );

    await update(fixture, repository, { git: OTHER_BRANCH });

    expect(await repository.git('rev-parse', 'refs/heads/flux/image-updates^')).toBe(base);
  });

  it('overwrites what a person committed there', async () => {
    const base = await repository.commit({ 'app.yaml': manifest('1') });
    const { pushed } = await update(fixture, repository, { git: OTHER_BRANCH });
    const parents = [pushed?.commit ?? ''];
    await repository.commit({ 'app.yaml': manifest('1') }, { branch: 'flux/image-updates', parents });

    await update(fixture, repository, { git: OTHER_BRANCH });

    expect(await repository.git('rev-parse', 'refs/heads/flux/image-updates^')).toBe(base);
  });

  it('is made again when it was deleted', async () => {
    await repository.commit({ 'app.yaml': manifest('1') });
    await update(fixture, repository, { git: OTHER_BRANCH });
    await repository.git('update-ref', '-d', 'refs/heads/flux/image-updates');

    const { pushed } = await update(fixture, repository, { git: OTHER_BRANCH });

    expect(pushed).toMatchObject({ isAdopted: false, commit: await head('flux/image-updates') });
  });

  it('is left as it is once it was merged', async () => {
    await repository.commit({ 'app.yaml': manifest('1') });
    const { pushed } = await update(fixture, repository, { git: OTHER_BRANCH });
    await repository.git('update-ref', 'refs/heads/main', pushed?.commit ?? '');

    const result = await update(fixture, repository, { git: OTHER_BRANCH });

    expect(result).toMatchObject({ upToDate: true, revision: `main@sha1:${pushed?.commit}` });
    expect(result.pushed).toBeUndefined();
    expect(await head('flux/image-updates')).toBe(pushed?.commit);
  });
});

describe('the checkout', () => {
  it.each([
    ['a tag', { tag: 'v1' }, 'v1'],
    ['the highest tag of a range', { semver: '>=1.0.0' }, '1.0.0'],
    ['a full name', { name: 'refs/heads/main' }, 'refs/heads/main'],
  ])('is %s of spec.git.checkout.ref, before spec.ref of the GitRepository', async (_name, ref, label) => {
    const base = await repository.commit({ 'app.yaml': manifest('1') });
    await repository.git('tag', '-a', 'v1', '-m', 'v1', base);
    await repository.git('tag', '1.0.0', base);

    const result = await update(fixture, repository, {
      git: { checkout: { ref }, push: { branch: 'auto' } },
      source: { ref: { branch: 'gone' } },
    });

    expect(result).toMatchObject({ revision: `${label}@sha1:${base}`, switched: true });
    expect(await repository.git('rev-parse', 'refs/heads/auto^')).toBe(base);
  });

  it('is a commit that lies deep in the history, alone or on its branch', async () => {
    const base = await repository.commit({ 'app.yaml': manifest('1') });
    await repository.commit({ 'app.yaml': manifest('2') });

    for (const ref of [{ commit: base }, { commit: base, branch: 'main' }]) {
      const result = await update(fixture, repository, {
        git: { checkout: { ref }, push: { branch: 'auto' } },
      });
      expect(result).toMatchObject({ switched: true, changes: 1 });
      expect(await repository.git('rev-parse', 'refs/heads/auto^')).toBe(base);
      await repository.git('update-ref', '-d', 'refs/heads/auto');
    }
  });

  it('is the branch master where nothing names one', async () => {
    await repository.commit({ 'app.yaml': manifest('1') }, { branch: 'master' });
    const source = { ref: undefined };

    const result = await update(fixture, repository, { git: { push: { branch: 'master' } }, source });

    expect(result).toMatchObject({ switched: false, pushed: { commit: await head('master') } });
  });
});

describe('spec.update.path', () => {
  it.each([
    ['a folder', 'clusters/prod', ['clusters/prod/app.yaml']],
    ['a folder, written at length', './/clusters/x/../prod/', ['clusters/prod/app.yaml']],
    ['a folder from the root, as Flux reads it', '/clusters/prod', ['clusters/prod/app.yaml']],
    ['a file', 'clusters/prod/app.yaml', ['clusters/prod/app.yaml']],
    [
      'spaces, quotes, a line break and what looks like a pattern',
      'a "b"\n\u00fc\\*?[x]',
      ['a "b"\n\u00fc\\*?[x]/x\ny.yaml'],
    ],
    ['what looks like magic', ':(glob)x', [':(glob)x/a.yaml']],
    ['what looks like an option', '--x', ['--x/a.yaml']],
    ['the root', '.', undefined],
  ])('is %s', async (_name, path, expected) => {
    const paths = [
      'clusters/prod/app.yaml',
      'clusters/production/app.yaml',
      'a "b"\n\u00fc\\*?[x]/x\ny.yaml',
      ':(glob)x/a.yaml',
      '--x/a.yaml',
    ];
    const base = await repository.commit(Object.fromEntries(paths.map((file) => [file, manifest('1')])));

    await update(fixture, repository, { path });

    const changed = await repository.git('diff', '--name-only', '-z', base, 'refs/heads/main');
    expect(changed.split('\0').filter(Boolean).toSorted()).toEqual((expected ?? paths).toSorted());
  });

  it.each([
    ['is missing', 'nowhere', 'does not exist'],
    ['leads out', '../x', 'leads out of the repository'],
    ['leads out later', 'a/../../x', 'leads out of the repository'],
    ['is a symlink', 'link', 'symlink'],
    ['holds a NUL', 'a\0b', 'NUL'],
  ])('that %s is refused', async (_name, path, problem) => {
    await repository.commit({ 'app.yaml': manifest('1'), 'link@': 'app.yaml' });

    await expect(update(fixture, repository, { path })).rejects.toMatchObject({
      type: 'UpdateFailed',
      message: expect.stringMatching(new RegExp(`^failed to apply policies: spec.update.path .*${problem}`)),
    });
  });
});
