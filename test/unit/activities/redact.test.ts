import { expect, test } from 'vitest';
import { failed } from '../../../activities/failures.ts';
import { forgetSecret, redact, rememberSecret } from '../../../activities/redact.ts';
import { Reason } from '../../../api/reasons.ts';

test('a secret is masked as it is, in Base64 and in a URL, until it is forgotten', () => {
  const secret = 'p@ss/w:rd';
  const text = `${secret} ${Buffer.from(secret).toString('base64')} ${encodeURIComponent(secret)}`;

  rememberSecret(secret);
  expect(redact(text)).toBe('*** *** ***');

  forgetSecret(secret);
  expect(redact(text)).toBe(text);
});

test('of a secret that begins another one nothing of the longer one stays', () => {
  rememberSecret('open-sesame');
  rememberSecret('open-sesame-and-shut');

  expect(redact('said open-sesame-and-shut')).toBe('said ***');
});

test.for<[string, string, string]>([
  ['a password in a URL', 'https://ada:secret@host/x', 'https://***@host/x'],
  ['a header', 'Authorization: Bearer abc.def', 'Authorization: Bearer ***'],
  ['a signature', 'https://host/x?sig=abc&a=b', 'https://host/x?sig=***&a=b'],
  ['a key', 'is -----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY----- there', 'is *** there'],
  ['colours of a terminal', 'a\u001b[31mred\u0007', 'a [31mred '],
  ['what turns a text round', 'exe.\u202egnp\u2066', 'exe. gnp '],
  ['more than anybody reads', 'x'.repeat(5_000), `${'x'.repeat(2_048)}…`],
])('out goes %s', ([, text, clean]) => {
  expect(redact(text)).toBe(clean);
});

test('lines and tabs stay', () => {
  expect(redact('one\n\ttwo')).toBe('one\n\ttwo');
});

test('no failure has what a terminal obeys', () => {
  expect(failed(Reason.Failed, "the index has no 'web', but \u001b]0;web\u0007").message).toBe(
    "the index has no 'web', but  ]0;web ",
  );
});
