import { execFileSync } from 'node:child_process';
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createGitFixture, type GitFixture, TestRepository } from '../../../../support/git-fixture.ts';
import { commitsOn, manifest, update } from '../../../../support/image-updates.ts';

let fixture: GitFixture;
let repository: TestRepository;

beforeEach(async () => {
  fixture = await createGitFixture();
  repository = await fixture.repository();
});
afterEach(async () => fixture[Symbol.asyncDispose]());

describe('a repository', () => {
  it('with a name that is not UTF-8 keeps it, and the file', async () => {
    const first = await repository.commit({ 'app.yaml': manifest('1'), 'x.yaml': manifest('0') });
    const [app = '', other = ''] = (await repository.git('ls-tree', '--format=%(objectname)', first)).split(
      '\n',
    );
    const name = Buffer.concat([Buffer.from('caf\xe9', 'latin1'), Buffer.from('.yaml')]);
    const entry = (id: string, path: Buffer) =>
      Buffer.concat([Buffer.from(`100644 blob ${id}\t`), path, Buffer.of(0)]);
    const input = Buffer.concat([entry(app, Buffer.from('app.yaml')), entry(other, name)]);
    const tree = execFileSync('git', ['mktree', '-z'], { cwd: repository.path, input }).toString().trim();
    const base = await repository.git('commit-tree', tree, '-p', first, '-m', 'odd');
    await repository.git('update-ref', 'refs/heads/main', base);

    const result = await update(fixture, repository);

    expect(result).toMatchObject({ files: 1, problems: [expect.stringContaining('its name is not UTF-8')] });
    expect(await repository.git('diff', '--name-only', base, 'refs/heads/main')).toBe('app.yaml');
    expect(await repository.git('ls-tree', '--name-only', 'refs/heads/main')).toContain('caf\\351.yaml');
  });

  it('with submodules, symlinks and files that are too large keeps them', async () => {
    const first = await repository.commit({
      'app.yaml': manifest('1'),
      'big.yaml': 'x: 1\n',
      'link.yaml@': 'app.yaml',
    });
    const big = join(repository.path, 'big');
    await writeFile(big, manifest('1') + '# long\n'.repeat(800_000));
    const id = await repository.git('hash-object', '-w', big);
    await repository.git('read-tree', first);
    await repository.git('update-index', '--add', '--cacheinfo', `100644,${id},big.yaml`);
    await repository.git('update-index', '--add', '--cacheinfo', `160000,${first},sub.yaml`);
    const base = await repository.git(
      'commit-tree',
      await repository.git('write-tree'),
      '-p',
      first,
      '-m',
      'odd',
    );
    await repository.git('update-ref', 'refs/heads/main', base);

    const result = await update(fixture, repository);

    expect(result).toMatchObject({ files: 1, problems: ['"big.yaml": file is larger than 5 MiB; split it'] });
    expect(await repository.git('diff', '--name-only', base, 'refs/heads/main')).toBe('app.yaml');
  });

  it('of SHA-256 is updated like any other', async () => {
    await using elsewhere = await createGitFixture();
    const path = join(dirname(fixture.dataDir), 'remote', 'org', 'wide');
    execFileSync('git', ['init', '-q', '--bare', '-b', 'main', '--object-format=sha256', path]);
    const wide = new TestRepository(`${fixture.server.url}/org/wide`, path);
    await wide.git('config', 'http.receivepack', 'true');
    await wide.commit({ 'app.yaml': manifest('1') });

    const { pushed } = await update(fixture, wide);
    const found = await update(elsewhere, wide);

    expect(pushed).toMatchObject({
      revision: `main@sha256:${await wide.git('rev-parse', 'refs/heads/main')}`,
    });
    expect(found.pushed).toMatchObject({ commit: pushed?.commit, isAdopted: true });
    expect(await commitsOn(wide)).toBe(2);
  });
});

describe('a mirror', () => {
  it.each([
    ['all its objects', (objects: string) => rm(objects, { recursive: true })],
    ['a file', loseFile],
  ])('that lost %s is made anew, and one commit comes of it', async (_name, lose) => {
    const base = await repository.commit({ 'app.yaml': manifest('1'), 'b.yaml': `${manifest('1')}#\n` });
    const before = { name: 'registry.test/app', tag: '1' };
    await update(fixture, repository, { image: before });
    const mirrors = join(fixture.dataDir, 'mirrors');
    const file = await repository.git('rev-parse', `${base}:b.yaml`);
    for (const name of await readdir(mirrors)) await lose(join(mirrors, name, 'objects'), file);

    const result = await update(fixture, repository);

    expect(result).toMatchObject({ files: 2, pushed: { isAdopted: false } });
    expect(await commitsOn(repository)).toBe(2);
  });

  it('is left without refs and scratch of ours', async () => {
    await repository.commit({ 'app.yaml': manifest('1') });
    await update(fixture, repository, { git: { push: { branch: 'auto' } } });

    const mirrors = join(fixture.dataDir, 'mirrors');
    for (const name of await readdir(mirrors)) {
      const refs = execFileSync('git', ['for-each-ref', '--format=%(refname)'], { cwd: join(mirrors, name) });
      expect(refs.toString()).toMatch(/^refs\/pawl\/[0-9a-f]{32}\n$/);
    }
    expect(await readdir(join(fixture.dataDir, 'tmp'))).toEqual([]);
  });
});

/** Takes one object out of a mirror, the rest stays. */
async function loseFile(objects: string, id: string): Promise<void> {
  const packs = await readdir(join(objects, 'pack'));
  for (const name of packs) await rename(join(objects, 'pack', name), join(objects, name));
  for (const name of packs.filter((pack) => pack.endsWith('.pack'))) {
    const input = await readFile(join(objects, name));
    execFileSync('git', ['unpack-objects', '-q'], { cwd: dirname(objects), input });
  }
  await rm(join(objects, id.slice(0, 2), id.slice(2)));
}
