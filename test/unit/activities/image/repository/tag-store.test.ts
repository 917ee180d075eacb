import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TagStore } from '../../../../../activities/image/repository/contract.ts';
import { createTagStore } from '../../../../../activities/image/repository/tag-store.ts';

const OWNER = { namespace: 'apps', name: 'web' };
const DAY_MS = 24 * 60 * 60_000;

let root: string;
let store: TagStore;
let file: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'pawl-tags-'));
  store = createTagStore(root);
  file = join(root, 'imagerepository/apps/web');
});
afterEach(() => rm(root, { recursive: true }));

async function leftovers(): Promise<string[]> {
  return await readdir(join(root, '.tmp'));
}

describe('tags of a scan', () => {
  it.each([
    ['none', []],
    ['some', ['v2', 'v1', '_x.Y-z']],
    ['as many as are scanned', Array.from({ length: 100_000 }, (_, index) => `main-${index}`)],
  ])('are there for the next process: %s', async (_name, tags) => {
    await store.put(OWNER, 'r1', tags);
    const next = createTagStore(root);

    expect(await next.get(OWNER, 'r1')).toEqual(tags);
    expect(await next.has(OWNER, 'r1')).toBe(true);
    expect(await leftovers()).toEqual([]);
  });

  it('are those of one scan: the last', async () => {
    await store.put(OWNER, 'r1', ['v1']);
    await store.put(OWNER, 'r2', ['v2', 'v1']);

    expect(await store.get(OWNER, 'r1')).toBeUndefined();
    expect(await store.has(OWNER, 'r1')).toBe(false);
    expect(await store.get(OWNER, 'r2')).toEqual(['v2', 'v1']);
  });

  it('are not those of another object', async () => {
    await store.put(OWNER, 'r1', ['v1']);
    await store.put({ ...OWNER, namespace: 'other' }, 'r2', ['v2']);

    expect(await store.get(OWNER, 'r1')).toEqual(['v1']);
    expect(await store.get({ ...OWNER, name: 'other' }, 'r1')).toBeUndefined();
  });

  it('go with their object', async () => {
    await store.put(OWNER, 'r1', ['v1']);
    await store.drop(OWNER);
    await store.drop(OWNER);

    expect(await store.get(OWNER, 'r1')).toBeUndefined();
    expect(await store.has(OWNER, 'r1')).toBe(false);
  });

  it('are of one scan when several end at once', async () => {
    const scans = Array.from({ length: 20 }, (_, scan) => Array.from({ length: 500 }, () => `v${scan}`));
    await Promise.all(scans.map((tags, scan) => store.put(OWNER, `r${scan}`, tags)));

    const found = await Promise.all(scans.map((_, scan) => store.get(OWNER, `r${scan}`)));
    const kept = found.findIndex((tags) => tags !== undefined);
    expect(found[kept]).toEqual(scans[kept]);
    expect(found.filter((tags) => tags !== undefined)).toHaveLength(1);
    expect(await leftovers()).toEqual([]);
  });
});

describe('a file counts as none', () => {
  const damages: readonly (readonly [string, (text: string) => string])[] = [
    ['that is empty', () => ''],
    ['that ends early', (text) => text.slice(0, -2)],
    ['that ends in its header', (text) => text.slice(0, 20)],
    ['with a tag that was changed', (text) => text.replace('v1\n', 'v3\n')],
    ['with a tag too many', (text) => `${text}v0\n`],
    ['of another format', (text) => text.replace('pawl-tags/1', 'pawl-tags/9')],
    ['with a header that is no JSON', (text) => text.replace('{', '[')],
    ['with a header of nothing', () => 'pawl-tags/1 null\nv1\n'],
  ];
  it.each(damages)('%s', async (_name, damage) => {
    await store.put(OWNER, 'r1', ['v2', 'v1']);
    await writeFile(file, damage(await readFile(file, 'utf8')));

    expect(await store.get(OWNER, 'r1')).toBeUndefined();
    await store.put(OWNER, 'r1', ['v2', 'v1']);
    expect(await store.get(OWNER, 'r1')).toEqual(['v2', 'v1']);
  });
});

it('a disk that fails says whose tags cannot be kept, and what to do', async () => {
  await writeFile(join(root, 'imagerepository'), 'no directory');

  await expect(store.put(OWNER, 'r1', ['v1'])).rejects.toMatchObject({
    type: 'Failure',
    nonRetryable: false,
    message: expect.stringMatching(
      /^cannot store the tags of ImageRepository\/apps\/web: .*; free or repair the data directory/,
    ),
  });
});

it('what nobody has asked for in a month goes, what is read stays', async () => {
  const other = { ...OWNER, name: 'read' };
  await store.put(OWNER, 'r1', ['v1']);
  await store.put(other, 'r1', ['v1']);
  const long = new Date(Date.now() - 40 * DAY_MS);
  for (const name of ['web', 'read']) await utimes(join(root, 'imagerepository/apps', name), long, long);
  await writeFile(join(root, '.tmp', 'left-behind'), '');
  await utimes(join(root, '.tmp', 'left-behind'), long, long);

  expect(await store.get(other, 'r1')).toEqual(['v1']);
  await createTagStore(root).put({ ...OWNER, name: 'new' }, 'r1', ['v1']);

  expect((await readdir(join(root, 'imagerepository/apps'))).toSorted()).toEqual(['new', 'read']);
  expect(await leftovers()).toEqual([]);
});

it('others cannot read it', async () => {
  await store.put(OWNER, 'r1', ['v1']);

  expect((await stat(file)).mode & 0o077).toBe(0);
});
