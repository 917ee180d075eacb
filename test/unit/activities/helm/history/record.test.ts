import { describe, expect, it } from 'vitest';
import {
  asUninstalled,
  recordRelease,
  recordRollback,
  recordTest,
  recordUninstall,
  recordUnlock,
} from '../../../../../activities/helm/history/record.ts';
import type { Release } from '../../../../../activities/helm/storage/release.ts';
import type { Snapshot } from '../../../../../api/helm-release.ts';
import { golden } from '../../../../support/golden.ts';
import { parsed } from './parsed.ts';

interface Row {
  readonly name: string;
  readonly act: 'install' | 'upgrade' | 'rollback' | 'uninstall' | 'unlock' | 'test';
  readonly history: readonly Snapshot[] | null;
  readonly releases: readonly string[];
  readonly ociDigest?: string;
  readonly filters?: { readonly name: string; readonly exclude?: boolean | undefined }[];
  readonly after: readonly Snapshot[] | null;
}

const { rows } = golden<null, Row>('activities/helm/history/fixtures/helm-record.json');
const records = new Map(
  golden<null, { readonly name: string; readonly record: string }>(
    'activities/helm/history/fixtures/helm-release.json',
  ).rows.map(({ name, record }) => [name, record]),
);
const release = (name: string) => parsed(records.get(name) ?? '');

describe('what an act of helm leaves in the history', () => {
  it.each(rows)('is what helm-controller leaves: $name', (row) => {
    const history = (row.history ?? []).map(clean);

    const after = recorded(row, history, row.releases.map(release));

    expect(after).toEqual((row.after ?? []).map(clean).map((snapshot) => keptDigest(snapshot, history)));
  });
});

describe('an uninstall that kept no history', () => {
  it('is recorded as helm wrote it before it deleted the record', () => {
    const [before] = recordRelease([], [release('sh.helm.release.v1.plain.v1')], { action: 'install' });
    const gone = asUninstalled(release('sh.helm.release.v1.plain.v1'), '2026-05-01T10:00:00.5Z');

    const [after] = recordUninstall([before as Snapshot], [gone]);

    expect(after).toEqual({
      ...before,
      status: 'uninstalled',
      action: 'uninstall',
      deleted: '2026-05-01T10:00:00Z',
      digest: expect.not.stringContaining(before?.digest ?? ''),
    });
  });
});

function recorded(row: Row, history: readonly Snapshot[], releases: readonly Release[]): readonly Snapshot[] {
  const [only] = releases as [Release];
  switch (row.act) {
    case 'install':
    case 'upgrade':
      return recordRelease(history, releases, { action: row.act, ociDigest: row.ociDigest });
    case 'rollback':
      return recordRollback(history, releases);
    case 'uninstall':
      return recordUninstall(history, releases);
    case 'unlock':
      return recordUnlock(history, only);
    case 'test':
      return recordTest(
        history,
        only,
        row.filters?.map((filter) => ({ exclude: undefined, ...filter })),
      );
  }
}

/** Differs on purpose: the digest of the values of a known version stays, see `knownOf` of record.ts. */
function keptDigest(snapshot: Snapshot, history: readonly Snapshot[]): Snapshot {
  const known = history.find(({ name, version }) => name === snapshot.name && version === snapshot.version);
  return known ? { ...snapshot, configDigest: known.configDigest } : snapshot;
}

/** As the API server stores it: nulls are dropped. */
function clean(snapshot: Snapshot): Snapshot {
  return JSON.parse(JSON.stringify(snapshot), (_, value: unknown) => value ?? undefined) as Snapshot;
}
