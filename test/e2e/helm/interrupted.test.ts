import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { Kind } from '../../../api/object-ref.ts';
import type { ManagedProcess } from '../../../tools/process.ts';
import { POLL } from '../../support/flux.ts';
import { type Stack, startStack } from '../../support/harness.ts';
import { expectAtRest, watchHelms } from '../../support/helm-drill.ts';
import { type HelmHome, helmHome } from '../../support/helm-home.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.stop());

const TIMEOUT = { timeout: 300_000 };
const LONG = { timeout: '10m' };
// Longer than the test, except where nobody can end it.
const FOREVER = 600;
const ONCE_MORE = 15;

interface Phase {
  readonly chart: string;
  /** Of the first release; it is left out where that is the one to be interrupted. */
  readonly first?: object;
  readonly spec?: object;
  /** What brings the release into the phase; it is deleted when left out. */
  readonly second?: object;
  /** What ends it. */
  readonly mended?: object;
}

const QUICK = { slow: '' };
const slow = (hook: string, seconds = FOREVER) => ({ slow: hook, seconds });

/** By the name of the release, what a helm can be in the midst of. */
const PHASES: Readonly<Record<string, Phase>> = {
  'install-wait': { chart: 'never-ready', second: { fits: false }, mended: { fits: true } },
  'install-hook': { chart: 'hooks', second: slow('pre-install'), mended: QUICK },
  'upgrade-wait': {
    chart: 'never-ready',
    first: { fits: true },
    second: { fits: false },
    mended: { fits: true, text: 'two' },
  },
  'upgrade-hook': { chart: 'hooks', first: {}, second: slow('pre-upgrade'), mended: QUICK },
  'upgraded-hook': { chart: 'hooks', first: {}, second: slow('post-upgrade'), mended: QUICK },
  'rollback-hook': {
    chart: 'hooks',
    spec: { upgrade: { remediation: { retries: 1 } } },
    // A rollback runs the hooks of where it goes.
    first: slow('pre-rollback'),
    second: { failing: 'pre-upgrade' },
    mended: { failing: '' },
  },
  'test-hook': {
    chart: 'tests-pass',
    spec: { test: { enable: true } },
    first: {},
    second: { seconds: FOREVER },
    mended: { seconds: 0 },
  },
  'delete-hook': { chart: 'hooks', first: slow('pre-delete', ONCE_MORE) },
};

/** One release in each phase, with a helm at work for each. */
async function inEveryPhase(): Promise<HelmHome> {
  const home = await helmHome({ stack, charts: ['never-ready', 'hooks', 'tests-pass'] });
  const all = Object.entries(PHASES);
  for (const [name, { chart, first, second, spec = {} }] of all)
    await home.release(name, chart, { ...LONG, ...spec, values: first ?? second });
  for (const [name, { first }] of all) if (first) await home.ready(Kind.HelmRelease, name);
  for (const [name, { first, second }] of all) {
    if (second === undefined) await home.delete(Kind.HelmRelease, name);
    else if (first) await home.update(Kind.HelmRelease, name, { values: second });
  }
  return home;
}

const ACTS = [
  'install install-hook',
  'install install-wait',
  'rollback rollback-hook',
  'test test-hook',
  'uninstall delete-hook',
  'upgrade upgrade-hook',
  'upgrade upgrade-wait',
  'upgrade upgraded-hook',
];

// Of what helm cannot note any more when its worker is killed.
const LEFT = Object.keys(PHASES).filter((name) => !/^(test|delete)/.test(name));

// What had failed to install is upgraded; the others may be done meanwhile, since nothing holds them up any more.
const AGAIN = ACTS.filter((act) => !/ (install|delete)-hook$/.test(act)).map((act) =>
  act.replace(/^install /, 'upgrade '),
);

test.for([
  { name: 'is killed', end: (worker: ManagedProcess) => worker.kill(), pending: LEFT },
  {
    name: 'is told to stop',
    end: (worker: ManagedProcess) => worker.stop(30_000),
    // A rollback does not note that it was stopped.
    pending: ['rollback-hook'],
  },
])('a worker $name in every phase of a release: the next one goes on', TIMEOUT, async ({ end, pending }) => {
  const worker = await startWorker();
  const home = await inEveryPhase();
  const helms = watchHelms(home);
  await expect.poll(() => helms.now().toSorted(), { ...POLL, timeout: 60_000 }).toEqual(ACTS);
  await expect.poll(() => pendingIn(home), POLL).toEqual(LEFT);

  await end(worker);
  await expect.poll(helms.now).toEqual([]);
  expect(await pendingIn(home)).toEqual(pending);
  await startWorker();

  await expect.poll(helms.now, { ...POLL, timeout: 90_000 }).toEqual(expect.arrayContaining(AGAIN));
  for (const name of Object.keys(PHASES)) {
    const { status } = (await home.find(Kind.HelmRelease, name)) ?? {};
    const failures = name === 'rollback-hook' ? 1 : 0;
    expect([name, status?.installFailures ?? 0, status?.upgradeFailures ?? 0]).toEqual([name, 0, failures]);
  }
  for (const [name, { mended }] of Object.entries(PHASES))
    if (mended) await home.update(Kind.HelmRelease, name, { values: mended });
  for (const [name, { mended }] of Object.entries(PHASES)) if (mended) await expectAtRest(home, name);
  await expect.poll(() => home.find(Kind.HelmRelease, 'delete-hook'), { timeout: 90_000 }).toBeUndefined();
  expect(await home.records('delete-hook')).toEqual([]);
  expect(helms.together()).toEqual([]);
});

/** A worker of the running test: the next one must not find it at work, however this one ends. */
async function startWorker(): Promise<ManagedProcess> {
  const worker = await stack.startWorker();
  onTestFinished(() => worker.kill());
  return worker;
}

/** The releases whose newest record is pending. */
async function pendingIn(home: HelmHome): Promise<readonly string[]> {
  const newest = await Promise.all(
    Object.keys(PHASES).map(async (name) => [name, (await home.records(name)).at(-1)?.info.status] as const),
  );
  return newest.filter(([, status]) => status?.startsWith('pending-')).map(([name]) => name);
}
