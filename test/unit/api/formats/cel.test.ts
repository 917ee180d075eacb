import { expect, it } from 'vitest';
import { bigInteger } from '../../../../api/formats/big-integer.ts';
import { CelError, compileCel } from '../../../../api/formats/cel.ts';

const object = {
  metadata: { name: 'one', generation: 2, labels: { app: 'web' } },
  status: {
    replicas: 3,
    ratio: 1.5,
    big: bigInteger('9007199254740993'),
    conditions: [
      { type: 'Ready', status: 'True' },
      { type: 'Synced', status: 'False' },
    ],
  },
};

it.each<[string, boolean]>([
  ["status.conditions.filter(e, e.type == 'Ready').all(e, e.status == 'True')", true],
  ["status.conditions.exists(e, e.type == 'Synced' && e.status == 'False')", true],
  ['status.replicas + 1 == 4', true],
  ['status.replicas > 2.5', true],
  ['status.ratio > 1', true],
  ['status.big == 9007199254740993', true],
  ['has(status.phase)', false],
  ["status.?phase.orValue('none') == 'none'", true],
  ["metadata.labels.app.matches('^w(?P<rest>.*)$')", true],
  ["metadata.name.replace('n', '$&').upperAscii() == 'O$&E'", true],
])('evaluates %s', (expression, expected) => {
  expect(compileCel(expression)(object)).toBe(expected);
});

it.each<[string, string, RegExp]>([
  ['a syntax error', 'status.', /character 8/],
  ['a type error', "1 == 'a'", /no such overload/],
  ['a result that is no boolean', "'yes'", /is a string, not a bool/],
  ['an unknown function', 'status.sleep()', /sleep/],
  ['a pattern that only the engine of JavaScript knows', "'a'.nope('b')", /nope/],
  ['loops within loops', '[1].all(a, [1].all(b, [1].all(c, [1].all(d, true))))', /nested deeper than 3/],
  ['a text without end', `${'true && '.repeat(2000)}true`, /longer than 8192/],
  ['nesting without end', `${'('.repeat(500)}true${')'.repeat(500)}`, /maxDepth|[Nn]est|depth/],
])('refuses %s', (_name, expression, why) => {
  expect(() => compileCel(expression)).toThrow(why);
});

it('refuses variables that are not declared when some are', () => {
  expect(() => compileCel('dep.ready == other.ready', ['self', 'dep'])).toThrow(/other/);
  expect(
    compileCel('dep.ready == self.ready', ['self', 'dep'])({ self: { ready: 1 }, dep: { ready: 1 } }),
  ).toBe(true);
});

it.each<[string, string, CelError['blame']]>([
  ['a missing field, which may come', 'status.phase == "Ready"', 'values'],
  ['a missing variable, which may come', 'spec.paused', 'values'],
  ['a result that is no boolean', 'status.replicas', 'expression'],
])('blames %s', (_name, expression, blame) => {
  const run = () => compileCel(expression)(object);

  expect(run).toThrow(CelError);
  expect(run).toThrow(expect.objectContaining({ blame }));
});

it('stops an expression that would run for hours', () => {
  const items = Array.from({ length: 3000 }, (_, index) => index);
  const condition = compileCel('items.all(a, items.all(b, items.all(c, a + b + c >= 0)))');
  const started = process.cpuUsage();

  expect(() => condition({ items })).toThrow(/longer than 100 ms/);
  // Not the time, of which other processes take theirs.
  expect(process.cpuUsage(started).user).toBeLessThan(1_000_000);
});

it('runs a pattern that makes backtracking engines hang', () => {
  const condition = compileCel("text.matches('^(a+)+$')");

  expect(condition({ text: `${'a'.repeat(40)}!` })).toBe(false);
});

it('reads no property that the object does not own', () => {
  expect(() => compileCel('status.constructor == 1')(object)).toThrow(/No such key/);
});
