import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { marked, SharedBranch } from '../../../../support/shared-branch.ts';

let shared: SharedBranch;

beforeEach(async () => {
  shared = await SharedBranch.create();
});
afterEach(async () => shared[Symbol.asyncDispose]());

describe('one automation on a push branch of its own', () => {
  it('takes its commit back when the policy goes back', async () => {
    await shared.run('a');
    shared.chosen = { a: '1' };
    const result = await shared.run('a');

    expect(result).toMatchObject({ upToDate: true });
    expect(await shared.tip()).toBe(shared.head);
  });

  it('leaves its branch alone once it is merged', async () => {
    await shared.run('a');
    const landed = await shared.tip();
    await shared.moveHead({ 'a.yaml': marked('a', '2') });
    await shared.run('a');
    await shared.moveHead({ notes: 'two' });
    await shared.run('a');

    expect(await shared.tip()).toBe(landed);
  });

  it('leaves its branch alone where that lacks the path of a new spec', async () => {
    await shared.run('a');
    const landed = await shared.tip();
    await shared.moveHead({ 'new/a.yaml': marked('a', '2') });

    await expect(shared.run('a', { path: 'new' })).resolves.toMatchObject({ files: 0 });
    expect(await shared.tip()).toBe(landed);
  });

  it('leaves it there when the policy is gone', async () => {
    await shared.run('a');
    const landed = await shared.tip();

    await shared.run('a', { request: { images: new Map() } });

    expect(await shared.tip()).toBe(landed);
  });
});
