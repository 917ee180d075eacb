import { ApplicationFailure } from '@temporalio/common';
import { expect, it } from 'vitest';
import { compileHealthExprs } from '../../../../activities/health/exprs.ts';

const thing = (status: Record<string, unknown>, kind = 'Thing') => ({
  apiVersion: 'example.org/v2',
  kind,
  metadata: { name: 'one', generation: 2 },
  status,
});

const entry = {
  apiVersion: 'example.org/v1',
  kind: 'Thing',
  inProgress: "status.phase == 'Working'",
  failed: "status.phase == 'Broken'",
  current: "status.phase == 'Done'",
};

it.each<[string, Record<string, unknown>, string]>([
  ['current when its expression holds', { phase: 'Done' }, 'Current'],
  ['failed when its expression holds', { phase: 'Broken' }, 'Failed'],
  ['in progress when its expression holds', { phase: 'Working' }, 'InProgress'],
  ['in progress when none holds', { phase: 'Else' }, 'InProgress'],
  [
    'in progress while the generation is not observed',
    { phase: 'Done', observedGeneration: 1 },
    'InProgress',
  ],
  [
    'current although the observed generation is a text',
    { phase: 'Done', observedGeneration: '1' },
    'Current',
  ],
  ['unknown when a field is not there yet', {}, 'Unknown'],
])('takes an object for %s', (_name, status, expected) => {
  const exprs = compileHealthExprs({ healthCheckExprs: [entry] });

  expect(exprs.healthOf(thing(status))?.status).toBe(expected);
});

it('asks inProgress first, then failed, then current', () => {
  const exprs = compileHealthExprs({
    healthCheckExprs: [
      { apiVersion: 'example.org/v1', current: 'true', failed: 'status.bad', inProgress: 'status.busy' },
    ],
  });

  expect(exprs.healthOf(thing({ busy: true, bad: true }))?.status).toBe('InProgress');
  expect(exprs.healthOf(thing({ busy: false, bad: true }))?.status).toBe('Failed');
  expect(exprs.healthOf(thing({ busy: false, bad: false }))?.status).toBe('Current');
});

it('prefers the entry of the kind to the one of the group, and leaves other groups alone', () => {
  const exprs = compileHealthExprs({
    healthCheckExprs: [{ apiVersion: 'example.org/v1', current: 'false', failed: 'true' }, entry],
  });

  expect(exprs.healthOf(thing({ phase: 'Done' }))?.status).toBe('Current');
  expect(exprs.healthOf(thing({ phase: 'Done' }, 'Other'))?.status).toBe('Failed');
  expect(exprs.healthOf({ ...thing({}), apiVersion: 'example.com/v1' })).toBeUndefined();
});

it.each<[string, object[], RegExp]>([
  ['an expression that does not compile', [{ ...entry, failed: 'status.' }], /healthCheckExprs\[0\]\.failed/],
  ['two entries for one kind', [entry, { ...entry, apiVersion: 'example.org/v3' }], /healthCheckExprs\[1\]/],
  ['an empty current', [{ ...entry, current: '' }], /current/],
])('stalls on %s', (_name, healthCheckExprs, why) => {
  const compile = () => compileHealthExprs({ healthCheckExprs: healthCheckExprs as (typeof entry)[] });

  expect(compile).toThrow(ApplicationFailure);
  expect(compile).toThrow(why);
  expect(compile).toThrow(
    expect.objectContaining({ type: 'InvalidCELExpression', details: [{ stalled: true }] }),
  );
});
