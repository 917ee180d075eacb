import { describe, expect, it } from 'vitest';
import type { Deps } from '../../../../activities/deps.ts';
import { lookAtReceiver } from '../../../../activities/notify/receiver/due.ts';
import { observeReceiver } from '../../../../activities/observe/receiver.ts';
import { settleReceiver, settleReceiverFailure } from '../../../../activities/status/settle-receiver.ts';
import type { KubeObject } from '../../../../api/kube-object.ts';
import { Kind } from '../../../../api/object-ref.ts';
import { Reason } from '../../../../api/reasons.ts';
import type { Receiver } from '../../../../api/receiver.ts';
import { receiverObject, TOKEN } from '../../../support/hooks.ts';
import { tokenSecret } from '../../../support/receiver-rig.ts';
import { StoredObjects } from '../../../support/stored-objects.ts';

const ref = { kind: Kind.Receiver, namespace: 'apps', name: 'hooks' };
const NOW = new Date('2026-11-22T12:00:00Z');

function rig(receiver: object | undefined, secret: KubeObject | undefined = tokenSecret()) {
  const objects = [receiver as KubeObject | undefined, secret].filter((object) => object !== undefined);
  const stored = new StoredObjects(...objects);
  const events: string[] = [];
  const retries: number[] = [];
  // Cast: these steps use no more.
  const deps = {
    kube: stored.kube,
    events: {
      record: async ({ type, reason, message }: Record<string, string>) =>
        void events.push(`${type} ${reason} ${message}`),
    },
    runs: { retryIn: async (_ref: object, ms: number) => void retries.push(ms) },
    now: () => NOW,
  } as unknown as Deps;
  const status = () => (stored.find('Receiver', 'apps', 'hooks') as unknown as Receiver).status;
  return { deps, stored, events, retries, status };
}

const fresh = { ...receiverObject('github'), status: undefined };

describe('a Receiver is', () => {
  it('ready, with a finalizer, and a result that tells nothing of its token', async () => {
    const { deps, stored } = rig(fresh);
    const observed = await observeReceiver(deps, { ref });

    expect(observed).toEqual({ state: 'Ready', ref, generation: 1 });
    expect(stored.find('Receiver', 'apps', 'hooks')?.metadata.finalizers).toEqual(['finalizers.fluxcd.io']);
  });

  it.each<[string, object | undefined, string]>([
    ['gone', undefined, 'Gone'],
    ['suspended', { ...fresh, spec: { ...fresh.spec, suspend: true } }, 'Suspended'],
    ['deleted', { ...fresh, metadata: { ...fresh.metadata, deletionTimestamp: 'x' } }, 'Deleting'],
  ])('%s', async (_name, object, state) => {
    await expect(observeReceiver(rig(object).deps, { ref })).resolves.toMatchObject({ state });
  });

  it.each<[string, KubeObject | undefined, string]>([
    [
      'without its Secret',
      { ...tokenSecret(), metadata: { name: 'other', namespace: 'apps' } },
      `unable to read token from secret 'apps/token' error: secrets "token" not found`,
    ],
    [
      'without a token',
      { ...tokenSecret(), data: {} } as KubeObject,
      "invalid 'apps/token' secret data: required fields 'token'",
    ],
    ['with an empty token', tokenSecret(''), "invalid 'apps/token' secret data: required fields 'token'"],
  ])('not ready %s', async (_name, secret, message) => {
    await expect(observeReceiver(rig(fresh, secret).deps, { ref })).rejects.toMatchObject({
      type: Reason.TokenNotFound,
      message,
      nonRetryable: true,
    });
  });

  it('stalled when its interval is none', async () => {
    const spec = { ...fresh.spec, interval: '9999999999999h' };
    await expect(observeReceiver(rig({ ...fresh, spec }).deps, { ref })).rejects.toMatchObject({
      type: Reason.InvalidSpec,
    });
  });
});

describe('a pass ends', () => {
  it('with the path in the status, and nowhere else', async () => {
    const { deps, events, status } = rig(fresh);
    const settled = await settleReceiver(deps, { ref, generation: 1 });
    const { webhookPath } = receiverObject('github').status ?? {};

    expect(settled).toEqual({ message: 'Reconciliation finished, next run in 10m0s' });
    expect(events).toEqual(['Normal Succeeded Reconciliation finished, next run in 10m0s']);
    expect(status()).toMatchObject({ observedGeneration: 1, webhookPath });
    expect(status()?.conditions).toMatchObject([
      {
        type: 'Ready',
        status: 'True',
        reason: 'Succeeded',
        message: `Receiver initialized for path: ${webhookPath}`,
      },
    ]);
    expect(JSON.stringify([settled, events])).not.toContain(TOKEN);
  });

  it('without a word when the spec is another by now', async () => {
    const { deps, events, stored } = rig(fresh);
    await settleReceiver(deps, { ref, generation: 0 });

    expect(events).toEqual([]);
    expect(stored.writes).toEqual([]);
  });

  it('without a path when the token is missing, and is tried again', async () => {
    const { deps, events, retries, status } = rig(receiverObject('github'));
    await settleReceiverFailure(deps, {
      ref,
      reason: Reason.TokenNotFound,
      message: 'no token',
      stalled: false,
    });

    expect(status()).not.toHaveProperty('webhookPath');
    expect(status()?.conditions).toMatchObject([
      { type: 'Ready', status: 'False', reason: 'TokenNotFound', message: 'no token' },
      { type: 'Reconciling', reason: 'ProgressingWithRetry' },
    ]);
    expect(events).toEqual(['Warning Failed no token']);
    expect(retries).toHaveLength(1);
  });

  it('with the path that it has when it stalls, and is not tried again', async () => {
    const { deps, events, retries, status } = rig(receiverObject('github'));
    const failure = { reason: Reason.InvalidCELExpression, message: 'no CEL', stalled: true };
    await settleReceiverFailure(deps, { ref, ...failure });

    expect(status()).toHaveProperty('webhookPath');
    expect(status()?.conditions).toMatchObject([
      { type: 'Ready', status: 'False' },
      { type: 'Stalled', status: 'True', reason: 'InvalidCELExpression' },
    ]);
    expect(events).toEqual(['Warning InvalidCELExpression no CEL']);
    expect(retries).toEqual([]);
  });
});

describe('the look of a tick', () => {
  it.each<[string, KubeObject, string | undefined]>([
    ['nothing to do', tokenSecret(), undefined],
    ['a token that changed', tokenSecret('another'), 'Config'],
  ])('finds %s', async (_name, secret, due) => {
    const found = await lookAtReceiver(rig(undefined, secret).deps, receiverObject('github'));
    expect(found.due).toBe(due);
  });
});
