import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { FaultPoint } from '../../activities/fault.ts';
import { Kind } from '../../api/object-ref.ts';
import type { ManagedProcess } from '../../tools/process.ts';
import { type Stack, startStack } from './harness.ts';
import { expectAtRest, type Rest, watchHelms } from './helm-drill.ts';
import { type HelmHome, helmHome } from './helm-home.ts';

const TIMEOUT = { timeout: 180_000 };

/** What is done with a release of the chart `bench` when its worker dies. */
export type Doing = (home: HelmHome) => Promise<unknown>;

export const install: Doing = (home) => home.release('app', 'bench');
export const upgrade: Doing = (home) => home.update(Kind.HelmRelease, 'app', { values: { text: 'two' } });

export interface Kill extends Rest {
  readonly name: string;
  readonly point: FaultPoint;
  readonly hit?: number;
  /** Where the next worker dies as well. */
  readonly next?: FaultPoint;
  /** The release was installed before unless it is to be. */
  readonly doing: Doing;
}

/** A test for each row: the worker dies there, and the next one brings the release to rest. Of one file, on a stack of its own. */
export function describeKills(rows: readonly Kill[]): void {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack();
  });
  afterAll(() => stack.stop());

  describe('a worker that is killed during', () => {
    // Who heals one kill makes ready for the next: a start costs seconds.
    let heir: ManagedProcess | undefined;
    afterAll(() => heir?.kill());

    test.for(rows)(
      '$name leaves nothing stuck',
      TIMEOUT,
      async ({ point, hit = 1, next, doing, ...rest }) => {
        if (!heir?.isRunning()) heir = await stack.startWorker();
        const home = await helmHome({ stack, charts: ['bench'] });
        if (doing !== install) await home.install('app', 'bench');
        else await home.ready(Kind.HelmRepository, 'charts');
        await heir.stop();
        const doomed = await stack.startWorker({ env: { PAWL_FAULT: `${point}:${hit}` } });
        onTestFinished(() => doomed.kill());
        const helms = watchHelms(home);

        await doing(home);
        await expectDeath(doomed);
        if (next) await expectDeath(await stack.startWorker({ env: { PAWL_FAULT: next } }));
        heir = await stack.startWorker();

        await expectAtRest(home, 'app', rest);
        expect(helms.together()).toEqual([]);
      },
    );
  });
}

async function expectDeath(doomed: ManagedProcess): Promise<void> {
  await expect.poll(doomed.isRunning, { timeout: 60_000, interval: 20 }).toBe(false);
}
