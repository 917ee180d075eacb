import { existsSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withBuildLock } from '../../../tools/build-lock.ts';

let dir: string;
let file: string;
// Above the largest number that Linux gives out.
const NOBODY = 2 ** 22 + 1;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'pawl-lock-'));
  file = join(dir, 'tool.lock');
});

afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe('withBuildLock', () => {
  it('lets one work at a time, and tells the other whom it waits for', async () => {
    const order: string[] = [];
    const waits: number[] = [];
    const work = (name: string) => async () => {
      order.push(`${name} begins`);
      await sleep(50);
      order.push(`${name} ends`);
    };

    await Promise.all([
      withBuildLock(file, work('a'), () => {}),
      withBuildLock(file, work('b'), (pid) => waits.push(pid)),
    ]);

    expect(order).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
    expect(waits).toContain(process.pid);
    expect(existsSync(file)).toBe(false);
  });

  it.each([
    { name: 'a dead process', pid: NOBODY, ageMs: 0 },
    { name: 'a silent process', pid: process.pid, ageMs: 3_600_000 },
  ])('takes over from $name', async ({ pid, ageMs }) => {
    writeFileSync(file, String(pid));
    const touched = new Date(Date.now() - ageMs);
    utimesSync(file, touched, touched);

    await expect(
      withBuildLock(
        file,
        () => Promise.resolve('built'),
        () => {},
      ),
    ).resolves.toBe('built');
  });

  it('lets go when the work fails', async () => {
    await expect(
      withBuildLock(
        file,
        () => Promise.reject(new Error('no Go')),
        () => {},
      ),
    ).rejects.toThrow('no Go');

    expect(existsSync(file)).toBe(false);
  });
});
