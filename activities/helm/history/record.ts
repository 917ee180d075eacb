import type { HelmReleaseSpec, Snapshot } from '../../../api/helm-release.ts';
import type { Release } from '../storage/release.ts';
import { type Observed, observe } from './observe.ts';
import { isOf, latest, newestFirst } from './snapshots.ts';
import { testHooksOf } from './test-hooks.ts';

/** Pure: what the acts of helm leave in `status.history`, as helm-controller records them. */

/**
 * After an install or upgrade: `releases` are the versions that helm wrote. The newest is new to the history, and of
 * the older ones only the newest that it knows is renewed.
 */
export function recordRelease(
  history: readonly Snapshot[],
  releases: readonly Release[],
  observed: Observed,
): readonly Snapshot[] {
  const [newest, ...older] = releases.toSorted((a, b) => b.version - a.version);
  if (newest === undefined) return history;
  const whole = [observe(newest, observed), ...history];
  const renewed = older.find((release) => whole.some((snapshot) => isOf(snapshot, release)));
  return renewed === undefined ? whole : renew(whole, renewed, {});
}

/** After a rollback: known versions are renewed, others are new. */
export function recordRollback(
  history: readonly Snapshot[],
  releases: readonly Release[],
): readonly Snapshot[] {
  const action = 'rollback';
  return releases.reduce(
    (known, release) =>
      known.some((snapshot) => isOf(snapshot, release))
        ? renew(known, release, { action })
        : [observe(release, { action }), ...known],
    history,
  );
}

/** After an uninstall, with the releases as they were written last: only known versions are renewed. */
export function recordUninstall(
  history: readonly Snapshot[],
  releases: readonly Release[],
): readonly Snapshot[] {
  return releases.reduce((known, release) => renew(known, release, { action: 'uninstall' }), history);
}

/** A release as helm writes it once more before it deletes the record, for a record that is gone; `at` in RFC 3339. */
export function asUninstalled(release: Release, at: string): Release {
  const info = {
    ...release.info,
    status: 'uninstalled',
    description: 'Uninstallation complete',
    deleted: at,
  };
  return { ...release, info };
}

/** After an unlock: the outcome of its tests is forgotten with the state it was left in. */
export function recordUnlock(history: readonly Snapshot[], release: Release): readonly Snapshot[] {
  return history.map((snapshot) => {
    if (!isOf(snapshot, release)) return snapshot;
    return observe(release, knownOf(snapshot));
  });
}

type TestFilters = NonNullable<HelmReleaseSpec['test']>['filters'];

/** After the tests of a release: only those of the latest count. */
export function recordTest(
  history: readonly Snapshot[],
  release: Release,
  filters: TestFilters,
): readonly Snapshot[] {
  const tested = latest(history);
  if (tested === undefined || !isOf(tested, release)) return history;
  const [, ...older] = newestFirst(history);
  return [{ ...observe(release, knownOf(tested)), testHooks: testHooksOf(release, filters) }, ...older];
}

/** Renews the snapshot of a release, if there is one, and keeps what its record does not tell. */
function renew(
  history: readonly Snapshot[],
  release: Release,
  { action }: Pick<Observed, 'action'>,
): readonly Snapshot[] {
  return history.map((snapshot) => {
    if (!isOf(snapshot, release)) return snapshot;
    const { testHooks } = snapshot;
    return { ...observe(release, { ...knownOf(snapshot), action }), ...(testHooks && { testHooks }) };
  });
}

/** What a record does not tell; the values of a version never change. */
function knownOf({ action, configDigest, ociDigest }: Snapshot): Observed {
  return { action, configDigest, ociDigest };
}
