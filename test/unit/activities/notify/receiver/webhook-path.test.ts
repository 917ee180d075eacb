import { expect, it } from 'vitest';
import { digestOf, webhookPath } from '../../../../../activities/notify/receiver/webhook-path.ts';

// printf '%s' 'token''hooks''apps' | sha256sum
const HEX = '189609a807565a33e1d6d84c3d88042bcffe7ef072bf0a67d48f248a229ce978';
const object = { name: 'hooks', namespace: 'apps' };

it('is made of token, name and namespace', () => {
  expect(webhookPath(Buffer.from('token'), object)).toBe(`/hook/${HEX}`);
});

it('is read as it is written, and nothing else is', () => {
  expect(digestOf(`/hook/${HEX}`)?.toString('hex')).toBe(HEX);
  for (const path of [
    '',
    '/hook/',
    `/hook/${HEX}/`,
    `/hook/${HEX}?`,
    `//hook/${HEX}`,
    `/hook/${HEX.toUpperCase()}`,
  ])
    expect(digestOf(path)).toBeUndefined();
});
