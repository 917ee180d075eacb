import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { composeValues } from '../../../../../activities/helm/values/compose.ts';
import { golden } from '../../../../support/golden.ts';
import { helm } from '../../../../support/helm.ts';
import { inputOf, type ValuesRow } from '../../../../support/values-row.ts';

const { shared: template, rows } = golden<string, ValuesRow>('activities/helm/values/fixtures/values.json');

let chart: string;

beforeAll(async () => {
  chart = await mkdtemp(join(tmpdir(), 'pawl-values-'));
  await mkdir(join(chart, 'templates'));
  await writeFile(join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: walk\nversion: 1.0.0\n');
  await writeFile(join(chart, 'templates/walk.yaml'), template);
});

afterAll(() => rm(chart, { recursive: true, force: true }));

describe('a chart sees the same values by helm as by Flux', () => {
  it.each(rows.filter(({ render }) => render))('%j', async (row) => {
    const { json, sets } = await composeValues(inputOf(row));
    const file = join(chart, 'values.json');
    await writeFile(file, json);

    const output = await helm([
      'template',
      'walk',
      chart,
      '-f',
      file,
      ...sets.flatMap((set) => ['--set', set]),
    ]);

    const { data } = parse(output) as { data: { walk: string } };
    expect(Buffer.from(data.walk, 'base64').toString()).toBe(row.rendered);
  });
});

describe('the arguments for int64 values', () => {
  it('are none without a targetPath', async () => {
    const { json, sets } = await composeValues(inputOf({ values: '{"a":1000000}', yaml: ['b: 2000000\n'] }));

    expect(sets).toEqual([]);
    expect(json).toBe('{"a":1000000,"b":2000000}\n');
  });

  it('are split before they are too long for one', async () => {
    const value = `1${Array.from({ length: 10_000 }, (_, index) => `,key-${index}=${index}`).join('')}`;

    const { sets } = await composeValues(inputOf({ set: [{ path: 'a', value }] }));

    expect(sets.length).toBeGreaterThan(1);
    expect(Math.max(...sets.map((set) => set.length))).toBeLessThan(100_001);
    expect(sets.flatMap((set) => set.split(','))).toHaveLength(10_001);
  });
});
