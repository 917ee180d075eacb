import { expect, it } from 'vitest';
import { backOff } from '../../../../activities/status/back-off.ts';
import { readyFailed, readyProgressing } from '../../../../activities/status/ready-status.ts';
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
