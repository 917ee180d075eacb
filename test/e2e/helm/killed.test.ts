import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FaultPoint } from '../../../activities/fault.ts';
import { Kind } from '../../../api/object-ref.ts';
import type { ManagedProcess } from '../../../tools/process.ts';
import { type Stack, startStack } from '../../support/harness.ts';
import { expectAtRest, type Rest, watchHelms } from '../../support/helm-drill.ts';
import { type HelmHome, helmHome } from '../../support/helm-home.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.stop());

const TIMEOUT = { timeout: 180_000 };

/** What is done with a release of the chart `bench` when its worker dies. */
type Doing = (home: HelmHome) => Promise<unknown>;

const install: Doing = (home) => home.release('app', 'bench');
const upgrade: Doing = (home) => home.update(Kind.HelmRelease, 'app', { values: { text: 'two' } });
const newChart: Doing = async (home) => {
  await home.charts.publish('bench', { version: '2.0.0' });
  await home.request(Kind.HelmRepository, 'charts');
};

interface Row extends Rest {
  readonly name: string;
  readonly point: FaultPoint;
  readonly hit?: number;
  /** Where the next worker dies as well. */
  readonly next?: FaultPoint;
  /** The release was installed before unless it is to be. */
  readonly doing: Doing;
}

// Where none was good before, helm calls what had failed superseded once the next one is good.
const FIRST = { records: ['superseded', 'deployed'], history: [2, 1] };
const GONE = { records: ['deployed'], history: [1] };
const NEWER = { records: ['superseded', 'deployed'], history: [2, 1], version: '2.0.0' };
const SECOND = { records: ['superseded', 'deployed'], history: [2, 1] };
// Of the three records the second was left by the helm that died.
const THIRD = { records: ['superseded', 'failed', 'deployed'], history: [3, 2, 1] };

// Helm notes that the first is superseded once the second is all there: that one is where a rollback goes.
const HALFWAY = { records: ['superseded', 'superseded', 'deployed'], history: [3, 2] };

const ROWS: readonly Row[] = [
  { name: 'an install that is announced', point: 'helm.announced', doing: install, ...GONE },
  { name: 'an install whose record is pending', point: 'helm.pending', doing: install, ...FIRST },
  { name: 'an install that has made two objects', point: 'helm.object', hit: 2, doing: install, ...FIRST },
  { name: 'an install that is done, and not told', point: 'helm.ended', doing: install, ...GONE },
  { name: 'an upgrade to a chart that is packed', point: 'chart.stored', doing: newChart, ...NEWER },
  { name: 'an upgrade to a chart that is ready', point: 'chart.status', doing: newChart, ...NEWER },
  { name: 'an upgrade that is announced', point: 'helm.announced', doing: upgrade, ...SECOND },
  { name: 'an upgrade whose record is pending', point: 'helm.pending', doing: upgrade, ...THIRD },
  {
    name: 'an upgrade, and during its unlock',
    point: 'helm.pending',
    next: 'helm.unlocked',
    doing: upgrade,
    ...THIRD,
  },
  { name: 'an upgrade amid its objects', point: 'helm.object', hit: 2, doing: upgrade, ...THIRD },
  { name: 'an upgrade between its records', point: 'helm.recorded', hit: 2, doing: upgrade, ...HALFWAY },
  { name: 'an upgrade with all its records', point: 'helm.recorded', hit: 3, doing: upgrade, ...SECOND },
  { name: 'an upgrade that is done, and not told', point: 'helm.ended', doing: upgrade, ...SECOND },
  { name: 'an upgrade that is told', point: 'helm.acted', doing: upgrade, ...SECOND },
  { name: 'an upgrade before its last status', point: 'helm.status', doing: upgrade, ...SECOND },
];

describe('a worker that is killed during', () => {
  // Who heals one kill makes ready for the next: a start costs seconds.
  let heir: ManagedProcess | undefined;
  afterAll(() => heir?.kill());

  test.for(ROWS)('$name leaves nothing stuck', TIMEOUT, async ({ point, hit = 1, next, doing, ...rest }) => {
    const before = (heir ??= await stack.startWorker());
    const home = await helmHome({ stack, charts: ['bench'] });
    if (doing !== install) await home.install('app', 'bench');
    else await home.ready(Kind.HelmRepository, 'charts');
    await before.stop();
    const doomed = await stack.startWorker({ env: { PAWL_FAULT: `${point}:${hit}` } });
    const helms = watchHelms(home);

    await doing(home);
    await expectDeath(doomed);
    if (next) await expectDeath(await stack.startWorker({ env: { PAWL_FAULT: next } }));
    heir = await stack.startWorker();

    await expectAtRest(home, 'app', rest);
    expect(helms.together()).toEqual([]);
  });
});

async function expectDeath(doomed: ManagedProcess): Promise<void> {
  await expect.poll(doomed.isRunning, { timeout: 60_000, interval: 20 }).toBe(false);
}
