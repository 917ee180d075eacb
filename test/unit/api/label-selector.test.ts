import { describe, expect, it } from 'vitest';
import { compileSelector, type LabelSelector } from '../../../api/label-selector.ts';

describe('a label selector', () => {
  const web = { team: 'web', tier: 'front' };

  it.each<{ readonly name: string; readonly selector: LabelSelector | undefined; readonly selects: boolean }>(
    [
      { name: 'that is absent', selector: undefined, selects: true },
      { name: 'that is empty', selector: {}, selects: true },
      { name: 'of equal labels', selector: { matchLabels: { team: 'web', tier: 'front' } }, selects: true },
      { name: 'of another value', selector: { matchLabels: { team: 'ops' } }, selects: false },
      { name: 'In', selector: one('team', 'In', ['ops', 'web']), selects: true },
      { name: 'In without the label', selector: one('zone', 'In', ['a']), selects: false },
      { name: 'NotIn', selector: one('team', 'NotIn', ['web']), selects: false },
      { name: 'NotIn without the label', selector: one('zone', 'NotIn', ['a']), selects: true },
      { name: 'Exists', selector: one('team', 'Exists'), selects: true },
      { name: 'Exists without the label', selector: one('toString', 'Exists'), selects: false },
      { name: 'DoesNotExist', selector: one('team', 'DoesNotExist'), selects: false },
      { name: 'DoesNotExist without the label', selector: one('zone', 'DoesNotExist'), selects: true },
      {
        name: 'of both kinds',
        selector: { matchLabels: { team: 'web' }, ...one('tier', 'NotIn', ['front']) },
        selects: false,
      },
    ],
  )('$name', ({ selector, selects }) => {
    expect(compileSelector(selector)(web)).toBe(selects);
  });

  it.each<{ readonly selector: LabelSelector; readonly says: string }>([
    { selector: one('team', 'Like', ['w']), says: '"Like" is not a valid label selector operator' },
    { selector: one('team', 'In'), says: "values set can't be empty" },
    { selector: one('team', 'Exists', ['web']), says: 'values set must be empty' },
  ])('is refused: $says', ({ selector, says }) => {
    expect(() => compileSelector(selector)).toThrow(says);
  });
});

function one(key: string, operator: string, values?: string[]): LabelSelector {
  return { matchExpressions: [{ key, operator, ...(values && { values }) }] };
}
