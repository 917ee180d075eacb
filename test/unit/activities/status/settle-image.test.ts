import { describe, expect, it } from 'vitest';
import { settleImageFailure, settleImageWaiting } from '../../../../activities/status/settle-image.ts';
import type { KubeObject } from '../../../../api/kube-object.ts';
import type { ObjectRef } from '../../../../api/object-ref.ts';
import { Reason } from '../../../../api/reasons.ts';
import { AUTOMATION_REF, automationObject } from '../../../support/image-automation.ts';
import { POLICY_REF, policyObject } from '../../../support/image-policy.ts';
import { IMAGE_REF, imageObject } from '../../../support/image-scan.ts';
import { settleRig } from '../../../support/settled.ts';

const FAILURE = { reason: Reason.Failure, message: 'no', stalled: false } as const;
const AT = '2026-11-22T12:00:00Z';

const ready = (status: string, reason: string, message: string, lastTransitionTime = AT) => ({
  type: 'Ready',
  status,
  reason,
  message,
  lastTransitionTime,
  observedGeneration: 2,
});

function statusOf(stored: ReturnType<typeof settleRig>['stored'], { kind, namespace, name }: ObjectRef) {
  return stored.find(kind, namespace, name)?.['status'];
}

describe('a failure', () => {
  const KINDS: readonly [string, ObjectRef, KubeObject, object][] = [
    ['ImageRepository', IMAGE_REF, imageObject('registry.test/app', { metadata: { generation: 2 } }), {}],
    ['ImagePolicy', POLICY_REF, policyObject(), {}],
    // Flux notes each run of it.
    ['ImageUpdateAutomation', AUTOMATION_REF, automationObject(), { lastAutomationRunTime: AT }],
  ];

  it.each(KINDS)('of an %s is told, written and tried again', async (_kind, ref, object, more) => {
    const { deps, stored, acts } = settleRig(object);

    await settleImageFailure(deps, { ref, ...FAILURE, attempt: { generation: 2, requestedAt: 'now' } });

    expect(statusOf(stored, ref)).toEqual({
      conditions: expect.arrayContaining([
        ready('False', 'Failure', 'no'),
        { ...ready('True', 'ProgressingWithRetry', 'no'), type: 'Reconciling' },
      ]),
      lastHandledReconcileAt: 'now',
      ...more,
    });
    expect(acts).toEqual(['Warning Failure: no', `patch ${ref.kind}`, 'retry in 750']);
  });

  it('keeps what the last good pass left', async () => {
    const status = { latestRef: { name: 'registry.test/app', tag: '1' }, observedGeneration: 1 };
    const { deps, stored } = settleRig(policyObject({}, { status }));

    await settleImageFailure(deps, { ref: POLICY_REF, ...FAILURE });

    expect(statusOf(stored, POLICY_REF)).toMatchObject(status);
  });

  it.each([
    ['a minute', '2026-11-22T11:59:00Z', 60_500],
    ['a day', '2026-11-21T12:00:00Z', 15 * 60_000],
  ])('that lasts for %s is tried less often', async (_name, since, delay) => {
    const status = { conditions: [ready('False', 'Failure', 'no', since)] };
    const { deps, acts } = settleRig(policyObject({}, { status }));

    await settleImageFailure(deps, { ref: POLICY_REF, ...FAILURE });

    expect(acts.at(-1)).toBe(`retry in ${delay}`);
  });

  it.each([
    ['only a change mends', { ...FAILURE, stalled: true }],
    ['somebody wanted, by a cancel,', { ...FAILURE, reason: Reason.HealthCheckCanceled }],
  ])('that %s is not tried again', async (_name, failure) => {
    const { deps, acts } = settleRig(automationObject());

    await settleImageFailure(deps, { ref: AUTOMATION_REF, ...failure });

    expect(acts).toEqual([`Warning ${failure.reason}: no`, 'patch ImageUpdateAutomation']);
  });

  it('of an older spec is not told of the new one', async () => {
    const { deps, stored } = settleRig(policyObject());

    await settleImageFailure(deps, {
      ref: POLICY_REF,
      ...FAILURE,
      stalled: true,
      attempt: { generation: 1 },
    });

    expect(statusOf(stored, POLICY_REF)).toMatchObject({ observedGeneration: 1 });
  });

  it('is told of an object that does not parse', async () => {
    const { spec: _none, ...bare } = policyObject() as KubeObject & { spec: object };
    const { deps, stored } = settleRig(bare);

    await settleImageFailure(deps, { ref: POLICY_REF, ...FAILURE, stalled: true });

    expect(statusOf(stored, POLICY_REF)).toMatchObject({ conditions: expect.any(Array) });
  });

  it('of what is gone is nobody’s', async () => {
    const { deps, acts } = settleRig();

    await settleImageFailure(deps, { ref: POLICY_REF, ...FAILURE });

    expect(acts).toEqual([]);
  });
});

describe('a policy that waits', () => {
  const waiting = { ref: POLICY_REF, reason: Reason.DependencyNotReady, message: 'not scanned yet' };

  it('says so, and looks again later', async () => {
    const { deps, stored, acts } = settleRig(policyObject());

    await settleImageWaiting(deps, waiting);

    expect(statusOf(stored, POLICY_REF)).toMatchObject({
      conditions: expect.arrayContaining([ready('False', 'DependencyNotReady', 'not scanned yet')]),
    });
    expect(acts).toEqual([
      'Warning DependencyNotReady: not scanned yet',
      'patch ImagePolicy',
      'retry in 30000',
    ]);
  });

  it('says so once', async () => {
    const { deps, acts } = settleRig(policyObject());

    await settleImageWaiting(deps, waiting);
    await settleImageWaiting(deps, waiting);

    expect(acts.slice(3)).toEqual(['retry in 30000']);
  });

  it('says it again when it waits for something else', async () => {
    const { deps, acts } = settleRig(policyObject());

    await settleImageWaiting(deps, waiting);
    await settleImageWaiting(deps, { ...waiting, message: 'not there' });

    expect(acts).toContain('Warning DependencyNotReady: not there');
  });

  it('needs nothing more once it is gone', async () => {
    const { deps, acts } = settleRig();

    await settleImageWaiting(deps, { ...waiting, ref: POLICY_REF });

    expect(acts).toEqual([]);
  });
});
