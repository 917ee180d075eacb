import { describe, expect, it } from 'vitest';
import { createApplyMemo } from '../../../../activities/apply/memo.ts';
import type { KubeObject } from '../../../../api/kube-object.ts';

const desired: KubeObject = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'a' },
  data: { a: '1' },
};
const live = (uid: string, resourceVersion = '1', more: object = {}): KubeObject => ({
  ...desired,
  metadata: { name: 'a', uid, resourceVersion },
  ...more,
});

describe('the memo', () => {
  it('knows an object that was found unchanged, also after its status was written', () => {
    const memo = createApplyMemo();
    memo.rememberUnchanged(desired, live('1'));

    expect(memo.isKnownUnchanged(desired, live('1'))).toBe(true);
    expect(memo.isKnownUnchanged(desired, live('1', '2', { status: { seen: true } }))).toBe(true);
  });

  it.each([
    { name: 'the build asks for something else', asked: { ...desired, data: { a: '2' } }, found: live('1') },
    { name: 'the cluster has something else', asked: desired, found: live('1', '2', { data: { a: '2' } }) },
    { name: 'a namesake took its place', asked: desired, found: live('2') },
  ])('does not know it when $name', ({ asked, found }) => {
    const memo = createApplyMemo();
    memo.rememberUnchanged(desired, live('1'));

    expect(memo.isKnownUnchanged(asked, found)).toBe(false);
  });

  it('forgets what it has not seen for longest', () => {
    const memo = createApplyMemo(2);
    memo.rememberUnchanged(desired, live('1'));
    memo.rememberUnchanged(desired, live('2'));
    memo.isKnownUnchanged(desired, live('1'));

    memo.rememberUnchanged(desired, live('3'));

    expect(['1', '2', '3'].map((uid) => memo.isKnownUnchanged(desired, live(uid)))).toEqual([
      true,
      false,
      true,
    ]);
  });
});
