import { expect, test } from 'vitest';
import { createMask } from '../../../../activities/helm/mask.ts';

const ODD = 'say "it\'s" \\ <b>\tnow';

test.for<[string, string, string]>([
  ['as they are', 'hunter2', 'bad hunter2!'],
  ['in Base64, alone', 'hunter2', `data: ${Buffer.from('hunter2').toString('base64')}`],
  ['in a URL', 'p@ss/w:rd', 'postgres://app:p%40ss%2Fw%3Ard'],
  ['in a URL, as templates write it', 'two words & more', 'q=two+words+%26+more'],
  ['quoted', ODD, JSON.stringify(ODD)],
  ['quoted in what is quoted', ODD, JSON.stringify({ error: JSON.stringify(ODD) })],
  ['quoted by Go, in single quotes', "it's mine", String.raw`'it\'s mine' does not match`],
  ['quoted for the web', 'a<b>c&d', String.raw`"a\u003cb\u003ec\u0026d"`],
  ['as the double that a template makes of a number', '12345678', 'the pin is 1.2345678e+07'],
  ['of dollars and brackets', '$(a|b)*{2}', 'is $(a|b)*{2} here'],
  ['of any script', 'größer→😀', 'is größer→😀'],
])('secrets are masked %s', ([, secret, text]) => {
  const masked = createMask([secret])(text);

  expect(masked).toContain('***');
  expect(masked).not.toContain(secret.slice(0, 4));
  expect(masked).not.toMatch(/hunter|1\.234|p%40ss|aHVud/);
});

test('each line of a text is one', () => {
  const key = '-----BEGIN KEY-----\nline-of-the-key\nshort\n-----END KEY-----\n';

  expect(createMask([key])(`line 2: "line-of-the-key": short`)).toBe('line 2: "***": short');
  expect(createMask([key])(JSON.stringify(key))).toBe('"***"');
});

test('one that holds another goes first, and short ones are part of any text', () => {
  expect(createMask(['pass', 'password-1', 'abc'])('password-1 abc pass')).toBe('*** abc ***');
});

test('a secret of any length is masked', () => {
  const long = 'x"y'.repeat(100_000);

  expect(createMask([long])(`[${long}]`)).toBe('[***]');
});

test('there is nothing to mask without secrets', () => {
  expect(createMask([])('text')).toBe('text');
});
