import { describe, expect, it } from 'vitest';
import { Kind } from '../../../../api/object-ref.ts';
import { createReferences, inDependencyOrder } from '../../../../workers/watch/references.ts';
import { summary } from '../../../support/summaries.ts';

describe('references', () => {
  it('lead back to all who refer, and to nobody who does not any more', () => {
    const references = createReferences();
    references.set('a', ['x', 'y']);
    references.set('b', ['x']);
    references.set('a', ['y']);

    expect(references.get('x')).toEqual(['b']);
    expect(references.get('y')).toEqual(['a']);
    references.set('b', []);
    expect(references.get('x')).toEqual([]);
    expect(references.get('never')).toEqual([]);
  });
});

it.each<{
  readonly name: string;
  readonly on: Readonly<Record<string, readonly string[]>>;
  readonly order: string;
}>([
  { name: 'by name where nobody waits', on: { b: [], a: [], c: [] }, order: 'a b c' },
  { name: 'who is waited for comes first', on: { a: ['b'], b: ['c'], c: [] }, order: 'c b a' },
  { name: 'through one that is not asked', on: { a: ['other'], b: [] }, order: 'b a' },
  { name: 'all of a circle, too', on: { a: ['b'], b: ['a'], c: ['a'] }, order: 'a b c' },
])('the order of dependants: $name', ({ on, order }) => {
  const known = new Map(
    Object.entries(on).map(([name, dependsOn]) => [
      name,
      summary({ ref: { kind: Kind.Kustomization, namespace: 'apps', name }, dependsOn }),
    ]),
  );

  const names = inDependencyOrder([...known.keys()], known).map(({ ref }) => ref.name);

  expect(names.join(' ')).toBe(order);
});
