import { describe, expect, it } from 'vitest';
import { readNkey } from '../../../../../activities/notify/providers/nkey.ts';

// Made by github.com/nats-io/nkeys for a user, an account and a server; the signatures are of `nonce-1`.
const KEYS = [
  {
    seed: 'SUACU6BZFOECMU5QL33AH2EWUCGSFHCP7OFEKT47WQ3WYYUQGOBCCIZYJI',
    publicKey: 'UCFTIMUAW3D6U5WJNCWLAARZAIHRGIWWGQQS2OQVGHBOESY2X4RK32X6',
    signature:
      'e7f94ea927a2d74c6f88aa4fd5e65b6d4a095aa63854435269ffae8972cbc54b8979ef45480c62a04dfcd62eeace6ffccdfb3484c7723b5af4bd483e00889b00',
  },
  {
    seed: 'SAAFFYSQBF2G72EPTH3EMHY7QFAMACQN2XKZUK67ZEOPADYO3BQIDRLD4I',
    publicKey: 'ABXO74DHXWMXJTZUSA25A7UGCOLJXSP5KCMPTFLW6QPGFQNWECYBFCRL',
    signature:
      '04a768dd5807418e270d0380f2c404e92a97aea98c344734377ca82bba190a9286b3c7a4cad3c3f000c03daad5a69234c5e370b416ec79a00e84c4b86710d50e',
  },
  {
    seed: 'SNAF75WAE52VX3MC6CUQRCO2FQ7L73QASTQRVA4OQSBI6PTFLO6UGKLJIY',
    publicKey: 'NDP6YZMPEKQFPBCLA5OS6P5OLCZD4L4LX7AJR7SYUKNTQL47DWTTEHIA',
    signature:
      '8dbf1bf84a524d49223f17a8586b004fa707e4dcfad474c0c25c397f2c6a2c48a407d55e945257edbbc209bc978ff10e2d462778d06d1c351a21dfe22a38ce04',
  },
];

describe('a seed of NATS', () => {
  it.each(KEYS)('is the key $publicKey', ({ seed, publicKey, signature }) => {
    const key = readNkey(`${seed}\n`);
    expect(key?.publicKey).toBe(publicKey);
    expect(key?.sign('nonce-1')).toBe(Buffer.from(signature, 'hex').toString('base64url'));
  });

  const [{ seed, publicKey }] = KEYS as [(typeof KEYS)[0]];
  it.each([
    ['nothing', ''],
    ['a public key', publicKey],
    ['letters that are none of base 32', seed.replace(/.$/, '!')],
    ['a letter that differs', seed.replace(/J(?=.$)/, 'K')],
    ['a seed that is cut off', seed.slice(0, -4)],
    ['a seed in lower case', seed.toLowerCase()],
  ])('is not read from %s', (_what, text) => {
    expect(readNkey(text)).toBeUndefined();
  });
});
