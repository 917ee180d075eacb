import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { composeValues } from '../../../../../activities/helm/values/compose.ts';
import { digestConfig, verifyValues } from '../../../../../activities/helm/values/digest.ts';
import { inputOf } from '../../../../support/values-row.ts';

const encoded = 'a: 1\n';
const hash = (algorithm: string, text = encoded) => createHash(algorithm).update(text).digest('hex');

describe('a digest is that of the values', () => {
  it.each(['sha1', 'sha256', 'sha384', 'sha512'])('by %s', (algorithm) => {
    expect(verifyValues(`${algorithm}:${hash(algorithm)}`, { encoded })).toBe(true);
    expect(verifyValues(`${algorithm}:${hash(algorithm)}`, { encoded: 'a: 2\n' })).toBe(false);
  });

  it.each([
    ['nothing', ''],
    ['no algorithm', hash('sha256')],
    ['an unknown algorithm', `md5:${hash('md5')}`],
    ['the wrong length', `sha1:${hash('sha256')}`],
    ['capitals', `sha256:${hash('sha256').toUpperCase()}`],
    ['something behind it', `sha256:${hash('sha256')}\n`],
  ])('but never with %s', (_, digest) => {
    expect(verifyValues(digest, { encoded })).toBe(false);
  });

  it('also when there are none', async () => {
    const composed = await composeValues(inputOf({}));

    expect(composed.digest).toBe(`sha256:${hash('sha256', '')}`);
    expect(verifyValues(composed.digest, composed)).toBe(true);
  });
});

it.each([
  [undefined, ''],
  [null, ''],
  [{}, ''],
  [{ b: 1000000, a: { c: [1.5, null] } }, 'a:\n  c:\n  - 1.5\n  - null\nb: 1000000\n'],
])('the digest of the stored config %j', (config, text) => {
  expect(digestConfig(config)).toBe(`sha256:${hash('sha256', text)}`);
});
