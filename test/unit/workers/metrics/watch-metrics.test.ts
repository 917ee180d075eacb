import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../../api/kube-object.ts';
import { createWatchMetrics } from '../../../../workers/metrics/watch-metrics.ts';
import { parseMetrics, valueOf } from '../../../support/metrics-text.ts';

interface Made {
  readonly ready?: string;
  readonly suspend?: boolean;
  readonly deletionTimestamp?: string;
}

function object(kind: string, name: string, { ready, suspend, deletionTimestamp }: Made = {}): KubeObject {
  return {
    apiVersion: 'v1',
    kind,
    metadata: { name, namespace: 'apps', ...(deletionTimestamp && { deletionTimestamp }) },
    spec: { suspend },
    ...(ready && {
      status: {
        conditions: [
          { type: 'Ready', status: ready },
          { type: 'Healthy', status: 'False' },
        ],
      },
    }),
  };
}

function setUp() {
  const registry = new Registry();
  const gone: string[] = [];
  let now = 0;
  const watch = createWatchMetrics({
    registry,
    onGone: ({ kind, namespace, name }) => gone.push(`${kind}/${namespace}/${name}`),
    now: () => now,
  });
  const page = async () => parseMetrics((await registry.metrics()) + watch.text());
  const value = async (name: string, labels: Readonly<Record<string, string>> = {}) =>
    valueOf(await page(), name, labels);
  return { watch, page, value, gone, wait: (ms: number) => void (now += ms) };
}

const NONE = { True: 0, False: 0, Unknown: 0, Deleted: 0 };

describe('conditions', () => {
  it.each([
    { made: { ready: 'True' }, status: 'True' },
    { made: { ready: 'False' }, status: 'False' },
    { made: { ready: 'Unknown' }, status: 'Unknown' },
    { made: {}, status: 'Unknown' },
    { made: { ready: 'True', deletionTimestamp: '2026-01-01T00:00:00Z' }, status: 'Deleted' },
  ])('of $made: $status is 1 and the others are 0', async ({ made, status }) => {
    const { watch, page } = setUp();
    watch.changed(object('Kustomization', 'app', made));

    const { samples } = await page();

    const ready = samples.filter(
      ({ name, labels }) => name === 'gotk_reconcile_condition' && labels['type'] === 'Ready',
    );
    expect(Object.fromEntries(ready.map(({ labels, value }) => [labels['status'], value]))).toEqual({
      ...NONE,
      [status]: 1,
    });
    expect(ready[0]?.labels).toMatchObject({ kind: 'Kustomization', name: 'app', namespace: 'apps' });
  });

  it('that an object lost are not told any more', async () => {
    const { watch, value } = setUp();
    watch.changed(object('Kustomization', 'app', { ready: 'True' }));
    expect(await value('gotk_reconcile_condition', { type: 'Healthy', status: 'False' })).toBe(1);

    watch.changed(object('Kustomization', 'app'));

    expect(await value('gotk_reconcile_condition', { type: 'Healthy', status: 'False' })).toBeUndefined();
  });
});

it('says what is suspended', async () => {
  const { watch, value } = setUp();
  watch.listed('Kustomization', [
    object('Kustomization', 'one', { suspend: true }),
    object('Kustomization', 'two'),
  ]);

  expect(await value('gotk_suspend_status', { name: 'one' })).toBe(1);
  expect(await value('gotk_suspend_status', { name: 'two' })).toBe(0);
});

describe('the series of an object go', () => {
  const app = object('Kustomization', 'app');

  it.each([
    { when: 'it is deleted', act: (watch: Watch) => watch.removed(app) },
    { when: 'a list misses it', act: (watch: Watch) => watch.listed('Kustomization', []) },
  ])('when $when, and those of others stay', async ({ act }) => {
    const { watch, value, gone } = setUp();
    watch.listed('Kustomization', [app]);
    watch.listed('GitRepository', [object('GitRepository', 'home')]);

    act(watch);

    expect(await value('gotk_suspend_status', { kind: 'Kustomization' })).toBeUndefined();
    expect(await value('gotk_suspend_status', { kind: 'GitRepository' })).toBe(0);
    expect(await value('pawl_objects', { kind: 'Kustomization' })).toBeUndefined();
    expect(gone).toEqual(['Kustomization/apps/app']);
  });

  it('when another worker takes the watch, while the object lives on', async () => {
    const { watch, page, value, gone } = setUp();
    const letGo = watch.hold({ requests: () => 3 });
    watch.heard('Kustomization');
    watch.listed('Kustomization', [app]);
    expect(await value('pawl_watch_held')).toBe(1);
    expect(await value('pawl_watch_queue_length', { queue: 'requests' })).toBe(3);

    letGo();

    const names = new Set((await page()).samples.map(({ name }) => name));
    expect([...names]).toEqual(['pawl_watch_held']);
    expect(await value('pawl_watch_held')).toBe(0);
    expect(gone).toEqual([]);
  });
});

type Watch = ReturnType<typeof createWatchMetrics>;

it('a hold that ends late does not end the one that came after it', async () => {
  const { watch, value } = setUp();
  const letGo = watch.hold({});
  watch.hold({ requests: () => 1 });

  letGo();

  expect(await value('pawl_watch_held')).toBe(1);
});

it('the age of a kind is the time since the server was heard of it', async () => {
  const { watch, value, wait } = setUp();
  watch.heard('Kustomization');
  wait(60_000);
  watch.heard('GitRepository');
  wait(1_500);

  expect(await value('pawl_watch_age_seconds', { kind: 'Kustomization' })).toBe(61.5);
  expect(await value('pawl_watch_age_seconds', { kind: 'GitRepository' })).toBe(1.5);
});

it('counts the runs that were asked for', async () => {
  const { watch, value } = setUp();
  watch.requested('Kustomization', 'Source');
  watch.requested('Kustomization', 'Source');

  expect(await value('pawl_requests_total', { kind: 'Kustomization', trigger: 'Source' })).toBe(2);
});
