import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  claimDir,
  forgetRunningDemo,
  isDemoDir,
  type RunningDemo,
  readRunningDemo,
  writeRunningDemo,
} from '../../../../client/demo/state.ts';

let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'pawl-state-'));
  vi.stubEnv('XDG_STATE_HOME', home);
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(home, { recursive: true, force: true });
});

function demo(changes: Partial<RunningDemo> = {}): RunningDemo {
  const kubeconfig = join(home, 'kubeconfig');
  writeFileSync(kubeconfig, '');
  return {
    pid: process.pid,
    startedAt: Date.now(),
    dir: home,
    kubeconfig,
    temporalAddress: '127.0.0.1:7233',
    temporalNamespace: 'default',
    uiUrl: 'http://127.0.0.1:8233',
    gitUrl: 'http://127.0.0.1:3080/home',
    logFile: join(home, 'worker.log'),
    ...changes,
  };
}

describe('the running demo', () => {
  it('is found while it is up', () => {
    const running = demo();

    writeRunningDemo(running);

    expect(readRunningDemo()).toEqual(running);
  });

  // Above the largest number that Linux gives out.
  it.each([
    { name: 'its process has ended', changes: { pid: 2 ** 22 + 1 } },
    { name: 'the machine was started since', changes: { startedAt: 0 } },
    { name: 'its folder is gone', changes: { kubeconfig: '/nowhere/kubeconfig' } },
  ])('is not found when $name', ({ changes }) => {
    writeRunningDemo(demo(changes));

    expect(readRunningDemo()).toBeUndefined();
  });

  it('is not found when there never was one, or it is over', () => {
    expect(readRunningDemo()).toBeUndefined();
    writeRunningDemo(demo());

    forgetRunningDemo();

    expect(readRunningDemo()).toBeUndefined();
  });
});

describe('the folder of a demo', () => {
  it('is a new one, an empty one, or one of a demo', () => {
    const dir = join(home, 'demo');

    claimDir(dir);
    claimDir(dir);

    expect(isDemoDir(dir)).toBe(true);
  });

  it('is none that holds something else', () => {
    const dir = join(home, 'photos');
    mkdirSync(dir);
    writeFileSync(join(dir, 'cat.jpg'), '');

    expect(() => claimDir(dir)).toThrow(/holds something else than a demo/);
    expect(isDemoDir(dir)).toBe(false);
  });
});
