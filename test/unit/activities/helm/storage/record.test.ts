import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { releaseOf } from '../../../../../activities/helm/storage/record.ts';
import { recordSecret, type StoredText, twice } from './secrets.ts';

const SECRET = 'hunter2';

describe('a record of helm', () => {
  it('is read, with the Secret that it is in', async () => {
    const release = await releaseOf(recordSecret({ version: 12, resourceVersion: '77' }));

    expect(release).toMatchObject({ name: 'app', version: 12, info: { status: 'deployed' } });
    expect(release?.record).toEqual({
      name: 'sh.helm.release.v1.app.v12',
      namespace: 'prod',
      version: 12,
      uid: 'uid-app-12',
      resourceVersion: '77',
      status: 'deployed',
      isOurs: false,
    });
  });

  it.each([
    [[], false],
    [['helm'], false],
    [['helm-controller'], true],
    [['helm-controller', 'kubectl'], false],
  ])('that was written by %j is ours: %s', async (managers, isOurs) => {
    const secret = recordSecret({});
    const managedFields = managers.map((manager) => ({ manager }));
    const release = await releaseOf({ ...secret, metadata: { ...secret.metadata, managedFields } });

    expect(release?.record.isOurs).toBe(isOurs);
  });

  it('may be without compression, as helm once stored it', async () => {
    const data = { release: twice(Buffer.from('{"name":"app","version":1}')) };

    expect(await releaseOf(recordSecret({ data }))).toMatchObject({ name: 'app' });
  });

  it('may have a name with dots', async () => {
    expect(await releaseOf(recordSecret({ name: 'app.v2.x' }))).toMatchObject({ name: 'app.v2.x' });
  });

  it('is none when the Secret has another name', async () => {
    const { metadata, ...secret } = recordSecret();
    const named = (name: string) => releaseOf({ ...secret, metadata: { ...metadata, name } });

    for (const name of [
      'app',
      'sh.helm.release.v1.app',
      'sh.helm.release.v1.app.v01',
      'copy.sh.helm.release.v1.app.v1',
    ])
      expect(await named(name)).toBeUndefined();
  });
});

describe('a record that nobody can read', () => {
  const app = (more: string) => `{"name":"app","version":1,${more}}`;
  const bomb = gzipSync(Buffer.alloc(40 * 1024 * 1024));
  const cases: readonly (readonly [name: string, stored: StoredText, message: RegExp])[] = [
    ['without data', { data: {} }, /has no data\.release$/],
    ['that is no base64', { data: { release: '!!!' } }, /is no base64$/],
    [
      'that is base64 once',
      { data: { release: Buffer.from('$'.repeat(9)).toString('base64') } },
      /is no base64$/,
    ],
    [
      'that is cut off',
      { data: { release: twice(gzipSync(app('"a":1')).subarray(0, 20)) } },
      /be decompressed/,
    ],
    [
      'with a wrong checksum',
      { data: { release: twice(garbled(gzipSync(app('"a":1')))) } },
      /be decompressed/,
    ],
    ['that bursts', { data: { release: twice(bomb) } }, /is larger than 33554432 bytes$/],
    ['that is empty', { json: '' }, /is no JSON$/],
    ['that is no JSON', { json: `{"config":{"password":"${SECRET}"}` }, /is no JSON$/],
    ['that is a list', { json: `["${SECRET}"]` }, /is no JSON object$/],
    [
      'with a field of a wrong type',
      { json: app(`"manifest":["${SECRET}"]`) },
      /field manifest has a wrong type$/,
    ],
    [
      'with a field in another spelling',
      { json: app(`"Manifest":"${SECRET}"`) },
      /manifest has another spelling$/,
    ],
    [
      'with a field in a spelling of U+017F',
      { json: app(`"manife\u017ft":"${SECRET}"`) },
      /has another spelling$/,
    ],
    [
      'with values that are nested too deep',
      { json: app(`"config":{"a":${nested(50_000)}}`) },
      /nested too deep$/,
    ],
    ['with a number that is too large', { json: app('"config":{"a":[1e999]}') }, /number that is too large$/],
    ['with an empty hook', { json: app('"hooks":[null]') }, /hooks has an empty item$/],
    ['of another release', { json: '{"name":"other","version":1}' }, /of another release/],
    ['of another version', { json: '{"name":"app","version":2}' }, /of another release/],
  ];

  it.each(cases)('%s is told with a reason and none of its content', async (_, stored, message) => {
    const release = await releaseOf(recordSecret(stored));

    expect(release).toMatchObject({ version: 1, corrupt: expect.stringMatching(message) });
    expect(JSON.stringify(release)).toContain('Secret/prod/sh.helm.release.v1.app.v1');
    expect(JSON.stringify(release)).not.toContain(SECRET);
  });
});

function nested(depth: number): string {
  return '['.repeat(depth) + ']'.repeat(depth);
}

function garbled(packed: Buffer): Buffer {
  const last = packed.length - 6;
  packed.writeUInt8(packed.readUInt8(last) ^ 0xff, last);
  return packed;
}
