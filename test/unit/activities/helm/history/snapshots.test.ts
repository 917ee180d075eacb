import { describe, expect, it } from 'vitest';
import {
  fullReleaseName,
  hasBeenTested,
  hasTestInPhase,
  latest,
  previous,
  truncate,
  truncateIgnoringPreviousSnapshots,
  versionedChartName,
} from '../../../../../activities/helm/history/snapshots.ts';
import type { Snapshot } from '../../../../../api/helm-release.ts';
import { golden } from '../../../../support/golden.ts';

interface Row {
  readonly history: readonly Snapshot[];
  readonly ignoreTests: boolean;
  readonly latest: number;
  readonly previous: number;
  readonly truncated: readonly number[];
  readonly truncatedAll: readonly number[];
  readonly tested: readonly boolean[];
  readonly failed: readonly boolean[];
  readonly fullName?: string;
  readonly versionedChart?: string;
}

const { rows } = golden<null, Row>('activities/helm/history/fixtures/helm-history.json');
const versions = (history: readonly Snapshot[]) => history.map(({ version }) => version);

describe('the history of a release', () => {
  it.each([...rows.entries()])('is read and cut as helm-controller does it: row %i', (_, row) => {
    const newest = latest(row.history);

    expect(newest?.version ?? 0).toBe(row.latest);
    expect(newest && fullReleaseName(newest)).toBe(row.fullName);
    expect(newest && versionedChartName(newest)).toBe(row.versionedChart);
    expect(previous(row.history, row.ignoreTests)?.version ?? 0).toBe(row.previous);
    expect(versions(truncate(row.history, row.ignoreTests))).toEqual(row.truncated);
    expect(versions(truncateIgnoringPreviousSnapshots(row.history))).toEqual(row.truncatedAll);
    expect(row.history.map(hasBeenTested)).toEqual(row.tested);
    expect(row.history.map((snapshot) => hasTestInPhase(snapshot, 'Failed'))).toEqual(row.failed);
  });

  it('stays as it is for whoever holds it', () => {
    const [row] = rows.filter(({ history }) => history.length > 5 && history[0]?.version !== 1);
    const history = Object.freeze((row?.history ?? []).toReversed());

    expect(versions(truncate(history, false))).toEqual(row?.truncated);
  });
});
