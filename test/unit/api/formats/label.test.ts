import { expect, it } from 'vitest';
import { isLabel } from '../../../../api/formats/label.ts';

it.each([
  ['team', 'web', true],
  ['app.kubernetes.io/name', 'Web_1.x-y', true],
  ['team', '', true],
  ['a'.repeat(63), 'b'.repeat(63), true],
  ['a'.repeat(64), 'b', false],
  ['a', 'b'.repeat(64), false],
  [`${'a'.repeat(253)}/n`, 'b', true],
  [`${'a'.repeat(254)}/n`, 'b', false],
  ['', 'b', false],
  ['a b', 'c', false],
  ['a', 'b c', false],
  ['a', '-b', false],
  ['a.', 'b', false],
  ['Upper.io/a', 'b', false],
  ['/a', 'b', false],
  ['a/', 'b', false],
  ['a/b/c', 'd', false],
  ['a', 'b\n', false],
])('%j: %j is a label: %s', (key, value, is) => {
  expect(isLabel(key, value)).toBe(is);
});
