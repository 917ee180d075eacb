import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { Kind } from '../../../../api/object-ref.ts';
import { createPassMetrics } from '../../../../workers/metrics/pass-metrics.ts';
import type { EndedPass } from '../../../../workflows/telemetry.ts';
import { parseMetrics, valueOf } from '../../../support/metrics-text.ts';

const HOUR_MS = 3_600_000;

function pass(name: string, result: Partial<EndedPass['result']> = {}): EndedPass {
  return {
    ref: { kind: Kind.Kustomization, namespace: 'apps', name },
    startedAt: 1_000,
    endedAt: 3_500,
    begun: [],
    result: { trigger: 'Source', outcome: 'Succeeded', message: '', steps: [], ...result },
  };
}

function setUp() {
  const registry = new Registry();
  let now = 0;
  const passes = createPassMetrics(registry, () => now);
  const page = async () => parseMetrics((await registry.metrics()) + passes.text());
  const objects = async () =>
    (await page()).samples
      .filter(({ name }) => name === 'gotk_reconcile_duration_seconds_count')
      .map(({ labels }) => labels['name']);
  return { passes, page, objects, wait: (ms: number) => void (now += ms) };
}

it('a reconcile is timed by object, and counted by outcome and trigger', async () => {
  const { passes, page } = setUp();
  passes.passEnded(pass('app', { steps: [{ name: 'build', ms: 120 }] }));
  passes.passEnded(pass('app', { outcome: 'BuildFailed', trigger: 'Retry' }));

  const seen = await page();

  const app = { kind: 'Kustomization', namespace: 'apps', name: 'app' };
  expect(valueOf(seen, 'gotk_reconcile_duration_seconds_count', app)).toBe(2);
  expect(valueOf(seen, 'gotk_reconcile_duration_seconds_sum', app)).toBe(5);
  expect(valueOf(seen, 'pawl_reconciles_total', { outcome: 'Succeeded', trigger: 'Source' })).toBe(1);
  expect(valueOf(seen, 'pawl_reconciles_total', { outcome: 'BuildFailed', trigger: 'Retry' })).toBe(1);
  expect(valueOf(seen, 'pawl_step_duration_seconds_sum', { kind: 'Kustomization', step: 'build' })).toBe(
    0.12,
  );
});

// What `prometheus.ExponentialBucketsRange(10e-3, 1800, 10)` of client_golang gives.
const BOUNDS =
  '0.01 0.038363583488692544 0.1471764538093883 0.5646216173286169 2.166090855590701 8.309900738254731 31.879757075478317 122.30217221643493 469.19495946736544 1799.9999999999986 +Inf';

it('the bounds are those that dashboards for Flux were made for', async () => {
  const { passes, page } = setUp();
  passes.passEnded(pass('app'));

  const { samples } = await page();

  const bounds = samples
    .filter(({ name }) => name === 'gotk_reconcile_duration_seconds_bucket')
    .map(({ labels }) => labels['le']);
  expect(bounds.join(' ')).toBe(BOUNDS);
});

it.each(['Deleted', 'Gone'])('an object that is %s has no series any more', async (outcome) => {
  const { passes, objects } = setUp();
  passes.passEnded(pass('app'));
  passes.passEnded(pass('other'));

  passes.passEnded(pass('app', { outcome }));

  expect(await objects()).toEqual(['other']);
});

it('an object that nothing is heard of for a day has no series any more', async () => {
  const { passes, objects, wait } = setUp();
  passes.passEnded(pass('moved'));
  wait(23 * HOUR_MS);
  passes.passEnded(pass('here'));
  wait(2 * HOUR_MS);

  passes.passEnded(pass('here'));

  expect(await objects()).toEqual(['here']);
});

it('however many objects there were, only so many have series', async () => {
  const { passes, objects } = setUp();
  for (let index = 0; index < 5_050; index += 1) passes.passEnded(pass(`app-${index}`));

  const kept = await objects();

  expect(kept).toHaveLength(5_000);
  expect(kept).not.toContain('app-0');
  expect(kept).toContain('app-5049');
});
