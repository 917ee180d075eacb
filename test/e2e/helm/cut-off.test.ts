import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { Kind } from '../../../api/object-ref.ts';
import type { ManagedProcess } from '../../../tools/process.ts';
import { type ApiFront, type ApiRequest, apiFront } from '../../support/api-front.ts';
import { POLL } from '../../support/flux.ts';
import { type Stack, startStack } from '../../support/harness.ts';
import { expectAtRest, watchHelms } from '../../support/helm-drill.ts';
import { type HelmHome, helmHome } from '../../support/helm-home.ts';
import { relayTo } from '../../support/relay.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.stop());

const TIMEOUT = { timeout: 240_000 };
// Temporal gives the work of a worker away of which it has heard nothing for so long.
const SILENCE_MS = 15_000;
const GOOD = { fits: true };
const STUCK = { fits: false };
const NOWHERE = { spec: { template: { spec: { nodeSelector: expect.anything() } } } };

/** A release `app` whose upgrade waits for what never gets ready. */
async function waiting(): Promise<HelmHome> {
  const home = await helmHome({ stack, charts: ['never-ready'] });
  await home.install('app', 'never-ready', { timeout: '10m', values: GOOD });
  await home.update(Kind.HelmRelease, 'app', { values: STUCK });
  await home.recorded('app', 'pending-upgrade');
  await expect.poll(() => home.live('Deployment', 'app', 'apps/v1'), POLL).toMatchObject(NOWHERE);
  return home;
}

const mend = (home: HelmHome) => home.update(Kind.HelmRelease, 'app', { values: { ...GOOD, text: 'two' } });

/** Writes to the namespace of the home among the requests from `since` on. */
function writesOf({ namespace }: HelmHome, { requests }: ApiFront, since: number): readonly ApiRequest[] {
  return requests
    .slice(since)
    .filter(({ method, path }) => method !== 'GET' && path.includes(`/namespaces/${namespace}/`));
}

async function later(ms: number): Promise<void> {
  const began = Date.now();
  await expect.poll(() => Date.now() - began, { timeout: ms + 10_000, interval: 200 }).toBeGreaterThan(ms);
}

test('Temporal is killed while helm waits: the release goes on where it was', TIMEOUT, async () => {
  await startWorker();
  const home = await waiting();
  const helms = watchHelms(home);

  await stack.temporal().kill();
  await stack.restartTemporal();
  await mend(home);

  await expectAtRest(home, 'app');
  expect(helms.together()).toEqual([]);
});

test(
  'the API server is away while helm waits: no failure is counted, and all ends well',
  TIMEOUT,
  async () => {
    const front = await apiFront(stack);
    await startWorker({ kubeconfig: front.kubeconfig });
    const home = await waiting();

    front.setFault(() => 'drop');
    front.cut();
    await mend(home);
    await later(SILENCE_MS);
    front.setFault(undefined);

    const { status } = await expectAtRest(home, 'app');
    expect(status?.upgradeFailures).toBeUndefined();
  },
);

test('a worker that stood still while its helm waited writes nothing afterwards', TIMEOUT, async () => {
  const front = await apiFront(stack);
  const stale = await startWorker({ kubeconfig: front.kubeconfig });
  const home = await waiting();

  process.kill(stale.pid, 'SIGSTOP');
  const heir = await startWorker();
  await later(SILENCE_MS);
  await mend(home);
  const { status } = await expectAtRest(home, 'app');
  const seen = front.requests.length;
  process.kill(stale.pid, 'SIGCONT');
  // It has read the cluster again: it is awake.
  await expect.poll(() => front.requests.length, POLL).toBeGreaterThan(seen);
  await later(8_000);

  expect(writesOf(home, front, seen)).toEqual([]);
  expect((await home.get(Kind.HelmRelease, 'app')).status).toEqual(status);
  await heir.kill();
});

test('a worker that lost Temporal ends its helm before another one begins', TIMEOUT, async () => {
  const front = await apiFront(stack);
  const relay = await relayTo(stack.temporalAddress);
  const args = ['--temporal-address', relay.address];
  const lonely = await startWorker({ kubeconfig: front.kubeconfig, args });
  const home = await waiting();
  const helms = watchHelms(home);

  relay.close();
  await startWorker();
  // Ended by its own worker, which noted the failure.
  await home.recorded('app', 'failed');
  const seen = front.requests.length;
  await home.recorded('app', 'pending-upgrade');
  await mend(home);

  await expectAtRest(home, 'app', { records: ['superseded', 'failed', 'failed', 'deployed'] });
  expect(helms.together()).toEqual([]);
  await later(5_000);
  expect(writesOf(home, front, seen).filter(({ path }) => !path.includes('/status'))).toEqual([]);
  await lonely.kill();
});

/** A worker of the running test: the next one must not find it at work, however this one ends. */
async function startWorker(...options: Parameters<Stack['startWorker']>): Promise<ManagedProcess> {
  const worker = await stack.startWorker(...options);
  onTestFinished(() => worker.kill());
  return worker;
}
