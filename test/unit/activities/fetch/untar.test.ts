import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ArchiveError } from '../../../../activities/fetch/tar-reader.ts';
import { untar } from '../../../../activities/fetch/untar.ts';
import { type ForgedEntry, forgeTar, paxPath } from '../../../support/forge-tar.ts';
import { readTree } from '../../../support/read-tree.ts';

let parent: string;
let directory: string;

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'pawl-untar-'));
  directory = await mkdtemp(join(parent, 'target-'));
});
afterEach(async () => {
  await rm(parent, { recursive: true });
});

describe('untar', () => {
  it('extracts directories and files, with their executable bit and no other', async () => {
    await untar(
      forgeTar([
        { path: './', type: '5' },
        { path: 'dir/', type: '5', mode: 0o000 },
        { path: './dir/a', content: 'one', mode: 0o000 },
        { path: 'new/run', content: 'x', mode: 0o4777 },
        paxPath(`long/${'n'.repeat(120)}`),
        { path: 'short', content: 'pax' },
      ]),
      directory,
    );

    expect(await readTree(directory)).toEqual({
      'dir/a': 'one',
      'new/run*': 'x',
      [`long/${'n'.repeat(120)}`]: 'pax',
    });
    expect((await stat(join(directory, 'new/run'))).mode & 0o7000).toBe(0);
  });

  it.each<[string, ForgedEntry]>([
    ['symlinks', { path: 'x', type: '2', link: '/etc/passwd' }],
    ['symlinks to directories', { path: 'x', type: '2', link: '..' }],
    ['hard links', { path: 'x', type: '1', link: 'a' }],
    ['devices', { path: 'x', type: '3' }],
    ['fifos', { path: 'x', type: '6' }],
  ])('leaves out %s, also where a file comes below them', async (_name, entry) => {
    await untar(forgeTar([{ path: 'a', content: '1' }, entry, { path: 'x/b', content: '2' }]), directory);

    expect(await readTree(directory)).toEqual({ a: '1', 'x/b': '2' });
    expect(await readdir(parent)).toHaveLength(1);
  });

  it.each([
    '/abs',
    '../x',
    'a/../../x',
    'a/..',
    './../x',
    'a\\b',
    'C:/x',
    'a//b',
    'a/./b',
    '.git/config',
    'a/.GIT/hooks/x',
    'git~1/x',
    'a\u0001b',
  ])('refuses the name %j, however it is written', async (name) => {
    await expect(untar(forgeTar([paxPath(name), { path: 'x', content: '1' }]), directory)).rejects.toThrow(
      ArchiveError,
    );
    await expect(untar(forgeTar([{ path: name, content: '1' }]), directory)).rejects.toThrow(ArchiveError);
    expect(await readTree(parent)).toEqual({});
  });

  it.each<[string, () => Buffer]>([
    ['a bomb', () => forgeTar([{ path: 'zeros', content: Buffer.alloc(101 * 1024 * 1024) }])],
    ['a bomb beside the files', () => gzipSync(Buffer.alloc(201 * 1024 * 1024))],
    ['a path that is too deep', () => forgeTar([paxPath(`${'d/'.repeat(65)}x`), { path: 'x' }])],
    ['too many files', () => forgeTar(many(50_001, (i) => ({ path: `f${i}` })))],
    ['too many links', () => forgeTar(many(50_001, (i) => ({ path: `f${i}`, type: '2', link: 'x' })))],
    ['a size that lies', () => forgeTar([{ path: 'a', content: '1', size: '77777777777\u0000' }])],
    ['a negative size', () => forgeTar([{ path: 'a', content: '1', size: '-0000000001\u0000' }])],
    ['the same file twice', () => forgeTar([{ path: 'a' }, { path: 'a' }])],
    ['a file where a directory is', () => forgeTar([{ path: 'a/b' }, { path: 'a' }])],
    ['a directory where a file is', () => forgeTar([{ path: 'a' }, { path: 'a/b' }])],
    ['a wrong checksum', () => gzipSync(Buffer.alloc(2048, 'x'))],
    ['half an archive', () => forgeTar([{ path: 'a', content: Buffer.alloc(5000, 'x') }]).subarray(0, 60)],
    ['no archive', () => Buffer.from('<html>')],
  ])('refuses %s', async (_name, archive) => {
    await expect(untar(archive(), directory)).rejects.toThrow(ArchiveError);
  });
});

function* many(count: number, make: (i: number) => ForgedEntry): Generator<ForgedEntry> {
  for (let i = 0; i < count; i += 1) yield make(i);
}
