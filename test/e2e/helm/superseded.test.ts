import { describe, expect, test } from 'vitest';
import { findCondition } from '../../../api/conditions.ts';
import { Kind } from '../../../api/object-ref.ts';
import { POLL } from '../../support/flux.ts';
import { expectAtRest, watchHelms } from '../../support/helm-drill.ts';
import { type HelmHome, helmHome } from '../../support/helm-home.ts';
import { idOf, temporalClient } from '../../support/temporal.ts';

// Longer than any test: who waits for it fails.
const LONG = '10m';
const SOON_MS = 10_000;

/** A release `app` that was good once and waits for what never gets ready. */
async function waiting(): Promise<HelmHome> {
  const home = await helmHome({ charts: ['never-ready'] });
  await home.kube.create({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'more', namespace: home.namespace, labels: { 'reconcile.fluxcd.io/watch': 'Enabled' } },
    data: { 'values.yaml': 'fits: true' },
  });
  const valuesFrom = [{ kind: 'ConfigMap', name: 'more' }];
  await home.install('app', 'never-ready', { timeout: LONG, valuesFrom });
  await configure(home, 'fits: false');
  await home.recorded('app', 'pending-upgrade');
  await expect.poll(() => home.live('Deployment', 'app', 'apps/v1'), POLL).toMatchObject(NOWHERE);
  return home;
}

async function configure({ kube, namespace }: HelmHome, values: string): Promise<void> {
  const more = { apiVersion: 'v1', kind: 'ConfigMap', namespace, name: 'more' };
  await kube.patch(more, { data: { 'values.yaml': values } }, { type: 'merge' });
}

const NOWHERE = { spec: { template: { spec: { nodeSelector: expect.anything() } } } };

describe('a release that would wait for minutes is mended at once by', () => {
  test.for([
    {
      name: 'a newer version of the chart',
      mend: async (home: HelmHome) => {
        // Whose templates know nothing of what keeps it from getting ready.
        const files = { 'templates/deployment.yaml': undefined };
        await home.charts.publish('never-ready', { version: '9.0.0', files });
        await home.request(Kind.HelmRepository, 'charts');
      },
    },
    {
      name: 'other values in the spec',
      mend: (home: HelmHome) => home.update(Kind.HelmRelease, 'app', { values: { fits: true } }),
    },
    { name: 'a ConfigMap that it reads', mend: (home: HelmHome) => configure(home, 'fits: true') },
  ])('$name', async ({ mend }) => {
    const home = await waiting();
    const helms = watchHelms(home);
    const began = Date.now();

    await mend(home);

    await expect
      .poll(() => home.history('app').then((lines) => lines.at(-1)), POLL)
      .toMatchObject({
        revision: 3,
        status: 'deployed',
      });
    expect(Date.now() - began).toBeLessThan(SOON_MS);
    await expectAtRest(home, 'app', { records: ['superseded', 'failed', 'deployed'] });
    expect(helms.together()).toEqual([]);
  });
});

test('the deletion of a release that would wait for minutes takes it down at once', async () => {
  const home = await waiting();
  const began = Date.now();

  await home.uninstall('app');

  expect(Date.now() - began).toBeLessThan(SOON_MS);
  expect(await home.records('app')).toEqual([]);
  expect(await home.live('Deployment', 'app', 'apps/v1')).toBeUndefined();
});

test('a suspend lets helm come to its end, and nothing follows it', async () => {
  const home = await helmHome({ charts: ['hooks'] });
  await home.install('app', 'hooks');
  await home.update(Kind.HelmRelease, 'app', { values: { slow: 'pre-upgrade', seconds: 4 } });
  await expect.poll(() => home.live('Job', 'app-pre-upgrade', 'batch/v1'), POLL).toBeDefined();

  await home.update(Kind.HelmRelease, 'app', { suspend: true, values: { text: 'after' } });
  await home.recorded('app', 'deployed');

  await expect
    .poll(async () => (await home.get(Kind.HelmRelease, 'app')).status?.history?.[0], POLL)
    .toMatchObject({ version: 2, status: 'deployed' });
  expect((await home.history('app')).map(({ status }) => status)).toEqual(['superseded', 'deployed']);
  expect(await home.live('ConfigMap', 'app')).toMatchObject({ data: { text: 'one' } });
  await home.update(Kind.HelmRelease, 'app', { suspend: false });
  await expectAtRest(home, 'app', { records: ['superseded', 'superseded', 'deployed'] });
});

test('a cancel ends helm, and nobody tries again before somebody asks', async () => {
  const home = await waiting();

  const client = await temporalClient();
  await client.workflow.getHandle(idOf(home.ref(Kind.HelmRelease, 'app'))).signal('cancel', { by: 'ada' });

  await home.recorded('app', 'failed');
  const ready = await home.condition(Kind.HelmRelease, 'app', 'Ready', 'HealthCheckCanceled');
  expect(ready.message).toBe('the run was cancelled by ada');
  const { status } = await home.get(Kind.HelmRelease, 'app');
  expect(status?.upgradeFailures).toBeUndefined();
  expect(findCondition(status?.conditions, 'Reconciling')?.reason).not.toBe('Progressing');
  await configure(home, 'fits: true');
  await expectAtRest(home, 'app', { records: ['superseded', 'failed', 'deployed'] });
});

test('releases that wait for their pods hold up nobody', { timeout: 180_000 }, async () => {
  const home = await helmHome({ charts: ['never-ready', 'bench'] });
  const stuck = Array.from({ length: 15 }, (_, index) => `stuck-${index}`);
  const install = { disableWait: false };
  for (const name of stuck) await home.release(name, 'never-ready', { timeout: LONG, install });
  const helms = watchHelms(home);
  await expect.poll(() => helms.now().length, { ...POLL, timeout: 90_000 }).toBe(stuck.length);

  const began = Date.now();
  await home.install('app', 'bench');

  expect(Date.now() - began).toBeLessThan(SOON_MS);
  expect(helms.now()).toHaveLength(stuck.length);
  for (const name of stuck) await home.delete(Kind.HelmRelease, name);
});
