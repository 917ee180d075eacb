import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ChartBudget } from '../../../../../activities/fetch/chart/chart-files.ts';
import { readChartArchive } from '../../../../../activities/fetch/chart/read-chart-archive.ts';
import { readChartDirectory } from '../../../../../activities/fetch/chart/read-chart-directory.ts';
import { helm } from '../../../../support/helm.ts';

const PATHS = [
  'README.md',
  'a.txt',
  'b.txt',
  'docs/a.txt',
  'docs/deep/a.txt',
  'docs/deep/b.md',
  'other/a.txt',
  'a[1].txt',
  'ab.txt',
  'templates/.hidden',
  'templates/..two',
  'templates/sub/.hidden',
  'templates/a.yaml',
  '.dotfile',
  'values.yaml',
];

const RULES = [
  '',
  '# a.txt\n\n   \n',
  'a.txt',
  '/a.txt',
  '  a.txt  ',
  'a.txt\r\n',
  '\ufeffa.txt',
  '*.txt',
  '?.txt',
  'docs',
  'docs/',
  '/docs/',
  'docs/*',
  'docs/*.txt',
  'docs/*/a.txt',
  'deep/',
  'deep/a.txt',
  'a.txt/',
  '[ab].txt',
  '[^a].txt',
  'a\\[1\\].txt',
  'docs/[cd]eep',
  'templates/sub/',
  '.*',
  '.helmignore',
  'd*/deep/',
];

const REFUSED = ['a**b', '[a', 'a\\', '!a**', 'x\n[]a\n'];

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'pawl-ignore-'));
});
afterAll(() => rm(root, { recursive: true }));

async function chart(name: string, rules: string): Promise<string> {
  const files = {
    'Chart.yaml': `name: ${name}\nversion: 1.0.0\napiVersion: v2\n`,
    '.helmignore': rules,
    ...Object.fromEntries(PATHS.map((path) => [path, path === 'values.yaml' ? '{}' : path])),
  };
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, name, path)), { recursive: true });
    await writeFile(join(root, name, path), content);
  }
  return join(root, name);
}

async function ours(directory: string): Promise<string[]> {
  return [...(await readChartDirectory(directory, new ChartBudget())).keys()].sort();
}

describe('what a .helmignore leaves out is what helm leaves out', () => {
  beforeAll(async () => {
    const directories = await Promise.all(RULES.map((rules, i) => chart(`c${i}`, rules)));
    await helm(['package', ...directories, '--destination', join(root, 'out')]);
  });

  it.each(RULES.map((rules, i) => [rules, i] as const))('%j', async (_rules, i) => {
    const packed = await readFile(join(root, 'out', `c${i}-1.0.0.tgz`));
    const theirs = [...(await readChartArchive(packed, new ChartBudget())).keys()].sort();

    expect(await ours(join(root, `c${i}`))).toEqual(theirs);
  });

  it.each(REFUSED.map((rules, i) => [rules, i] as const))('%j is refused by both', async (rules, i) => {
    const directory = await chart(`refused${i}`, rules);

    await expect(ours(directory)).rejects.toThrow(/^\.helmignore:\d+: /);
    await expect(helm(['package', directory, '--destination', root])).rejects.toThrow('helm package');
  });

  it('excludes with "!" all that does not match', async () => {
    const directory = await chart('negated', '!Chart.yaml\n');

    expect(await ours(directory)).toEqual(['Chart.yaml']);
    await expect(helm(['package', directory, '--destination', join(root, 'out')])).resolves.toContain(
      'negated',
    );
  });
});

describe('a link in the directory of a chart', () => {
  it.each(['charts', 'templates/link.yaml', 'Chart.lock'])('is refused as %s', async (path) => {
    const directory = await chart('linked', '');
    await symlink('/etc', join(directory, path));

    await expect(ours(directory)).rejects.toThrow(`${path} is a link`);

    await rm(join(directory, path));
  });

  it('may lie where the chart excludes it', async () => {
    const directory = await chart('excluded', 'link\n');
    await symlink('/etc', join(directory, 'link'));

    expect(await ours(directory)).not.toContain('link');
  });
});
