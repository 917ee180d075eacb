import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import type { FaultPoint } from '../../../activities/fault.ts';
import { Kind } from '../../../api/object-ref.ts';
import type { ManagedProcess } from '../../../tools/process.ts';
import { removeDatabase } from '../../../tools/temporal.ts';
import { POLL } from '../../support/flux.ts';
import { type Stack, startStack } from '../../support/harness.ts';
import { type ImageDrill, imageDrill, MODES } from '../../support/image-drill.ts';
import { relayTo } from '../../support/relay.ts';

/** An automation in each mode, named after it. */
const BOTH = MODES.map((mode) => [mode, mode] as const);

let stack: Stack;
// Who heals one kill makes ready for the next: a start costs seconds.
let heir: ManagedProcess | undefined;
beforeAll(async () => {
  stack = await startStack({ nodes: false });
});
beforeEach(async () => {
  if (!heir?.isRunning()) heir = await stack.startWorker();
});
afterAll(() => stack.stop());

describe('a worker that is killed', () => {
  test('anywhere in an update leaves one commit', async () => {
    const drill = await imageDrill(stack);
    await heir?.stop();
    // An update passes all of these: with a worker for each, each automation ends one of them. The tasks of the dead are
    // given away after fifteen seconds, for which all wait at the same time.
    const doomed = await startDoomed('image.policies', 'image.edited', 'image.committed', 'image.pushed');
    const updates = doomed.map((_, index) => [`app-${index}`, MODES[index % MODES.length] ?? 'own'] as const);

    for (const [name, mode] of updates) await expectDeath(doomed, () => drill.automate(name, mode));
    expect(alive(doomed)).toBe(0);
    heir = await stack.startWorker();

    await drill.expectUpdated(updates);
  });

  test('behind a scan, behind a choice and before the status of an update leaves one commit', async () => {
    const [scan, choice, status] = await Promise.all([
      imageDrill(stack, { tags: ['41'] }),
      imageDrill(stack, { isChosen: false }),
      imageDrill(stack),
    ]);
    await Promise.all([scan, choice].map(automateBoth));
    await scan.images.push(['42']);
    await heir?.stop();

    const scanning = await startDoomed('image.scanned');
    await expectDeath(scanning, async () => {
      await scan.images.home.request(Kind.ImageRepository, 'podinfo');
      await scan.ask(Kind.ImageRepository, 'podinfo');
    });
    const choosing = await startDoomed('image.chosen');
    await expectDeath(choosing, async () => {
      await choice.images.policy();
      await choice.ask(Kind.ImagePolicy, 'podinfo');
    });
    const telling = await startDoomed('image.status', 'image.status');
    for (const mode of MODES) await expectDeath(telling, () => status.automate(mode, mode));
    expect(alive([...scanning, ...choosing, ...telling])).toBe(0);
    heir = await stack.startWorker();

    await scan.expectUpdated(BOTH);
    await choice.expectUpdated(BOTH);
    // What is about to be in the status is told before: at least once.
    await status.expectUpdated(BOTH, { tellings: 2 });
  });
});

test('a worker that is frozen in its pushes, and thaws when another one has pushed, adds nothing', async () => {
  let held = 0;
  let pushes = 0;
  const { promise: thawed, resolve: thaw } = Promise.withResolvers<void>();
  // Of one repository a worker makes one update at a time.
  const drills = await Promise.all(
    MODES.map(async (mode) => ({ mode, drill: await imageDrill(stack, { onPush: () => (pushes += 1) }) })),
  );
  for (const { drill } of drills) {
    let isFirst = true;
    drill.images.home.git.server.setFault(async ({ method, path }) => {
      if (method !== 'POST' || !path.endsWith('/git-receive-pack') || !isFirst) return undefined;
      isFirst = false;
      held += 1;
      await thawed;
      return undefined;
    });
  }
  await heir?.stop();
  const relay = await relayTo(stack.temporalAddress);
  const frozen = await stack.startWorker({ args: ['--temporal-address', relay.address] });
  onTestFinished(() => frozen.kill());
  for (const { mode, drill } of drills) await drill.automate('app', mode);
  await expect.poll(() => held, POLL).toBe(drills.length);

  // With its git.
  process.kill(-frozen.pid, 'SIGSTOP');
  // Else the server would go on handing tasks to it.
  relay.close();
  heir = await stack.startWorker();
  for (const { mode, drill } of drills) await drill.expectUpdated([['app', mode]]);
  expect(pushes).toBe(drills.length);
  // What git has sent reaches the server whatever becomes of git.
  thaw();
  await expect.poll(() => pushes, POLL).toBe(2 * drills.length);
  process.kill(-frozen.pid, 'SIGCONT');
  relay.open();

  for (const { mode, drill } of drills) {
    await drill.images.home.reconcile(Kind.ImageUpdateAutomation, 'app');
    await drill.expectOneCommit('app', mode);
  }
});

test('what was pushed is told although Temporal lost its database before the status', async () => {
  const drill = await imageDrill(stack);
  await heir?.stop();
  const doomed = await startDoomed('image.pushed', 'image.pushed');
  for (const mode of MODES) await expectDeath(doomed, () => drill.automate(mode, mode));
  expect(alive(doomed)).toBe(0);

  await stack.temporal().kill();
  removeDatabase(stack.temporal().databaseFile);
  await stack.restartTemporal();
  heir = await stack.startWorker();

  await drill.expectUpdated(BOTH);
});

async function startDoomed(...points: readonly FaultPoint[]): Promise<readonly ManagedProcess[]> {
  const workers = await Promise.all(points.map((point) => stack.startWorker({ env: { PAWL_FAULT: point } })));
  onTestFinished(async () => void (await Promise.all(workers.map((worker) => worker.kill()))));
  return workers;
}

/** One of the workers dies of it, unless it took so long that what the dead left behind has ended them all. */
async function expectDeath(workers: readonly ManagedProcess[], act: () => Promise<void>): Promise<void> {
  const before = alive(workers);
  await act();
  await expect.poll(() => alive(workers), POLL).toBeLessThanOrEqual(Math.max(0, before - 1));
}

function alive(workers: readonly ManagedProcess[]): number {
  return workers.filter((worker) => worker.isRunning()).length;
}

async function automateBoth(drill: ImageDrill): Promise<void> {
  for (const mode of MODES) {
    await drill.automate(mode, mode);
    await drill.images.home.ready(Kind.ImageUpdateAutomation, mode);
  }
}
