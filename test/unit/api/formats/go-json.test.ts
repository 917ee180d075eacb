import { expect, it } from 'vitest';
import { goString, goStruct, goValue } from '../../../../api/formats/go-json.ts';

// The records of releases in test/unit/activities/helm/history are compared with Go itself.
it.each([
  ['</script>&', '"\\u003c/script\\u003e\\u0026"'],
  ['\u2028\u2029\u2027', '"\\u2028\\u2029\u2027"'],
  ['\ud800', '"\ufffd"'],
  ['\u0000\b\f\n\r\t"\\\u007f', '"\\u0000\\b\\f\\n\\r\\t\\"\\\\\u007f"'],
])('writes the string %j as Go does', (text, json) => {
  expect(goString(text)).toBe(json);
});

it.each([
  [-0, '-0'],
  [1e21, '1e+21'],
  [1e-7, '1e-7'],
  [{ '\uffee': 1, '😀': 2, é: 3, b: 4, '10': 5, '9': 6 }, '{"10":5,"9":6,"b":4,"é":3,"\uffee":1,"😀":2}'],
  [{ '😀b': 1, '😀a': 2, '😀': 3, '😁': 4 }, '{"😀":3,"😀a":2,"😀b":1,"😁":4}'],
  [[null, true, false, [], {}], '[null,true,false,[],{}]'],
])('writes %j with the keys in the order of their bytes', (value, json) => {
  expect(goValue(value)).toBe(json);
});

it('leaves out fields without a value', () => {
  expect(
    goStruct([
      ['a', '1'],
      ['b', undefined],
    ]),
  ).toBe('{"a":1}');
});
