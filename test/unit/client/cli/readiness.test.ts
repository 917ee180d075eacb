import { describe, expect, it } from 'vitest';
import type { Condition } from '../../../../api/conditions.ts';
import { KINDS } from '../../../../client/cli/kinds.ts';
import { kstatus, requestProgress, specProgress } from '../../../../client/cli/readiness.ts';
import type { Reconciled } from '../../../../client/cli/reconciled.ts';

const GENERATION = 3;

function condition(
  type: string,
  status: Condition['status'],
  message = '',
  observedGeneration = 0,
): Condition {
  return {
    type,
    status,
    message,
    observedGeneration,
    reason: 'Any',
    lastTransitionTime: '2026-01-01T00:00:00Z',
  };
}

function object(status?: Reconciled['status'], metadata = {}): Reconciled {
  return {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name: 'apps', generation: GENERATION, ...metadata },
    spec: {},
    ...(status && { status }),
  };
}

const ready = condition('Ready', 'True');
const failing = condition('Ready', 'False', 'it broke');
const unknown = condition('Ready', 'Unknown');
const reconciling = condition('Reconciling', 'True');
const stalled = condition('Stalled', 'True', 'it is wrong');

describe('kstatus', () => {
  it.each([
    { name: 'nothing said', object: object(), state: 'current' },
    { name: 'no generation said', object: object({ conditions: [ready] }), state: 'current' },
    {
      name: 'an older generation',
      object: object({ observedGeneration: 2, conditions: [ready] }),
      state: 'inProgress',
    },
    { name: 'ready', object: object({ observedGeneration: 3, conditions: [ready] }), state: 'current' },
    {
      name: 'not ready',
      object: object({ observedGeneration: 3, conditions: [failing] }),
      state: 'inProgress',
    },
    {
      name: 'unknown',
      object: object({ observedGeneration: 3, conditions: [unknown] }),
      state: 'inProgress',
    },
    {
      name: 'reconciling, ready before',
      object: object({ observedGeneration: 3, conditions: [ready, reconciling] }),
      state: 'inProgress',
    },
    {
      name: 'stalled',
      object: object({ observedGeneration: 3, conditions: [failing, stalled] }),
      state: 'failed',
    },
    {
      name: 'reconciling before stalled: the first counts',
      object: object({ observedGeneration: 3, conditions: [reconciling, stalled] }),
      state: 'inProgress',
    },
    {
      name: 'reconciling that is over',
      object: object({ observedGeneration: 3, conditions: [ready, condition('Reconciling', 'False')] }),
      state: 'current',
    },
    {
      name: 'going away',
      object: object({ conditions: [ready] }, { deletionTimestamp: '2026-01-01T00:00:00Z' }),
      state: 'failed',
    },
  ])('says $state: $name', ({ object: given, state }) => {
    expect(kstatus(given).state).toBe(state);
  });
});

describe('the wait of a reconcile', () => {
  it.each([
    { name: 'not handled yet', handled: 'before', conditions: [ready], progress: { state: 'inProgress' } },
    { name: 'handled and ready', handled: 'now', conditions: [ready], progress: { state: 'current' } },
    {
      name: 'handled, failed, tried again',
      handled: 'now',
      conditions: [failing, reconciling],
      progress: { state: 'inProgress', trouble: 'it broke' },
    },
    {
      name: 'handled and stalled',
      handled: 'now',
      conditions: [failing, stalled],
      progress: { state: 'failed', message: 'it is wrong' },
    },
    {
      name: 'failed before the request was handled',
      handled: 'before',
      conditions: [failing, stalled],
      progress: { state: 'inProgress' },
    },
  ])('$name', ({ handled, conditions, progress }) => {
    const given = object({ observedGeneration: 3, lastHandledReconcileAt: handled, conditions });

    expect(requestProgress(given, 'before')).toEqual(progress);
  });

  it('waits for the first request of an object that never had one', () => {
    expect(requestProgress(object({ conditions: [ready] }), '')).toEqual({ state: 'inProgress' });
  });
});

describe('the wait of a resume', () => {
  const readyAt = (generation: number) => condition('Ready', 'True', '', generation);

  it.each([
    {
      name: 'never reconciled',
      status: { observedGeneration: -1, conditions: [ready] },
      state: 'inProgress',
    },
    { name: 'no status', status: undefined, state: 'inProgress' },
    { name: 'no Ready', status: { observedGeneration: 3 }, state: 'inProgress' },
    {
      name: 'Ready of an older generation',
      status: { observedGeneration: 3, conditions: [readyAt(2)] },
      state: 'inProgress',
    },
    {
      name: 'Ready of this one',
      status: { observedGeneration: 3, conditions: [readyAt(3)] },
      state: 'current',
    },
    {
      name: 'Ready without a generation',
      status: { observedGeneration: 3, conditions: [ready] },
      state: 'current',
    },
    {
      name: 'Ready without a generation, status older',
      status: { observedGeneration: 2, conditions: [ready] },
      state: 'inProgress',
    },
    {
      name: 'stalled at this generation',
      status: { observedGeneration: 3, conditions: [condition('Ready', 'False', '', 3), stalled] },
      state: 'failed',
    },
  ])('says $state: $name', ({ status, state }) => {
    expect(specProgress(KINDS.Kustomization, object(status)).state).toBe(state);
  });

  it.each([
    { name: 'the first attempt', observedGeneration: -1 },
    { name: 'one after others that succeeded', observedGeneration: 2 },
  ])('tells the trouble of $name', ({ observedGeneration }) => {
    const failed = condition('Ready', 'False', 'no such image', GENERATION);
    const status = { observedGeneration, conditions: [condition('Reconciling', 'True'), failed] };

    expect(specProgress(KINDS.ImageRepository, object(status))).toEqual({
      state: 'inProgress',
      trouble: 'no such image',
    });
  });
});
