import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { UpdateResult } from '../../../../../activities/image/update/update-branch.ts';
import { createGitFixture, type GitFixture, type TestRepository } from '../../../../support/git-fixture.ts';
import { update, type Wanted } from '../../../../support/image-updates.ts';

const GIT = { push: { branch: 'auto' } };

let fixture: GitFixture;
let repository: TestRepository;
let head: string;
let files: Record<string, string>;
/** What each automation's policy has chosen. */
let chosen: Record<string, string>;
/** Who was asked to make its commit again, in that order. */
let asked: string[];

beforeEach(async () => {
  fixture = await createGitFixture();
  repository = await fixture.repository();
  files = Object.fromEntries(['a', 'b', 'c'].map((name) => [`${name}.yaml`, marked(name, '1')]));
  head = await repository.commit(files);
  chosen = { a: '2', b: '2', c: '2' };
  asked = [];
});
afterEach(async () => fixture[Symbol.asyncDispose]());

const marked = (name: string, tag: string) => `image: ${name}:${tag} # {"$imagepolicy": "apps:${name}"}\n`;
const tip = (branch = 'auto') => repository.git('rev-parse', `refs/heads/${branch}`);

/** A run of the automation of that name. */
async function run(name: string, wanted: Wanted = {}): Promise<UpdateResult> {
  const tag = chosen[name] ?? '';
  return await update(fixture, repository, {
    git: GIT,
    id: `${name} ${tag}`,
    metadata: { name, uid: `uid of ${name}` },
    ...wanted,
    request: {
      images: new Map([[`apps:${name}`, { name, tag }]]),
      onDropped: async (others) => void asked.push(...others.map((other) => other.name)),
      ...wanted.request,
    },
  });
}

async function runAll(...names: readonly string[]): Promise<void> {
  for (const name of names) await run(name);
}

/** Runs of those that were asked, and of whom they ask. */
async function runAsked(): Promise<void> {
  for (let name = asked.shift(); name; name = asked.shift()) await run(name);
}

async function moveHead(more: Record<string, string> = { notes: `${head}\n` }): Promise<string> {
  files = { ...files, ...more };
  head = await repository.commit(files);
  return head;
}

/** The commits above the checkout, oldest first, by the automations that made them. */
async function madeOn(branch = 'auto'): Promise<readonly string[]> {
  const range = `${head}..refs/heads/${branch}`;
  const log = await repository.git(
    'log',
    '--reverse',
    '--format=%(trailers:key=Automation,valueonly)',
    range,
  );
  return log.split('\n').flatMap((line) => /^apps\/(\S+)/.exec(line)?.[1] ?? []);
}

async function tags(branch = 'auto'): Promise<string> {
  const shown = ['a', 'b', 'c'].map((name) => repository.git('show', `refs/heads/${branch}:${name}.yaml`));
  return (await Promise.all(shown)).map((text) => /:(\d+) /.exec(text)?.[1]).join('');
}

describe('automations with one push branch of their own', () => {
  it('put their commits on each other, and find them there', async () => {
    await runAll('a', 'b', 'c');
    const landed = await tip();

    expect(await madeOn()).toEqual(['a', 'b', 'c']);
    expect(await tags()).toBe('222');
    await runAll('c', 'a', 'b', 'a');
    expect(await tip()).toBe(landed);
    expect(asked).toEqual([]);
  });

  it('replace their own commit on top, and put one on those of others', async () => {
    await runAll('a', 'b');
    chosen = { a: '2', b: '3' };
    await runAll('b');
    expect(await madeOn()).toEqual(['a', 'b']);
    chosen = { a: '4', b: '3' };
    await runAll('a', 'b');

    expect(await madeOn()).toEqual(['a', 'b', 'a']);
    expect(await tags()).toBe('431');
  });

  it.each([
    ['by another worker', () => createGitFixture()],
    ['by the same', async () => undefined],
  ])('begin anew on a head that moved, %s, and ask the others for theirs', async (_name, other) => {
    await runAll('a', 'b', 'c');
    await moveHead();
    const elsewhere = await other();
    const next = await update(elsewhere ?? fixture, repository, {
      git: GIT,
      metadata: { name: 'b', uid: 'uid of b' },
      request: {
        images: new Map([['apps:b', { name: 'b', tag: '2' }]]),
        onDropped: async (others) => void asked.push(...others.map(({ name }) => name)),
      },
    });
    await elsewhere?.[Symbol.asyncDispose]();

    expect(next.pushed).toMatchObject({ isAdopted: false });
    expect(asked.toSorted()).toEqual(['a', 'c']);
    await runAsked();
    expect(await madeOn()).toHaveLength(3);
    expect(await tags()).toBe('222');
    const landed = await tip();
    await runAll('a', 'b', 'c');
    expect(await tip()).toBe(landed);
    expect(asked).toEqual([]);
  });

  it('leave what a suspended or deleted one has put there, until the head moves', async () => {
    await runAll('a', 'b');
    chosen = { a: '3' };
    await run('a');
    expect(await tags()).toBe('321');
    await moveHead();
    await run('a');
    expect(await tags()).toBe('311');
    expect(asked).toEqual(['b']);
  });

  it('take back what their policy went back from', async () => {
    await runAll('a', 'b');
    chosen = { a: '1', b: '2' };
    await run('a');
    expect(await tags()).toBe('121');
    expect(await madeOn()).toEqual(['a', 'b', 'a']);
    chosen = { a: '2', b: '2' };
    const result = await run('a');

    expect(result.pushed).toBeUndefined();
    expect(await madeOn()).toEqual(['a', 'b']);
    expect(await tags()).toBe('221');
  });

  it('take it back as well when the head has moved meanwhile', async () => {
    await runAll('a', 'b');
    await moveHead();
    chosen = { a: '1', b: '2' };
    await run('a');
    expect(await tip()).toBe(head);
    await runAsked();

    expect(await madeOn()).toEqual(['b']);
    expect(await tags()).toBe('121');
  });

  it('that lost their attempt behind the push find their commit below that of another', async () => {
    const { pushed } = await run('a');
    await run('b');

    const again = await run('a');

    expect(again.pushed).toMatchObject({ commit: pushed?.commit, isAdopted: true });
    expect(await madeOn()).toEqual(['a', 'b']);
    const status = { lastPushCommit: pushed?.commit };
    expect((await run('a', { status })).pushed).toBeUndefined();
  });

  it.each([
    ['of its own', 'auto', GIT.push],
    ['of the checkout', 'main', {}],
  ])(
    'and one refspec end it where the branch %s is, also if an attempt is lost in between',
    async (_name, branch, push) => {
      const git = { push: { ...push, refspec: `refs/heads/${branch}:refs/heads/also` } };
      class Killed extends Error {}
      const passed = (point: string) => {
        if (point === 'image.pushed') throw new Killed();
      };
      await expect(run('a', { git, options: { passed } })).rejects.toThrow(Killed);
      await run('b', { git });

      const again = await run('a', { git });

      expect(again.pushed).toMatchObject({ isAdopted: true });
      expect(await tip('also')).toBe(await tip(branch));
      expect(await tags('also')).toBe('221');
    },
  );

  it('land all, whoever comes first, with different workers', async () => {
    await using elsewhere = await createGitFixture();
    const others = elsewhere.remotes;
    const opts = { options: { remotes: others, dataDir: elsewhere.dataDir } };

    await Promise.all([run('a'), run('b', opts), run('c'), run('a', opts)]);

    expect(await tags()).toBe('222');
    expect((await madeOn()).toSorted()).toEqual(['a', 'b', 'c']);
  });
});

describe('one automation on a push branch of its own', () => {
  it('takes its commit back when the policy goes back', async () => {
    await run('a');
    chosen = { a: '1' };
    const result = await run('a');

    expect(result).toMatchObject({ upToDate: true });
    expect(await tip()).toBe(head);
  });

  it('leaves its branch alone once it is merged', async () => {
    await run('a');
    const landed = await tip();
    await moveHead({ 'a.yaml': marked('a', '2') });
    await run('a');
    await moveHead({ notes: 'two' });
    await run('a');

    expect(await tip()).toBe(landed);
  });

  it('leaves it there when the policy is gone', async () => {
    await run('a');
    const landed = await tip();

    await run('a', { request: { images: new Map() } });

    expect(await tip()).toBe(landed);
  });
});
