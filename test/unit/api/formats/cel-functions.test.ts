import { expect, it } from 'vitest';
import { compileCel } from '../../../../api/formats/cel.ts';

const input = { items: ['a', 'b'], numbers: [1, 2.5, { x: [1] }], text: 'org/a', n: 3, f: 1.5, yes: true };

// What cel-go answers.
it.each<[string, boolean]>([
  ["sets.contains(items, ['a'])", true],
  ["sets.contains(items, ['a', 'c'])", false],
  ['sets.contains(items, [])', true],
  ['sets.contains(numbers, [1.0])', true],
  ["sets.contains(numbers, [{'x': [1]}])", true],
  ["sets.contains(numbers, [{'x': [2]}])", false],
  ["sets.equivalent(items, ['b', 'a', 'b'])", true],
  ["sets.equivalent(items, ['a'])", false],
  ["sets.intersects(items, ['b', 'c'])", true],
  ["sets.intersects(items, ['c'])", false],
  ["base64.encode(b'hello') == 'aGVsbG8='", true],
  ["base64.decode('aGVsbG8=') == b'hello'", true],
  ["base64.decode('aGVsbG8') == b'hello'", true],
  ["string(base64.decode('aGVsbG8=')) == 'hello'", true],
  [`strings.quote('a"b') == '"a\\\\"b"'`, true],
  ["text.replace('o', '0', 1) == '0rg/a'", true],
  ["'aaa'.replace('a', 'b', 2) == 'bba'", true],
  ["'aaa'.replace('a', 'b', -1) == 'bbb'", true],
  ["'%s-%d'.format([dyn(text), dyn(n)]) == 'org/a-3'", true],
  ["'%s'.format([items]) == '[a, b]'", true],
  ["'%s'.format([{'b': 1, 'a': 2}]) == '{a: 2, b: 1}'", true],
  ["'%s %s'.format([dyn(yes), dyn(null)]) == 'true null'", true],
  ["'%.2f %e'.format([f, f]) == '1.50 1.500000e+00'", true],
  ["'%x %X %o %b'.format([255, 255, 8, 5]) == 'ff FF 10 101'", true],
  ["'%x'.format(['hi']) == '6869'", true],
  ["'100%%'.format([]) == '100%'", true],
])('%s is %s', (expression, expected) => {
  expect(compileCel(expression)(input)).toBe(expected);
});

it.each([
  ["'%s'.format([]) == ''", /no argument/],
  ["'%q'.format([text]) == ''", /no clause/],
  ["'%d'.format([text]) == ''", /no number/],
  ["base64.decode('*') == b''", /not base64/],
])('%s fails', (expression, why) => {
  expect(() => compileCel(expression)(input)).toThrow(why);
});
