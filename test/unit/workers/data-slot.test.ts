import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { takeDataSlot } from '../../../workers/data-slot.ts';

// Above the largest number that Linux gives out.
const NOBODY = 2 ** 22 + 1;

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'pawl-slot-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function leaveLock(content: string): string {
  const lock = join(dir, '0', 'lock');
  mkdirSync(join(dir, '0'));
  writeFileSync(lock, content);
  return lock;
}

describe('takeDataSlot', () => {
  it('gives every worker of a machine a part of its own, and a part that is free again to the next', async () => {
    const first = await takeDataSlot(dir);
    const second = await takeDataSlot(dir);
    writeFileSync(join(first.directory, 'kept'), '');

    first[Symbol.dispose]();
    using third = await takeDataSlot(dir);
    second[Symbol.dispose]();

    expect([first, second, third].map(({ directory }) => basename(directory))).toEqual(['0', '1', '0']);
    expect(existsSync(join(third.directory, 'kept'))).toBe(true);
  });

  it('says in the lock who holds it', async () => {
    using slot = await takeDataSlot(dir);

    expect(JSON.parse(readFileSync(join(slot.directory, 'lock'), 'utf8'))).toMatchObject({
      pid: process.pid,
    });
  });

  it.each([
    ['of a process that is dead', { pid: NOBODY, started: '1', host: hostname() }],
    ['of a process whose number is another one by now', { pid: process.pid, started: '1', host: hostname() }],
  ])('takes over a lock %s', async (_name, holder) => {
    leaveLock(JSON.stringify(holder));

    using slot = await takeDataSlot(dir);

    expect(basename(slot.directory)).toBe('0');
  });

  it('takes over a lock that cannot be read', async () => {
    utimesSync(leaveLock(''), 0, 0);

    using slot = await takeDataSlot(dir);

    expect(basename(slot.directory)).toBe('0');
  });

  it('leaves the lock of another host alone while it beats', async () => {
    const lock = leaveLock(JSON.stringify({ pid: NOBODY, started: '1', host: 'another' }));

    using beside = await takeDataSlot(dir);
    utimesSync(lock, 0, 0);
    using after = await takeDataSlot(dir);

    expect([beside, after].map(({ directory }) => basename(directory))).toEqual(['1', '0']);
  });

  it('gives a stale part to one of those that find it at once', async () => {
    leaveLock(JSON.stringify({ pid: NOBODY, started: '1', host: hostname() }));

    const slots = await Promise.all(Array.from({ length: 4 }, () => takeDataSlot(dir)));

    expect(new Set(slots.map(({ directory }) => directory)).size).toBe(4);
    for (const slot of slots) slot[Symbol.dispose]();
  });
});
