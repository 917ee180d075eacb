import { describe, expect, it } from 'vitest';
import { branchesOf } from '../../../../../activities/image/update/branches.ts';
import {
  commitObject,
  readCommit,
  withTrailers,
} from '../../../../../activities/image/update/commit-object.ts';
import { isSameMaker, madeBy, makerIn, makerOf } from '../../../../../activities/image/update/made-by.ts';
import { gitRepositoryObject } from '../../../../support/git-fixture.ts';
import { automationOf } from '../../../../support/image-automation.ts';

const [TREE = '', PARENT = '', OTHER = ''] = ['1', '2', '3'].map((digit) => digit.repeat(40));
const AUTHOR = { email: 'a@b' };
const MAKER = makerOf(automationOf());

function branches(push: string, ref?: Record<string, string>) {
  const git = { commit: { author: AUTHOR }, push: { branch: push }, ...(ref && { checkout: { ref } }) };
  return branchesOf(git, gitRepositoryObject({ url: 'https://example.com/a' }));
}

const AUTO = branches('auto', { branch: 'main' });

/** A commit whose message says that it was made for AUTO, of that tree on that parent. */
function commit({ tree = TREE, parent = PARENT, message = 'one' } = {}) {
  const text = madeBy(MAKER, AUTO, { tree: TREE, parents: [PARENT] });
  const said = withTrailers(message, { reconcileId: 'x', madeBy: text });
  return readCommit(commitObject({ tree, parent, author: AUTHOR, time: new Date(0), message: said }));
}

describe('the maker of a commit', () => {
  it('is known by it, whatever the message says', () => {
    expect(makerIn(commit(), AUTO)).toEqual(MAKER);
    expect(makerIn(commit({ message: '' }), AUTO)).toEqual(MAKER);
    expect(makerIn(commit(), branches('auto', { name: 'refs/heads/main' }))).toEqual(MAKER);
    expect(commit()).toMatchObject({ message: 'one', reconcileId: 'x' });
  });

  it.each([
    ['with other files', commit({ tree: OTHER }), AUTO],
    ['on another parent', commit({ parent: OTHER }), AUTO],
    ['that became a merge', { ...commit(), parents: [PARENT, OTHER] }, AUTO],
    ['without the line', { ...commit(), madeBy: undefined }, AUTO],
    [
      'with a line that leads elsewhere',
      { ...commit(), madeBy: commit().madeBy?.replace('/', '/../') },
      AUTO,
    ],
    ['of another push branch', commit(), branches('other', { branch: 'main' })],
    ['of another checkout', commit(), branches('auto', { branch: 'next' })],
    ['of a tag of that name', commit(), branches('auto', { tag: 'main' })],
  ])('is nobody of a commit %s', (_name, read, where) => {
    expect(makerIn(read, where)).toBeUndefined();
  });

  it('is another one when the object was made again', () => {
    const { metadata } = automationOf();

    expect(isSameMaker(MAKER, makerOf({ metadata: { ...metadata, generation: 7 } }))).toBe(true);
    expect(isSameMaker(MAKER, makerOf({ metadata: { ...metadata, uid: 'another' } }))).toBe(false);
  });
});
