import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createGitFixture, type GitFixture, type TestRepository } from '../../../../support/git-fixture.ts';
import { commitsOn, manifest, update, type Wanted } from '../../../../support/image-updates.ts';

let fixture: GitFixture;
let repository: TestRepository;
let base: string;

beforeEach(async () => {
  fixture = await createGitFixture();
  repository = await fixture.repository();
  base = await repository.commit({ 'app.yaml': manifest('1'), 'notes.txt': 'one' });
});
afterEach(async () => fixture[Symbol.asyncDispose]());

const head = (branch = 'main') => repository.git('rev-parse', `refs/heads/${branch}`);
const ownBranch = { push: { branch: 'auto' } };

class Killed extends Error {}

/** A worker that dies when it has passed the point. */
function dyingAt(point: string): NonNullable<Wanted['options']> {
  return {
    passed: (passed) => {
      if (passed === point) throw new Killed();
    },
  };
}

/** Lets somebody do something right before the n-th request of a kind reaches the server. */
function before(
  matches: (path: string, method: string) => boolean,
  act: () => Promise<unknown>,
  times = 1,
): void {
  let left = times;
  let acting = false;
  fixture.server.setFault(async ({ path, method }) => {
    if (left === 0 || acting || !matches(path, method)) return undefined;
    left -= 1;
    acting = true;
    await act();
    acting = false;
    return undefined;
  });
}

const beforePushLooks = (path: string) => path.includes('service=git-receive-pack');
const beforePushWrites = (path: string, method: string) =>
  method === 'POST' && path.endsWith('/git-receive-pack');

describe('a worker that dies', () => {
  describe.each([
    ['on the branch that was checked out', {}, 'main'],
    ['on a branch of its own', ownBranch, 'auto'],
  ])('%s', (_name, git, branch) => {
    it.each(['image.edited', 'image.committed', 'image.pushed'])(
      'behind %s leaves one commit',
      async (point) => {
        await expect(update(fixture, repository, { git, options: dyingAt(point) })).rejects.toThrow(Killed);

        const next = await update(fixture, repository, { git });

        expect(next.pushed).toMatchObject({
          commit: await head(branch),
          isAdopted: point === 'image.pushed',
        });
        expect(next.pushed?.message).toBe('Update from image update automation');
        expect(await commitsOn(repository, branch)).toBe(2);
      },
    );

    it('behind its push, with another data directory than who goes on, leaves one commit', async () => {
      await using elsewhere = await createGitFixture();
      const dying = update(elsewhere, repository, { git, options: dyingAt('image.pushed') });
      await expect(dying).rejects.toThrow(Killed);

      const next = await update(fixture, repository, { git });

      expect(next.pushed).toMatchObject({ commit: await head(branch), isAdopted: true });
      expect(await commitsOn(repository, branch)).toBe(2);
    });
  });

  it('behind its push is found below what others pushed meanwhile', async () => {
    await expect(update(fixture, repository, { options: dyingAt('image.pushed') })).rejects.toThrow(Killed);
    const ours = await head();
    for (const text of ['two', 'three', 'four']) {
      await repository.commit({ 'app.yaml': manifest('2'), 'notes.txt': text });
    }

    const next = await update(fixture, repository);

    expect(next).toMatchObject({
      pushed: { commit: ours, isAdopted: true },
      revision: `main@sha1:${await head()}`,
    });
    expect(await commitsOn(repository)).toBe(5);
  });

  it('behind its push is not taken for the commit of another reconcile', async () => {
    await expect(update(fixture, repository, { options: dyingAt('image.pushed') })).rejects.toThrow(Killed);

    const next = await update(fixture, repository, { id: 'another' });

    expect(next).toMatchObject({ upToDate: true });
  });

  it('between its two pushes makes up for the second', async () => {
    const git = { push: { refspec: 'refs/heads/main:refs/heads/also' } };
    await expect(update(fixture, repository, { git, options: dyingAt('image.pushed') })).rejects.toThrow(
      Killed,
    );
    const ours = await head();

    const next = await update(fixture, repository, { git });

    expect(next.pushed).toMatchObject({
      commit: ours,
      isAdopted: true,
      refspecs: ['refs/heads/main:refs/heads/also'],
    });
    expect(await head('also')).toBe(ours);
  });
});

describe('an answer that is lost', () => {
  it.each([
    ['on the branch that was checked out', {}, 'main'],
    ['on a branch of its own', ownBranch, 'auto'],
  ])('%s is an error that passes, and leaves one commit', async (_name, git, branch) => {
    const hook = join(repository.path, 'hooks', 'post-receive');
    await writeFile(hook, '#!/bin/sh\nkill -9 $PPID\n', { mode: 0o755 });
    await expect(update(fixture, repository, { git })).rejects.toMatchObject({
      type: 'GitOperationFailed',
      nonRetryable: false,
    });
    await rm(hook);

    const next = await update(fixture, repository, { git });

    expect(next.pushed).toMatchObject({ commit: await head(branch), isAdopted: true });
    expect(await commitsOn(repository, branch)).toBe(2);
  });
});

describe('somebody who pushes', () => {
  describe.each([
    ['between our look and our push', beforePushLooks],
    ['while we push', beforePushWrites],
  ])('%s', (_name, moment) => {
    it('keeps their commit, and ours comes on top', async () => {
      let theirs = '';
      before(moment, async () => {
        theirs = await repository.commit({ 'app.yaml': manifest('1'), 'notes.txt': 'two' });
      });

      const { pushed } = await update(fixture, repository);

      expect(pushed).toMatchObject({ commit: await head(), isAdopted: false });
      expect(await repository.git('rev-parse', 'refs/heads/main^')).toBe(theirs);
      expect(await repository.git('show', 'refs/heads/main:notes.txt')).toBe('two');
    });

    it('to the push branch of its own is looked at again before it is overwritten', async () => {
      before(moment, () => repository.commit({ 'app.yaml': 'x: 1\n' }, { branch: 'auto' }));

      const { pushed } = await update(fixture, repository, { git: ownBranch });

      expect(pushed).toMatchObject({ commit: await head('auto') });
      expect(await repository.git('rev-parse', 'refs/heads/auto^')).toBe(base);
    });

    it('what we were about to push leaves us nothing to do', async () => {
      before(moment, () => repository.commit({ 'app.yaml': manifest('2'), 'notes.txt': 'one' }));

      expect(await update(fixture, repository)).toMatchObject({ upToDate: true });
      expect(await commitsOn(repository)).toBe(2);
    });

    it('by force starts us again from there', async () => {
      let theirs = '';
      before(moment, async () => {
        theirs = await repository.commit({ 'app.yaml': manifest('0') }, { parents: [] });
      });

      await update(fixture, repository);

      expect(await repository.git('rev-parse', 'refs/heads/main^')).toBe(theirs);
      expect(await commitsOn(repository)).toBe(2);
    });

    it('deletes the branch: that is an error, and no branch is made', async () => {
      before(moment, () => repository.git('update-ref', '-d', 'refs/heads/main'));
      await repository.git('update-ref', 'refs/heads/other', base);

      await expect(update(fixture, repository)).rejects.toMatchObject({
        type: 'GitOperationFailed',
        message: expect.stringContaining('couldn\'t find remote ref "refs/heads/main"'),
      });
    });
  });

  it('again and again makes it wait for another attempt', async () => {
    let n = 0;
    before(beforePushLooks, () => repository.commit({ 'app.yaml': manifest('1'), n: String((n += 1)) }), 100);

    await expect(update(fixture, repository)).rejects.toMatchObject({
      type: 'GitOperationFailed',
      nonRetryable: false,
      message: expect.stringContaining("branch 'main'"),
    });
    expect(await commitsOn(repository)).toBe(1 + n);
  });
});

describe('many at once', () => {
  it('of two automations on one branch both land, one after the other', async () => {
    const two = '  - a: x:1 # {"$imagepolicy": "apps:b"}\n';
    await repository.commit({ 'app.yaml': manifest('1'), 'b.yaml': `a:\n${two}` });
    const b = { request: { images: new Map([['apps:b', { name: 'x', tag: '2' }]]) }, id: 'b' };
    await using elsewhere = await createGitFixture();

    await Promise.all([
      update(fixture, repository),
      update(fixture, repository, b),
      update(elsewhere, repository),
      update(elsewhere, repository, b),
    ]);

    expect(await commitsOn(repository)).toBe(4);
    expect(await repository.git('show', 'refs/heads/main:app.yaml')).toBe(manifest('2').trim());
    expect(await repository.git('show', 'refs/heads/main:b.yaml')).toContain('x:2');
  });
});

describe('an attempt that is void', () => {
  it('pushes nothing', async () => {
    const assertMayWrite = () => {
      throw new Killed();
    };

    await expect(update(fixture, repository, { options: { assertMayWrite } })).rejects.toThrow(Killed);

    expect(await commitsOn(repository)).toBe(1);
  });

  it('pushes nothing when it is cancelled', async () => {
    const cancel = new AbortController();
    const passed = (point: string) => {
      if (point === 'image.committed') cancel.abort(new Killed());
    };
    const wanted = { options: { passed }, request: { signal: cancel.signal } };

    await expect(update(fixture, repository, wanted)).rejects.toThrow(Killed);

    expect(await commitsOn(repository)).toBe(1);
  });
});
