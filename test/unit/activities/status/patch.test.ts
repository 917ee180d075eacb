import { describe, expect, it } from 'vitest';
import { changedFields } from '../../../../activities/status/patch.ts';

type Fields = Readonly<Record<string, unknown>>;

const READY = { type: 'Ready', status: 'True', reason: 'Succeeded', message: 'done' } as const;

describe('the fields of a status that differ', () => {
  it.each<{
    readonly name: string;
    readonly before: Fields;
    readonly after: Fields;
    readonly changed: object;
  }>([
    { name: 'none', before: { a: 1, list: ['x'] }, after: { a: 1, list: ['x'] }, changed: {} },
    {
      name: 'none, with keys in the order of the API server',
      before: {
        conditions: [{ message: 'done', reason: 'Succeeded', status: 'True', type: 'Ready' }],
        latest: { name: 'app', tag: '1' },
      },
      after: { conditions: [READY], latest: { tag: '1', name: 'app' } },
      changed: {},
    },
    {
      name: 'none, with a field that is not there',
      before: { a: 1 },
      after: { a: 1, b: undefined },
      changed: {},
    },
    { name: 'one that is new', before: {}, after: { a: 1 }, changed: { a: 1 } },
    { name: 'one that is gone', before: { a: 1 }, after: {}, changed: { a: null } },
    {
      name: 'a key that is gone',
      before: { a: { x: 1, y: 2 } },
      after: { a: { x: 1 } },
      changed: { a: { x: 1, y: null } },
    },
    {
      name: 'the order of a list',
      before: { a: ['x', 'y'] },
      after: { a: ['y', 'x'] },
      changed: { a: ['y', 'x'] },
    },
    { name: 'a type', before: { a: 1 }, after: { a: '1' }, changed: { a: '1' } },
  ])('$name', ({ before, after, changed }) => {
    expect(changedFields(before, after)).toEqual(changed);
  });
});
