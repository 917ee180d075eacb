import { describe, expect, it } from 'vitest';
import { encodeObservation } from '../../../../../activities/helm/history/observation.ts';
import { observe } from '../../../../../activities/helm/history/observe.ts';
import { testHooksOf } from '../../../../../activities/helm/history/test-hooks.ts';
import { verifyReleaseObject } from '../../../../../activities/helm/history/verify.ts';
import { RecordError } from '../../../../../activities/helm/storage/record-error.ts';
import type { Snapshot } from '../../../../../api/helm-release.ts';
import { golden } from '../../../../support/golden.ts';
import { parsed } from './parsed.ts';

interface Row {
  readonly name: string;
  readonly record: string;
  readonly ociDigest?: string;
  readonly filters?: readonly { readonly name: string; readonly exclude?: boolean }[];
  readonly unreadable?: true;
  readonly observation: string;
  readonly snapshot: Snapshot;
  readonly testHooks?: Snapshot['testHooks'];
}

const rows = ['helm-release', 'helm-release-edges'].flatMap(
  (name) => golden<null, Row>(`activities/helm/history/fixtures/${name}.json`).rows,
);
const readable = rows.filter(({ unreadable }) => !unreadable);

// What helm-controller does as well, without a word: its status is then refused by the API server.
const WITHOUT_TIMES = { firstDeployed: '0001-01-01T00:00:00Z', lastDeployed: '0001-01-01T00:00:00Z' };

describe('a release as helm stored it', () => {
  it.each(readable)(
    'is encoded as helm-controller encodes it: $name',
    ({ record, ociDigest, observation }) => {
      expect(encodeObservation(parsed(record), { ociDigest })).toBe(observation);
    },
  );

  it.each(readable)('has the snapshot of helm-controller: $name', ({ record, ociDigest, snapshot }) => {
    const { action: _, ...expected } = withoutNulls(snapshot) as Snapshot;

    expect(observe(parsed(record), { ociDigest })).toEqual({ ...WITHOUT_TIMES, ...expected });
  });

  it.each(readable)('has the tests of helm-controller: $name', ({ record, filters, testHooks = {} }) => {
    expect(
      testHooksOf(
        parsed(record),
        filters?.map((filter) => ({ exclude: undefined, ...filter })),
      ),
    ).toEqual(withoutNulls(testHooks));
  });

  it.each(readable)('agrees with the snapshot of helm-controller: $name', ({ record, snapshot }) => {
    expect(verifyReleaseObject(snapshot, parsed(record))).toBeUndefined();
  });

  it.each(rows.filter(({ unreadable }) => unreadable))('cannot be read by either: $name', ({ record }) => {
    expect(() => parsed(record)).toThrow(RecordError);
  });
});

describe('a snapshot', () => {
  const [{ record, snapshot }] = rows.filter(({ name }) => name.endsWith('named.v3')) as [Row];

  it('agrees with its release whether or not the digest tells what was rolled back to', () => {
    const release = parsed(record);
    const made = { ...release, info: { ...release.info, rollbackRevision: 7 } };

    expect(verifyReleaseObject(snapshot, made)).toBeUndefined();
  });

  it.each([
    ['another manifest', { manifest: 'kind: Other' }],
    ['another value', { config: { a: 1 } }],
    ['another version', { version: 9 }],
  ])('disagrees with %s', (_, change) => {
    expect(verifyReleaseObject(snapshot, { ...parsed(record), ...change })).toBe(
      'release not observed to be made for object',
    );
  });

  it.each(['', 'sha256:abc', `md4:${'a'.repeat(32)}`, `toString:${'a'.repeat(64)}`, 'a'.repeat(64)])(
    'whose digest is %j verifies nothing',
    (digest) => {
      expect(verifyReleaseObject({ ...snapshot, digest }, parsed(record))).toBe(
        'release digest verification error',
      );
    },
  );

  it.each(['', 'v1', undefined])('of the rules %j is believed', (apiVersion) => {
    const { apiVersion: _, ...rest } = snapshot;
    const old = apiVersion === undefined ? rest : { ...rest, apiVersion };

    expect(verifyReleaseObject({ ...old, digest: 'none' }, parsed(record))).toBeUndefined();
  });

  it('keeps the digest of the values as they were composed', () => {
    expect(observe(parsed(record), { configDigest: 'sha256:composed' }).configDigest).toBe('sha256:composed');
  });
});

/** What the API server stores of an answer of Go: it drops nulls of fields that are not nullable. */
function withoutNulls(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([, child]) => child !== null);
  return Object.fromEntries(kept.map(([key, child]) => [key, withoutNulls(child)]));
}
