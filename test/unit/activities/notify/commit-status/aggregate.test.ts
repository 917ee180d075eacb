import { describe, expect, it } from 'vitest';
import { aggregate, type Concerned } from '../../../../../activities/notify/commit-status/aggregate.ts';

/** `apps=success`, `apps=running!` with a source that has moved on. */
function objects(words: string): readonly Concerned[] {
  return words.split(' ').flatMap((word) => {
    const [, name, outcome, moved] = /^(\w+)=(\w+)(!?)$/.exec(word) ?? [];
    if (!name || !outcome) return [];
    return [
      {
        name: `Kustomization/flux-system/${name}`,
        outcome: outcome as Concerned['outcome'],
        hasMovedOn: moved === '!',
      },
    ];
  });
}

describe('what a commit comes to', () => {
  it.each([
    ['a=success', 'success', '1 object reconciled'],
    ['a=success b=success', 'success', '2 objects reconciled'],
    ['a=success! b=success!', 'success', '2 objects reconciled'],
    ['a=running', 'pending', 'waiting for 1 of 1 object'],
    ['a=success b=running c=running', 'pending', 'waiting for 2 of 3 objects'],
    [
      'a=failure b=running c=success',
      'pending',
      'waiting for 1 of 3 objects; 1 failed: Kustomization/flux-system/a',
    ],
    ['a=success b=waiting', 'pending', 'waiting for 1 of 2 objects'],
    [
      'a=failure b=waiting c=success',
      'failure',
      '1 of 3 objects failed: Kustomization/flux-system/a; 1 waiting for dependencies',
    ],
    [
      'a=failure b=waiting c=running',
      'pending',
      'waiting for 2 of 3 objects; 1 failed: Kustomization/flux-system/a',
    ],
    [
      'a=failure! b=waiting!',
      'failure',
      '1 of 2 objects failed: Kustomization/flux-system/a; 1 waiting for dependencies',
    ],
    ['a=failure b=success', 'failure', '1 of 2 objects failed: Kustomization/flux-system/a'],
    [
      'e=failure d=failure c=failure b=failure a=failure',
      'failure',
      '5 of 5 objects failed: Kustomization/flux-system/a, Kustomization/flux-system/b, Kustomization/flux-system/c and 2 more',
    ],
    ['a=success b=running!', 'cancelled', 'superseded before 1 of 2 objects had tried it'],
    ['a=success! b=waiting!', 'cancelled', 'superseded before 1 of 2 objects had tried it'],
    ['a=running b=running!', 'pending', 'waiting for 1 of 2 objects'],
    [
      'a=failure b=running!',
      'cancelled',
      'superseded before 1 of 2 objects had tried it; 1 failed: Kustomization/flux-system/a',
    ],
  ])('with %s is %s', (words, state, description) => {
    expect(aggregate(objects(words))).toEqual({ state, description });
  });

  it('is nothing where nothing builds from it', () => {
    expect(aggregate([])).toBeUndefined();
  });

  it('is said in the same words in whatever order objects are listed', () => {
    const some = objects('b=failure a=failure c=success');
    expect(aggregate(some)).toEqual(aggregate(some.toReversed()));
  });
});
