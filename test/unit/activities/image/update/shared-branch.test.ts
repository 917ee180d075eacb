import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createGitFixture } from '../../../../support/git-fixture.ts';
import { SharedBranch } from '../../../../support/shared-branch.ts';

let shared: SharedBranch;

beforeEach(async () => {
  shared = await SharedBranch.create();
});
afterEach(async () => shared[Symbol.asyncDispose]());

describe('automations with one push branch of their own', () => {
  it('put their commits on each other, and find them there', async () => {
    await shared.runAll('a', 'b', 'c');
    const landed = await shared.tip();

    expect(await shared.makers()).toEqual(['a', 'b', 'c']);
    expect(await shared.tags()).toBe('222');
    await shared.runAll('c', 'a', 'b', 'a');
    expect(await shared.tip()).toBe(landed);
    expect(shared.asked).toEqual([]);
  });

  it('replace their own commit on top, and put one on those of others', async () => {
    await shared.runAll('a', 'b');
    shared.chosen = { a: '2', b: '3' };
    await shared.runAll('b');
    expect(await shared.makers()).toEqual(['a', 'b']);
    shared.chosen = { a: '4', b: '3' };
    await shared.runAll('a', 'b');

    expect(await shared.makers()).toEqual(['a', 'b', 'a']);
    expect(await shared.tags()).toBe('431');
  });

  it.each([
    ['by another worker', () => createGitFixture()],
    ['by the same', async () => undefined],
  ])('begin anew on a head that moved, %s, and ask the others for theirs', async (_name, other) => {
    await shared.runAll('a', 'b', 'c');
    await shared.moveHead();
    const elsewhere = await other();
    const next = await shared.run('b', {}, elsewhere);
    await elsewhere?.[Symbol.asyncDispose]();

    expect(next.pushed).toMatchObject({ isAdopted: false });
    expect(shared.asked.toSorted()).toEqual(['a', 'c']);
    await shared.runAsked();
    expect(await shared.makers()).toHaveLength(3);
    expect(await shared.tags()).toBe('222');
    const landed = await shared.tip();
    await shared.runAll('a', 'b', 'c');
    expect(await shared.tip()).toBe(landed);
    expect(shared.asked).toEqual([]);
  });

  it('leave what a suspended or deleted one has put there, until the head moves', async () => {
    await shared.runAll('a', 'b');
    shared.chosen = { a: '3' };
    await shared.run('a');
    expect(await shared.tags()).toBe('321');
    await shared.moveHead();
    await shared.run('a');
    expect(await shared.tags()).toBe('311');
    expect(shared.asked).toEqual(['b']);
  });

  it('take back what their policy went back from', async () => {
    await shared.runAll('a', 'b');
    shared.chosen = { a: '1', b: '2' };
    await shared.run('a');
    expect(await shared.tags()).toBe('121');
    expect(await shared.makers()).toEqual(['a', 'b', 'a']);
    shared.chosen = { a: '2', b: '2' };
    const result = await shared.run('a');

    expect(result.pushed).toBeUndefined();
    expect(await shared.makers()).toEqual(['a', 'b']);
    expect(await shared.tags()).toBe('221');
  });

  it('take it back as well when the head has moved meanwhile', async () => {
    await shared.runAll('a', 'b');
    await shared.moveHead();
    shared.chosen = { a: '1', b: '2' };
    await shared.run('a');
    expect(await shared.tip()).toBe(shared.head);
    await shared.runAsked();

    expect(await shared.makers()).toEqual(['b']);
    expect(await shared.tags()).toBe('121');
  });

  it('that lost their attempt behind the push find their commit below that of another', async () => {
    const { pushed } = await shared.run('a');
    await shared.run('b');

    const again = await shared.run('a');

    expect(again.pushed).toMatchObject({ commit: pushed?.commit, isAdopted: true });
    expect(await shared.makers()).toEqual(['a', 'b']);
    const status = { lastPushCommit: pushed?.commit };
    expect((await shared.run('a', { status })).pushed).toBeUndefined();
  });

  it.each([
    ['of its own', 'auto', { branch: 'auto' }],
    ['of the checkout', 'main', {}],
  ])(
    'and one refspec end it where the branch %s is, also if an attempt is lost in between',
    async (_name, branch, push) => {
      const git = { push: { ...push, refspec: `refs/heads/${branch}:refs/heads/also` } };
      class Killed extends Error {}
      const passed = (point: string) => {
        if (point === 'image.pushed') throw new Killed();
      };
      await expect(shared.run('a', { git, options: { passed } })).rejects.toThrow(Killed);
      await shared.run('b', { git });

      const again = await shared.run('a', { git });

      expect(again.pushed).toMatchObject({ isAdopted: true });
      expect(await shared.tip('also')).toBe(await shared.tip(branch));
      expect(await shared.tags('also')).toBe('221');
    },
  );

  it('land all, whoever comes first, with different workers', async () => {
    await using elsewhere = await createGitFixture();
    const there = (name: string) => shared.run(name, {}, elsewhere);

    await Promise.all([shared.run('a'), there('b'), shared.run('c'), there('a')]);

    expect(await shared.tags()).toBe('222');
    expect((await shared.makers()).toSorted()).toEqual(['a', 'b', 'c']);
  });
});
