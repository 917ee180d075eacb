import { expect, it } from 'vitest';
import { backOff } from '../../../../activities/status/back-off.ts';
import {
  readyFailed,
  readyProgressing,
  readySucceeded,
  readySuspended,
} from '../../../../activities/status/ready-status.ts';
import { type Condition, findCondition } from '../../../../api/conditions.ts';
import { Reason } from '../../../../api/reasons.ts';

interface Status {
  readonly conditions?: readonly Condition[] | undefined;
}

const BEGAN = Date.parse('2030-01-01T00:00:00Z');
const metadata = { generation: 2 };

it.each([
  ['nothing', undefined, 'Unknown'],
  ['Unknown', 'Unknown', 'Unknown'],
  ['True', 'True', 'True'],
  ['False', 'False', 'False'],
] as const)('what was %s is %s while work goes on', (_name, before, after) => {
  const ready = { type: 'Ready', reason: 'x', message: 'x', lastTransitionTime: '2030-01-01T00:00:00Z' };
  const status: Status = { conditions: before === undefined ? [] : [{ ...ready, status: before }] };

  const { conditions } = readyProgressing<Status>({ metadata, status }, 'on it', new Date(BEGAN));

  expect(findCondition(conditions, 'Ready')?.status).toBe(after);
  expect(findCondition(conditions, 'Reconciling')).toMatchObject({ status: 'True', message: 'on it' });
});

it('what fails again and again is tried less and less often', () => {
  const delays: number[] = [];
  let now = BEGAN;
  let status: Status | undefined;
  for (let attempt = 0; attempt < 6; attempt += 1) {
    status = readyProgressing<Status>({ metadata, status }, 'again', new Date(now));
    const failure = { reason: Reason.Failure, message: 'x', stalled: false, now: new Date(now) };
    status = readyFailed<Status>({ metadata, status }, failure);
    delays.push(backOff(status, new Date(now)));
    now += delays.at(-1) ?? 0;
  }

  expect(delays).toEqual([750, 750, 1500, 3000, 6000, 12_000]);
});

const NOW = new Date('2030-01-01T00:00:00.900Z');
const AT = '2030-01-01T00:00:00Z';
const annotations = { 'reconcile.fluxcd.io/requestedAt': 'now' };
const failure = { reason: Reason.Failure, message: 'no', stalled: false, now: NOW };

interface FullStatus extends Status {
  readonly observedGeneration?: number | undefined;
  readonly lastHandledReconcileAt?: string | undefined;
  readonly found?: string;
}

function of(type: string, status: string, reason: string, message: string): Condition {
  return { type, status, reason, message, lastTransitionTime: AT, observedGeneration: 2 } as Condition;
}

/** All that can be wrong, and what was found before. */
const WRONG: FullStatus = {
  observedGeneration: 1,
  found: 'it',
  conditions: [
    of('Ready', 'False', 'Failure', 'before'),
    of('Reconciling', 'True', 'ProgressingWithRetry', 'before'),
    of('Stalled', 'True', 'Failure', 'before'),
  ],
};

it('what succeeded has nothing wrong any more, and answers the request and the spec', () => {
  const object = { metadata: { ...metadata, annotations }, status: WRONG };

  expect(readySucceeded<FullStatus>(object, 'done', NOW)).toEqual({
    found: 'it',
    observedGeneration: 2,
    lastHandledReconcileAt: 'now',
    conditions: [of('Ready', 'True', 'Succeeded', 'done')],
  });
});

it.each([
  ['what may come good', false, of('Reconciling', 'True', 'ProgressingWithRetry', 'no'), 1],
  ['what only a change mends', true, of('Stalled', 'True', 'Failure', 'no'), 2],
])('%s says so when it fails, and keeps what it found', (_name, isStalled, next, observedGeneration) => {
  const object = { metadata: { ...metadata, annotations }, status: WRONG };

  const status = readyFailed<FullStatus>(object, { ...failure, stalled: isStalled });

  expect(status).toEqual({
    found: 'it',
    observedGeneration,
    lastHandledReconcileAt: 'now',
    conditions: expect.arrayContaining([of('Ready', 'False', 'Failure', 'no'), next]),
  });
  expect(status.conditions).toHaveLength(2);
});

it.each([
  ['in its first work', 'Unknown', ['Ready=False/Failure']],
  ['at rest', 'True', ['Ready=True/x', 'Reconciling=True/x']],
])('what is suspended %s is current', (_name, ready, expected) => {
  const conditions = [of('Ready', ready, 'x', 'x'), of('Reconciling', 'True', 'x', 'x')];
  const object = { metadata: { ...metadata, annotations }, status: { conditions, found: 'it' } };
  const input = { note: 'suspended by ada', reason: Reason.Failure, now: NOW };

  const status = readySuspended<FullStatus>(object, input);

  expect(status).toMatchObject({ found: 'it', observedGeneration: 2, lastHandledReconcileAt: 'now' });
  const texts = (status.conditions ?? []).map(({ type, status, reason }) => `${type}=${status}/${reason}`);
  expect(texts.sort()).toEqual(expected);
});

it('a request that nobody made is not answered', () => {
  expect(readySucceeded<FullStatus>({ metadata }, 'done', NOW)).not.toHaveProperty('lastHandledReconcileAt');
});
