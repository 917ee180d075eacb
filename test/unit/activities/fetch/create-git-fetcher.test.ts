import { readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { GitFetchResult } from '../../../../activities/fetch/git-repository.ts';
import { createOpenArtifact } from '../../../../activities/fetch/open-artifact.ts';
import {
  ANY_TIME,
  createGitFixture,
  type GitFixture,
  gitRepositoryObject,
  type TestRepository,
} from '../../../support/git-fixture.ts';
import { readTree } from '../../../support/read-tree.ts';

let fixture: GitFixture;
let repository: TestRepository;

beforeEach(async () => {
  fixture = await createGitFixture();
  repository = await fixture.repository();
});
afterEach(async () => fixture[Symbol.asyncDispose]());

type Status = Parameters<typeof gitRepositoryObject>[1];

function fetch(spec: Record<string, unknown> = {}, status?: Status): Promise<GitFetchResult> {
  return fixture.fetcher.fetch(gitRepositoryObject({ url: repository.url, ...spec }, status), ANY_TIME);
}

function check(spec: Record<string, unknown> = {}, status?: Status) {
  return fixture.fetcher.check(
    gitRepositoryObject({ url: repository.url, ...spec }, status),
    ANY_TIME.signal,
  );
}

async function contentOf({ artifact }: GitFetchResult): Promise<Record<string, string>> {
  const open = createOpenArtifact({ dataDir: fixture.dataDir, store: fixture.store });
  return await readTree(await open(artifact, ANY_TIME));
}

describe('what spec.ref stands for', () => {
  it.each([
    ['the branch', { branch: 'main' }, (ids: Ids) => `main@sha1:${ids.second}`],
    ['an annotated tag, peeled', { tag: 'v1.0.0' }, (ids: Ids) => `v1.0.0@sha1:${ids.first}`],
    ['a lightweight tag', { tag: 'v1.1.0' }, (ids: Ids) => `v1.1.0@sha1:${ids.second}`],
    ['the highest tag of a range', { semver: '>=1.0.0, <2.0.0' }, (ids: Ids) => `v1.1.0@sha1:${ids.second}`],
    ['a full ref', { name: 'refs/heads/main' }, (ids: Ids) => `refs/heads/main@sha1:${ids.second}`],
    ['a pull request', { name: 'refs/pull/1/head' }, (ids: Ids) => `refs/pull/1/head@sha1:${ids.first}`],
    ['HEAD', { name: 'HEAD' }, (ids: Ids) => `HEAD@sha1:${ids.second}`],
    [
      'a name before a tag',
      { name: 'refs/heads/main', tag: 'v1.0.0' },
      (ids: Ids) => `refs/heads/main@sha1:${ids.second}`,
    ],
    ['a range before a tag', { semver: '1.1.x', tag: 'v1.0.0' }, (ids: Ids) => `v1.1.0@sha1:${ids.second}`],
  ])('is %s', async (_name, ref, revision) => {
    const ids = await twoCommits();

    const result = await fetch({ ref });

    expect(result).toMatchObject({ unchanged: false, artifact: { revision: revision(ids) } });
    expect((await contentOf(result))['a.yaml']).toBe(revision(ids).includes(ids.first) ? 'one' : 'two');
  });

  it('is a commit, by its id alone or on its branch', async () => {
    const { first } = await twoCommits();

    const alone = await fetch({ ref: { commit: first } });
    const onBranch = await fetch({ ref: { commit: first, branch: 'main' } });

    expect(alone.artifact.revision).toBe(`sha1:${first}`);
    expect(onBranch.artifact.revision).toBe(`main@sha1:${first}`);
    expect(onBranch.artifact.digest).toBe(alone.artifact.digest);
  });

  it('is no commit of another branch', async () => {
    await twoCommits();
    const other = await repository.commit({ x: '1' }, { branch: 'other' });

    await expect(fetch({ ref: { commit: other, branch: 'main' } })).rejects.toMatchObject({
      type: 'GitOperationFailed',
      message: expect.stringContaining('is not on refs/heads/main'),
    });
  });

  it('is master when nothing is set', async () => {
    await repository.commit({ 'a.yaml': '1' });

    await expect(fetch({ ref: undefined })).rejects.toMatchObject({
      type: 'GitOperationFailed',
      nonRetryable: true,
      message: expect.stringContaining(`couldn't find remote ref "refs/heads/master"`),
    });
  });

  it.each([
    ['a tag that is gone', { tag: 'v9' }, `couldn't find remote ref "refs/tags/v9"`],
    ['a range without a tag', { semver: '>=9' }, 'no match found for semver: >=9'],
    ['a range that is none', { semver: '>>x' }, 'semver parse error'],
    ['an option as branch', { branch: '--upload-pack=touch' }, 'no valid git reference name'],
  ])('names %s in the failure', async (_name, ref, message) => {
    await repository.commit({ 'a.yaml': '1' });

    await expect(fetch({ ref })).rejects.toMatchObject({
      type: 'GitOperationFailed',
      nonRetryable: true,
      message: expect.stringContaining(message),
    });
  });

  it('is nothing in an empty repository', async () => {
    await expect(fetch()).rejects.toMatchObject({
      type: 'EmptyGitRepository',
      message: expect.stringContaining('git repository is empty'),
    });
  });
});

describe('an interval pass', () => {
  it('finds nothing to do while revision and ignore rules are those of the artifact', async () => {
    await repository.commit({ 'a.yaml': '1' });
    const { artifact } = await fetch();

    expect(await check({}, { artifact })).toEqual({ revision: artifact.revision, changed: false });
    expect(await fetch({}, { artifact })).toEqual({ unchanged: true, artifact });
  });

  it('downloads nothing', async () => {
    await repository.commit({ 'a.yaml': '1' });
    const { artifact } = await fetch();
    fixture.server.clearRequests();

    await check({}, { artifact });

    const posts = fixture.server.requests.filter(({ method }) => method === 'POST');
    expect(fixture.server.requests.length).toBeLessThanOrEqual(2);
    expect(posts.length).toBeLessThanOrEqual(1);
  });

  it.each([
    ['a new commit', async () => void (await repository.commit({ 'a.yaml': '2' })), {}],
    ['a moved branch', async () => void (await repository.commit({ 'b.yaml': '2' }, { parents: [] })), {}],
    ['another spec.ignore', async () => undefined, { ignore: 'b/' }],
    ['a lost store', async () => rm(join(fixture.dataDir, 'artifacts'), { recursive: true }), {}],
  ])('is due after %s', async (_name, act, spec) => {
    await repository.commit({ 'a.yaml': '1' });
    const { artifact } = await fetch();

    await act();

    expect(await check(spec, { artifact })).toMatchObject({ changed: true });
    expect(await fetch(spec, { artifact })).toMatchObject({ unchanged: false });
  });

  it('sees a moved tag and a deleted branch', async () => {
    const { second } = await twoCommits();
    const { artifact } = await fetch({ ref: { tag: 'v1.0.0' } });

    await repository.git('tag', '-f', 'v1.0.0', second);
    await repository.git('update-ref', '-d', 'refs/heads/main');

    expect(await check({ ref: { tag: 'v1.0.0' } }, { artifact })).toEqual({
      revision: `v1.0.0@sha1:${second}`,
      changed: true,
    });
    await expect(check({}, { artifact })).rejects.toMatchObject({
      message: expect.stringContaining('refs/heads/main'),
    });
  });
});

describe('the artifact', () => {
  it('holds regular files only, and says where it is', async () => {
    const commit = await repository.commit(
      {
        'a.yaml': 'one',
        'dir/run.sh*': '#!/bin/sh',
        'link@': '/etc/passwd',
        'dir/self@': '..',
        'dir/deep/b': '',
      },
      { message: 'first line\n\nmore' },
    );

    const result = await fetch();

    const path = `gitrepository/apps/app/${commit}-${result.artifact.digest.slice(7, 23)}.tar.gz`;
    expect(result).toMatchObject({
      commitMessage: 'first line',
      artifact: { revision: `main@sha1:${commit}`, path, url: `http://127.0.0.1:1/${path}` },
    });
    expect(await contentOf(result)).toEqual({
      'a.yaml': 'one',
      'dir/run.sh*': '#!/bin/sh',
      'dir/deep/b': '',
    });
  });

  it.each([
    'ünï/cödé.yaml',
    `${'d/'.repeat(50)}${'f'.repeat(90)}`,
    'x'.repeat(150),
    `${'p'.repeat(120)}/${'q'.repeat(120)}`,
  ])('keeps the name %s', async (name) => {
    await repository.commit({ [name]: '1' });

    expect(await contentOf(await fetch())).toEqual({ [name]: '1' });
  });

  it('has the same digest from any worker and after a lost store', async () => {
    await repository.commit({ 'a.yaml': 'one', 'b/c.yaml': 'x'.repeat(100_000) });
    await using other = await createGitFixture();
    const object = gitRepositoryObject({ url: repository.url });

    const first = await fetch();
    await rm(join(fixture.dataDir, 'artifacts'), { recursive: true });
    const again = await fetch();
    const elsewhere = await other.fetcher.fetch(object, ANY_TIME);

    expect(again.artifact.digest).toBe(first.artifact.digest);
    expect(elsewhere.artifact.digest).toBe(first.artifact.digest);
    expect(again.artifact.path).toBe(first.artifact.path);
  });

  it('leaves out what .sourceignore and spec.ignore exclude', async () => {
    await repository.commit({
      '.sourceignore': '*.md',
      'a.md': '',
      'a.yaml': '',
      'docs/b.yaml': '',
      'docs/keep.md': '',
    });

    const result = await fetch({ ignore: 'docs/*.yaml\n!docs/keep.md' });

    expect(Object.keys(await contentOf(result)).sort()).toEqual(['.sourceignore', 'a.yaml', 'docs/keep.md']);
  });

  it('tells of Git LFS pointers', async () => {
    await repository.commit({
      'big.bin': 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n',
      'a.yaml': '',
    });

    expect(await fetch()).toMatchObject({ lfsPointers: ['big.bin'] });
  });

  it('is refused beyond 50,000 files before their content is read', async () => {
    const empty = await repository.git('hash-object', '-w', '-t', 'blob', '/dev/null');
    await manyFiles(empty, 50_001);

    await expect(fetch()).rejects.toMatchObject({
      type: 'ArchiveOperationFailed',
      nonRetryable: true,
      message: expect.stringContaining('50001 files exceed'),
    });
  });

  it('replaces the one before the last of its object', async () => {
    for (const content of ['1', '2', '3']) {
      await repository.commit({ 'a.yaml': content });
      await fetch();
    }

    expect(await readdir(join(fixture.dataDir, 'artifacts/gitrepository/apps/app'))).toHaveLength(2);
    await fixture.store.drop({ kind: 'GitRepository', namespace: 'apps', name: 'app' });
    expect(await readdir(join(fixture.dataDir, 'artifacts/gitrepository/apps'))).toEqual([]);
  });
});

describe('rewritten history', () => {
  it.each<[string, boolean | undefined, (ids: Ids) => Promise<unknown>]>([
    ['a push on top', false, async () => repository.commit({ c: '3' })],
    ['the commit before', true, async ({ first }) => repository.git('update-ref', 'refs/heads/main', first)],
    ['an unrelated history', true, async () => repository.commit({ c: '3' }, { parents: [] })],
    ['an amended commit', true, async ({ first }) => repository.commit({ c: '3' }, { parents: [first] })],
  ])('after %s is %s', async (_name, rewritten, act) => {
    const ids = await twoCommits();
    const { artifact } = await fetch();

    await act(ids);

    const result = await fetch({}, { artifact });
    expect(result.unchanged).toBe(false);
    expect(result.rewritten).toBe(rewritten);
  });
});

describe('faults', () => {
  it.each([
    ['an object is cut short', async (mirror: string) => truncateAll(join(mirror, 'objects'))],
    ['the objects are gone', async (mirror: string) => rm(join(mirror, 'objects'), { recursive: true })],
    [
      'a killed git left its lock',
      async (mirror: string) => void (await repository.git('init', '-q', `${mirror}/shallow.lock`)),
    ],
  ])('make the mirror anew when %s', async (_name, damage) => {
    await repository.commit({ 'a.yaml': 'one', 'b.yaml': 'two' });
    const { artifact } = await fetch();
    const [mirror = ''] = await readdir(join(fixture.dataDir, 'mirrors'));

    await damage(join(fixture.dataDir, 'mirrors', mirror));
    await repository.commit({ 'a.yaml': 'three', 'b.yaml': 'two' });
    const result = await fetch({}, { artifact });

    expect(await contentOf(result)).toEqual({ 'a.yaml': 'three', 'b.yaml': 'two' });
  });

  it('of the server are transient', async () => {
    await repository.commit({ 'a.yaml': '1' });
    for (const fault of [500, 503, 'drop'] as const) {
      fixture.server.setFault(() => fault);
      await expect(fetch()).rejects.toMatchObject({ type: 'GitOperationFailed', nonRetryable: false });
    }
    await fixture.server.stop();
    await expect(fetch()).rejects.toMatchObject({ type: 'GitOperationFailed', nonRetryable: false });
  });

  it('do not hold a run longer than spec.timeout', async () => {
    await repository.commit({ 'a.yaml': '1' });
    fixture.server.setFault(() => ({ delayMs: 20_000 }));

    await expect(fetch({ timeout: '300ms' })).rejects.toMatchObject({
      type: 'GitOperationFailed',
      nonRetryable: false,
      message: expect.stringContaining('context deadline exceeded'),
    });
    expect(await readdir(join(fixture.dataDir, 'tmp'))).toEqual([]);
  });

  it('end at once when the run is cancelled', async () => {
    await repository.commit({ 'a.yaml': '1' });
    const controller = new AbortController();
    const cancelled = new Error('cancelled');
    fixture.server.setFault(() => {
      controller.abort(cancelled);
      return { delayMs: 20_000 };
    });

    const running = fixture.fetcher.fetch(gitRepositoryObject({ url: repository.url }), {
      ...ANY_TIME,
      signal: controller.signal,
    });

    await expect(running).rejects.toBe(cancelled);
    expect(await readdir(join(fixture.dataDir, 'tmp'))).toEqual([]);
  });

  it('of the disk ask for room', async () => {
    await repository.commit({ 'a.yaml': '1' });
    await fetch();
    await rm(join(fixture.dataDir, 'artifacts'), { recursive: true });
    const blocked = join(fixture.dataDir, 'artifacts');
    await writeFile(blocked, '');

    await expect(fetch()).rejects.toMatchObject({ type: 'StorageOperationFailed', nonRetryable: false });
    expect((await stat(blocked)).isFile()).toBe(true);
  });

  it('of one object do not stop another with the same mirror', async () => {
    await twoCommits();

    const results = await Promise.all([
      fetch(),
      fetch({ ref: { tag: 'v1.0.0' } }),
      fetch({ ref: { branch: 'none' } }).catch(() => 'failed'),
    ]);

    expect(results[2]).toBe('failed');
    expect(await contentOf(results[1] as GitFetchResult)).toEqual({ 'a.yaml': 'one' });
  });
});

interface Ids {
  readonly first: string;
  readonly second: string;
}

async function twoCommits(): Promise<Ids> {
  const first = await repository.commit({ 'a.yaml': 'one' });
  await repository.git('tag', '-a', '-m', 'release', 'v1.0.0', first);
  await repository.git('update-ref', 'refs/pull/1/head', first);
  const second = await repository.commit({ 'a.yaml': 'two' });
  await repository.git('tag', 'v1.1.0', second);
  await repository.git('tag', 'v2.0.0-rc.1', second);
  await repository.git('tag', 'not-a-version', second);
  return { first, second };
}

async function truncateAll(directory: string): Promise<void> {
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    await rm(file);
    await writeFile(file, '');
  }
}

async function manyFiles(blob: string, count: number): Promise<void> {
  const lines = Array.from({ length: count }, (_, i) => `100644 ${blob}\tf${i}`).join('\n');
  const list = join(repository.path, 'list');
  await writeFile(list, `${lines}\n`);
  await repository.git('-c', 'alias.fill=!git update-index --index-info <list', 'fill');
  const tree = await repository.git('write-tree');
  const commit = await repository.git('commit-tree', tree, '-m', 'many');
  await repository.git('update-ref', 'refs/heads/main', commit);
}
