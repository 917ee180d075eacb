import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { expressionsOf, metricsOf, readDashboard } from '../../support/dashboard.ts';

const root = join(import.meta.dirname, '../../..');
const page = readFileSync(join(root, 'docs/monitoring.md'), 'utf8');
const dashboard = readDashboard();
const expressions = expressionsOf(dashboard);
const PAIRS: Readonly<Record<string, string>> = { ')': '(', '}': '{', ']': '[' };

/** What is opened and not closed, or closed and not opened. */
function unbalanced(expression: string): string {
  let open = '';
  for (const sign of expression.replace(/"[^"]*"/g, '')) {
    if ('({['.includes(sign)) open += sign;
    else if (sign in PAIRS && !open.endsWith(PAIRS[sign] ?? '')) return sign;
    else if (sign in PAIRS) open = open.slice(0, -1);
  }
  return open;
}

// That each metric is really exported, test/e2e/monitoring.test.ts sees at a worker.
describe('deploy/grafana/pawl.json', () => {
  it('names only metrics that docs/monitoring.md explains', () => {
    const names = new Set(expressions.flatMap(metricsOf).map((name) => name.replace(/_bucket$/, '')));

    expect(names.size).toBeGreaterThan(20);
    expect([...names].filter((name) => !page.includes(`\`${name}`))).toEqual([]);
  });

  it.each(expressions)('%s is closed where it is opened, and names a metric', (expression) => {
    expect(unbalanced(expression)).toBe('');
    expect(metricsOf(expression)).not.toEqual([]);
  });

  it('takes rates of counters and buckets only', () => {
    const rated = expressions.flatMap((expression) =>
      [...expression.matchAll(/(?:rate|increase)\((\w+)/g)].map(([, name = '']) => name),
    );

    expect(rated.length).toBeGreaterThan(10);
    expect(rated.filter((name) => !/_(total|bucket)$/.test(name))).toEqual([]);
  });

  it('has panels of different ids that do not lie on each other', () => {
    const ids = dashboard.panels.map(({ id }) => id);
    const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, index) => `${x + (index % w)}/${y + Math.floor(index / w)}`),
    );

    expect(new Set(ids).size).toBe(ids.length);
    expect(new Set(cells).size).toBe(cells.length);
  });
});
