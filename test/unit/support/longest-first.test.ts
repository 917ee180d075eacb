import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, test } from 'vitest';
import { LONG, longestFirst, type Placed } from '../../support/longest-first.ts';

test('long files begin, within their group, and the others stay as they were', () => {
  const files = [
    placed('unit/b', 0),
    placed('unit/a', 0),
    placed('e2e/helm/storage', 4),
    placed('e2e/demo', 4),
    placed('e2e/build', 4),
    placed('e2e/helm/charts', 4),
    placed('e2e/helm/cut-off', 3),
    placed('e2e/nothing-lost', 3),
  ];

  expect(
    longestFirst(files).map(({ moduleId }) => moduleId.slice('/pawl/test/'.length, -'.test.ts'.length)),
  ).toEqual([
    'unit/b',
    'unit/a',
    'e2e/nothing-lost',
    'e2e/helm/cut-off',
    'e2e/helm/charts',
    'e2e/demo',
    'e2e/helm/storage',
    'e2e/build',
  ]);
});

it.each(Object.keys(LONG))('knows %s, which is there', (name) => {
  expect(existsSync(join(import.meta.dirname, '..', '..', 'e2e', `${name}.test.ts`))).toBe(true);
});

function placed(name: string, groupOrder: number): Placed {
  return { moduleId: `/pawl/test/${name}.test.ts`, project: { config: { sequence: { groupOrder } } } };
}
