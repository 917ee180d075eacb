import { expect, it } from 'vitest';
import { backOff } from '../../../../activities/status/back-off.ts';
import { sourceFailed, sourceProgressing } from '../../../../activities/status/source-status.ts';
import { type Condition, findCondition } from '../../../../api/conditions.ts';
import { Reason } from '../../../../api/reasons.ts';

interface Status {
  readonly conditions?: readonly Condition[] | undefined;
}

const BEGAN = Date.parse('2030-01-01T00:00:00Z');
const metadata = { generation: 2 };

it('a source that fails again and again is tried less and less often, also before it was ever ready', () => {
  const delays: number[] = [];
  let now = BEGAN;
  let status: Status | undefined;
  for (let attempt = 0; attempt < 6; attempt += 1) {
    status = sourceProgressing<Status>({ metadata, status }, 'again', { now: new Date(now) });
    const failure = { reason: Reason.GitOperationFailed, message: 'x', stalled: false, now: new Date(now) };
    status = sourceFailed<Status>({ metadata, status }, failure);
    delays.push(backOff(status, new Date(now)));
    now += delays.at(-1) ?? 0;
  }

  expect(delays).toEqual([750, 750, 1500, 3000, 6000, 12_000]);
});

it.each([
  ['nothing', undefined, 'Unknown'],
  ['Unknown', 'Unknown', 'Unknown'],
  ['True', 'True', 'Unknown'],
  ['False', 'False', 'False'],
] as const)('a source that was %s: Ready while work goes on', (_name, before, after) => {
  const ready = { type: 'Ready', reason: 'x', message: 'x', lastTransitionTime: '2030-01-01T00:00:00Z' };
  const status: Status = { conditions: before === undefined ? [] : [{ ...ready, status: before }] };

  const { conditions } = sourceProgressing<Status>({ metadata, status }, 'on it', { now: new Date(BEGAN) });

  expect(findCondition(conditions, 'Ready')?.status).toBe(after);
  expect(findCondition(conditions, 'Reconciling')).toMatchObject({ status: 'True', message: 'on it' });
});
