import { expect, it } from 'vitest';
import { mergeEvents } from '../../../../activities/notify/merge-events.ts';
import { NOTIFIED } from '../../../support/notified.ts';

const WINDOW = { windowMs: 300_000 };
const FAILURE = {
  ...NOTIFIED,
  severity: 'error' as const,
  reason: 'BuildFailed',
  message: 'no\n  such file',
};

it('one event stays as it is', () => {
  expect(mergeEvents({ events: [NOTIFIED], total: 1, ...WINDOW })).toBe(NOTIFIED);
});

it('several are about what failed, with a line for each', () => {
  expect(mergeEvents({ events: [NOTIFIED, FAILURE, NOTIFIED], total: 5, ...WINDOW })).toEqual({
    ...FAILURE,
    message: [
      '5 events in 5m0s:',
      'Kustomization/apps/web: ReconciliationSucceeded: it is done',
      'Kustomization/apps/web: BuildFailed: no; such file',
      'Kustomization/apps/web: ReconciliationSucceeded: it is done',
      'and 2 more',
    ].join('\n'),
  });
});

it('none is nothing', () => {
  expect(mergeEvents({ events: [], total: 0, ...WINDOW })).toBeUndefined();
});
