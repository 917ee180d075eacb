import { describe, expect, it } from 'vitest';
import {
  commitObject,
  readCommit,
  withSignature,
  withTrailers,
} from '../../../../../activities/image/update/commit-object.ts';

const SHA1 = 'a'.repeat(40);
const NEW = {
  tree: SHA1,
  parent: 'b'.repeat(40),
  author: { name: 'Bot', email: 'bot@example.com' },
  time: new Date('2030-01-02T03:04:05.678Z'),
  message: 'one\n\nReconcile-Id: x\n',
};

describe('the trailer', () => {
  it.each([
    ['stands apart from a subject', 'one', 'one\n\nReconcile-Id: x\n'],
    ['stands apart from a body', 'one\n\ntwo\nthree\n', 'one\n\ntwo\nthree\n\nReconcile-Id: x\n'],
    [
      'joins trailers',
      'one\n\nSigned-off-by: A <a@b>\nCo: c',
      'one\n\nSigned-off-by: A <a@b>\nCo: c\nReconcile-Id: x\n',
    ],
    [
      'leaves a Change-Id in the last paragraph',
      'one\n\nAutomation name: a/b\nChange-Id: I0\n',
      'one\n\nAutomation name: a/b\nChange-Id: I0\nReconcile-Id: x\n',
    ],
    ['stands apart from a subject that looks like one', 'fix: one', 'fix: one\n\nReconcile-Id: x\n'],
    ['follows no blank lines', '\n\none \n\n\n', 'one\n\nReconcile-Id: x\n'],
    ['is all of an empty message', ' \n', 'Reconcile-Id: x\n'],
    ['follows no carriage returns and NULs', 'one\r\n\r\ntw\0o', 'one\n\ntwo\n\nReconcile-Id: x\n'],
  ])('%s', (_name, message, expected) => {
    expect(withTrailers(message, { reconcileId: 'x' })).toBe(expected);
  });

  it('is read back, and the message without it', () => {
    const object = commitObject({ ...NEW, message: withTrailers('one\n\ntwo', { reconcileId: 'x' }) });

    expect(readCommit(object)).toEqual({
      tree: NEW.tree,
      parents: [NEW.parent],
      committedAt: Date.parse('2030-01-02T03:04:05Z'),
      reconcileId: 'x',
      message: 'one\n\ntwo',
    });
  });

  it('counts as the last line only', () => {
    const object = commitObject({ ...NEW, message: 'one\n\nReconcile-Id: x\n\nmore\n' });

    expect(readCommit(object).reconcileId).toBeUndefined();
  });
});

describe('the author', () => {
  it.each([
    ['as it is', { name: 'B\u00f6t [x]', email: 'a@b' }, 'B\u00f6t [x] <a@b>'],
    ['without a name its address', { email: 'a@b' }, 'a@b <a@b>'],
    [
      'without what would end the field',
      { name: 'A <x>\nparent: y', email: 'a>\n\n@b' },
      'A x parent: y <a @b>',
    ],
  ])('is written %s', (_name, author, who) => {
    const lines = commitObject({ ...NEW, author })
      .toString()
      .split('\n');

    expect(lines.slice(2, 4)).toEqual([
      `author ${who} 1893553445 +0000`,
      `committer ${who} 1893553445 +0000`,
    ]);
    expect(lines[4]).toBe('');
  });
});

describe('a signature', () => {
  it('stands in the header, line by line, and the message stays', () => {
    const signed = withSignature(commitObject(NEW), '-----BEGIN\n\nabc\n-----END\n').toString();

    expect(signed).toContain('+0000\ngpgsig -----BEGIN\n \n abc\n -----END\n\none\n\nReconcile-Id: x\n');
    expect(readCommit(Buffer.from(signed))).toMatchObject({ reconcileId: 'x', message: 'one', tree: SHA1 });
  });

  it('of a SHA-256 repository has a header of its own', () => {
    const object = commitObject({ ...NEW, tree: 'a'.repeat(64), parent: 'b'.repeat(64) });

    expect(withSignature(object, 'abc').toString()).toContain('\ngpgsig-sha256 abc\n');
  });
});
