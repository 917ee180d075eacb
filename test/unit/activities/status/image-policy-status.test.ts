import { describe, expect, it } from 'vitest';
import type { SelectedImage } from '../../../../activities/image/policy/steps.ts';
import type { EventInput } from '../../../../activities/status/events.ts';
import { selectedStatus } from '../../../../activities/status/image-policy-status.ts';
import { settleImagePolicy } from '../../../../activities/status/settle-image-policy.ts';
import type { ImageRef } from '../../../../api/image-policy.ts';
import type { KubeObject } from '../../../../api/kube-object.ts';
import { imagePolicyOf, POLICY_REF, policyObject } from '../../../support/image-policy.ts';
import { StoredObjects } from '../../../support/stored-objects.ts';

const NOW = new Date('2026-11-22T12:00:00.500Z');
const DIGESTS = [`sha256:${'a'.repeat(64)}`, `sha256:${'b'.repeat(64)}`] as const;

function ref(tag: string, digest?: string, name = 'registry.example/web'): ImageRef {
  return { name, tag, ...(digest !== undefined && { digest }) };
}

function selected(latestRef: ImageRef, more: Partial<SelectedImage> = {}): SelectedImage {
  return { latestRef, unchanged: false, scanRevision: '12', attempt: { generation: 2 }, ...more };
}

function condition(type: string, status: string, reason: string, message: string) {
  const lastTransitionTime = '2026-11-22T11:00:00Z';
  return { type, status, reason, message, lastTransitionTime, observedGeneration: 1 };
}

describe('the status of an ImagePolicy that chose', () => {
  it('has the image, the scan, and no trace of what was wrong', () => {
    const conditions = [
      condition('Ready', 'False', 'DependencyNotReady', 'x'),
      condition('Reconciling', 'True', 'ProgressingWithRetry', 'x'),
      condition('Stalled', 'True', 'InvalidPolicy', 'x'),
    ];
    const annotations = { 'reconcile.fluxcd.io/requestedAt': 'now' };
    const object = imagePolicyOf({}, { metadata: { annotations }, status: { conditions } });

    expect(selectedStatus(object, selected(ref('1.1.0')), NOW)).toEqual({
      conditions: [
        {
          type: 'Ready',
          status: 'True',
          reason: 'Succeeded',
          message: 'Latest image tag for registry.example/web resolved to 1.1.0',
          lastTransitionTime: '2026-11-22T12:00:00Z',
          observedGeneration: 2,
        },
      ],
      observedGeneration: 2,
      lastHandledReconcileAt: 'now',
      latestRef: ref('1.1.0'),
      observedScanRevision: '12',
    });
  });

  const resolved = 'Latest image tag for registry.example/web resolved to';

  it.each<[string, object, ImageRef, ImageRef | undefined, string]>([
    ['the first time', {}, ref('1'), undefined, `${resolved} 1`],
    [
      'the first time with a digest',
      {},
      ref('1', DIGESTS[0]),
      undefined,
      `${resolved} 1 with digest ${DIGESTS[0]}`,
    ],
    [
      'another tag',
      { latestRef: ref('1') },
      ref('2'),
      ref('1'),
      `${resolved} 2 (previously registry.example/web:1)`,
    ],
    [
      'another digest',
      { latestRef: ref('1', DIGESTS[0]) },
      ref('1', DIGESTS[1]),
      ref('1', DIGESTS[0]),
      `${resolved} 1 with digest ${DIGESTS[1]} (previously registry.example/web:1@${DIGESTS[0]})`,
    ],
    [
      'no digest any more',
      { latestRef: ref('1', DIGESTS[0]) },
      ref('1'),
      ref('1', DIGESTS[0]),
      `${resolved} 1 (previously registry.example/web:1@${DIGESTS[0]})`,
    ],
    [
      'another image',
      { latestRef: ref('1', undefined, 'old.example/web') },
      ref('1'),
      ref('1', undefined, 'old.example/web'),
      `${resolved} 1 (previously old.example/web:1)`,
    ],
    ['the same again', { latestRef: ref('1') }, ref('1'), undefined, `${resolved} 1`],
    [
      'the same again after another',
      { latestRef: ref('2'), observedPreviousRef: ref('1') },
      ref('2'),
      ref('1'),
      `${resolved} 2 (previously registry.example/web:1)`,
    ],
    [
      'the one before again',
      { latestRef: ref('2'), observedPreviousRef: ref('1') },
      ref('1'),
      ref('2'),
      `${resolved} 1 (previously registry.example/web:2)`,
    ],
  ])('%s tells what was before', (_name, ...row) => {
    const [status, latestRef, previous, message] = row;
    const after = selectedStatus(imagePolicyOf({}, { status }), selected(latestRef), NOW);

    expect(after.latestRef).toEqual(latestRef);
    expect(after.observedPreviousRef).toEqual(previous);
    expect(after.conditions?.[0]?.message).toBe(message);
  });
});

describe('settling a choice', () => {
  async function settled(object: KubeObject, choice: SelectedImage, times = 1) {
    const stored = new StoredObjects(object);
    const events: EventInput[] = [];
    const deps = {
      kube: stored.kube,
      events: {
        record: async (event: EventInput) => void events.push(event),
        flush: () => Promise.resolve(),
      },
      now: () => NOW,
    };
    let message = '';
    for (let time = 0; time < times; time += 1) {
      ({ message } = await settleImagePolicy(deps, { ref: POLICY_REF, selected: choice }));
    }
    const status = stored.find('ImagePolicy', 'apps', 'web-v1')?.['status'];
    return { message, status, events, writes: stored.writes };
  }

  const READY = condition(
    'Ready',
    'True',
    'Succeeded',
    'Latest image tag for registry.example/web resolved to 1',
  );
  const CHOSEN = {
    latestRef: ref('1'),
    observedGeneration: 2,
    observedScanRevision: '12',
    conditions: [{ ...READY, observedGeneration: 2 }],
  };
  const FAILED = {
    ...CHOSEN,
    conditions: [condition('Ready', 'False', 'Failure', 'version list argument cannot be empty')],
  };

  it('writes one patch and tells another choice in an event without metadata', async () => {
    const { message, events, writes, status } = await settled(
      policyObject({}, { status: CHOSEN }),
      selected(ref('2')),
    );

    expect(message).toBe(
      'Latest image tag for registry.example/web resolved to 2 (previously registry.example/web:1)',
    );
    expect(events).toEqual([expect.objectContaining({ type: 'Normal', reason: 'Succeeded', message })]);
    expect(events[0]).not.toHaveProperty('metadata');
    expect(writes).toEqual(['patch ImagePolicy/apps/web-v1']);
    expect(status).toMatchObject({ latestRef: ref('2'), observedPreviousRef: ref('1') });
  });

  it('tells a recovery', async () => {
    const { events, status } = await settled(policyObject({}, { status: FAILED }), selected(ref('1')));

    expect(events).toEqual([expect.objectContaining({ type: 'Normal', message: READY.message })]);
    expect(status).not.toHaveProperty('observedPreviousRef');
  });

  it('is silent, and writes nothing, when all is as it was', async () => {
    const { events, writes } = await settled(policyObject({}, { status: CHOSEN }), selected(ref('1')));

    expect(events).toEqual([]);
    expect(writes).toEqual([]);
  });

  it('notes a scan that changes nothing else', async () => {
    const choice = selected(ref('1'), { scanRevision: '13' });
    const { events, status } = await settled(policyObject({}, { status: CHOSEN }), choice);

    expect(events).toEqual([]);
    expect(status).toEqual({ ...CHOSEN, observedScanRevision: '13' });
  });

  it('done twice is the same as done once', async () => {
    const object = policyObject({}, { status: CHOSEN });
    const once = await settled(object, selected(ref('2')));
    const twice = await settled(object, selected(ref('2')), 2);

    expect(twice.status).toEqual(once.status);
    expect(twice.events).toHaveLength(1);
  });

  it('drops what was chosen by an older spec', async () => {
    const { writes, message } = await settled(
      policyObject({}, { status: CHOSEN }),
      selected(ref('2'), { attempt: { generation: 1 } }),
    );

    expect(writes).toEqual([]);
    expect(message).toBe('the spec changed during the choice; it is made again');
  });

  it('answers the request that the choice was made for, and no later one', async () => {
    const annotations = { 'reconcile.fluxcd.io/requestedAt': 'later' };
    const choice = selected(ref('1'), { attempt: { generation: 2, requestedAt: 'now' } });
    const { status } = await settled(policyObject({}, { metadata: { annotations } }), choice);

    expect(status).toMatchObject({ lastHandledReconcileAt: 'now' });
  });
});
