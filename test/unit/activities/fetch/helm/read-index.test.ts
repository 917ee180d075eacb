import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ChartIndex } from '../../../../../activities/fetch/helm/contract.ts';
import { createIndexReader, type IndexReader } from '../../../../../activities/fetch/helm/read-index.ts';
import { writeLargeIndex } from '../../../../support/large-index.ts';

const ANY_TIME = new AbortController().signal;
const SMALL = 'apiVersion: v1\nentries:\n  a:\n  - name: a\n    version: 1.0.0\n';

let directory: string;
let reader: IndexReader;
let opened: number;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'pawl-index-'));
  reader = createIndexReader();
  opened = 0;
});
afterEach(() => rm(directory, { recursive: true }));

async function fileOf(content: string | Buffer): Promise<string> {
  const file = join(directory, createHash('sha256').update(content).digest('hex').slice(0, 8));
  await writeFile(file, content);
  return file;
}

async function read(file: string, signal: AbortSignal = ANY_TIME): Promise<ChartIndex> {
  const digest = `sha256:${createHash('sha256')
    .update(await readFile(file))
    .digest('hex')}`;
  const withFile = <Result>(use: (path: string) => Promise<Result>) => {
    opened += 1;
    return use(file);
  };
  return await reader.read(digest, { where: "HelmRepository 'apps/charts'", withFile }, signal);
}

it('reads each digest once, for all who ask at once or later', async () => {
  const file = await fileOf(SMALL);

  const [first, second] = await Promise.all([read(file), read(file)]);
  const third = await read(file);

  expect([...(first.versionsOf('a') ?? [])]).toEqual([{ name: 'a', version: '1.0.0', urls: [] }]);
  expect([second, third]).toEqual([first, first]);
  expect(opened).toBe(1);
});

it('goes on for the others when one gives up, and begins anew when all did', async () => {
  const file = await fileOf(SMALL);
  const one = new AbortController();

  const [given, stayed] = [read(file, one.signal), read(file)];
  one.abort(new Error('given up'));
  await expect(given).rejects.toThrow('given up');
  expect((await stayed).versions).toBe(1);

  const other = await fileOf(`${SMALL}    digest: x\n`);
  const alone = new AbortController();
  const abandoned = read(other, alone.signal);
  await expect.poll(() => opened).toBe(2);
  alone.abort(new Error('given up'));
  await expect(abandoned).rejects.toThrow('given up');
  expect((await read(other)).versions).toBe(1);
});

it.each([
  [
    'a page of HTML',
    '<html>\n',
    'it has no apiVersion; see whether the address is that of a chart repository',
  ],
  ['an empty file', '', 'it is empty'],
  ['broken YAML', 'apiVersion: v1\nentries:\n  a: [\n', 'line 4'],
  ['broken JSON', '{"apiVersion": "v1",', 'line 1'],
  [
    'an endless line',
    `apiVersion: v1\nentries: ${'x'.repeat(5e6)}\n`,
    'line 2: it is longer than 1048576 characters',
  ],
  ['a deep nest', `apiVersion: v1\nentries: ${'['.repeat(50_000)}\n`, 'line 2: '],
])('refuses %s as IndexationFailed that names repository and fault', async (_name, text, fault) => {
  const failure = read(await fileOf(text));

  await expect(failure).rejects.toMatchObject({
    type: 'IndexationFailed',
    nonRetryable: true,
    message: expect.stringContaining(fault),
  });
  await expect(failure).rejects.toThrow(
    "failed to load Helm repository from index YAML: HelmRepository 'apps/charts': ",
  );
});

it('reads YAML of any style as long as it is small, and JSON always', async () => {
  const entries = { a: [{ name: 'a', version: '1.0.0', description: 'x'.repeat(5 * 1024 * 1024) }] };
  const flow = '{apiVersion: v1, entries: {a: [{name: a, version: 1.0.0}]}}';
  const styles = ['apiVersion: v1\nentries: {a: [{name: a, version: 1.0.0}]}\n', `# a remark\n${flow}`];

  for (const text of [...styles, JSON.stringify({ apiVersion: 'v1', entries })]) {
    expect((await read(await fileOf(text))).names()).toEqual(['a']);
  }
  const large = `apiVersion: v1\nentries: {a: [{name: a, version: 1.0.0, home: ${'x'.repeat(5e6)}}]}\n`;
  await expect(read(await fileOf(large))).rejects.toMatchObject({ type: 'IndexationFailed' });
});

it('survives an index that takes all the memory there is for it', { timeout: 120_000 }, async () => {
  const file = await fileOf(`{"apiVersion":"v1","entries":{"a":[${'[],'.repeat(13_000_000)}[]]}}`);

  await expect(read(file)).rejects.toMatchObject({
    type: 'IndexationFailed',
    nonRetryable: true,
    message: expect.stringContaining('it takes too much time or memory; split the repository'),
  });
});

it('leaves the event loop to others while it reads 44 MB, and keeps a quarter of it', async () => {
  const file = join(directory, 'large.yaml');
  await writeLargeIndex(file, 150, 350);
  const digest = 'sha256:large';
  const delay = monitorEventLoopDelay({ resolution: 10 });

  delay.enable();
  const source = { where: 'here', withFile: <Result>(use: (path: string) => Promise<Result>) => use(file) };
  const index = await reader.read(digest, source, ANY_TIME);
  delay.disable();

  expect(index.versions).toBe(150 * 350);
  expect([...(index.versionsOf('chart-149') ?? [])][0]).toMatchObject({ version: '3.4.9' });
  expect(index.bytes).toBeLessThan(12e6);
  // A heartbeat is due every three seconds.
  expect(delay.max / 1e6).toBeLessThan(1000);
});
