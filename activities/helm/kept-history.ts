import type { HelmRelease, Snapshot } from '../../api/helm-release.ts';
import { truncate, truncateIgnoringPreviousSnapshots } from './history/snapshots.ts';
import { activeRemediation, retryIntervalMs } from './spec.ts';

/** The snapshots that still count: down to the last good one where failures are remediated, else the newest few. */
export function keptHistory(object: HelmRelease): readonly Snapshot[] {
  const history = object.status?.history ?? [];
  if (retryIntervalMs(object) !== undefined) return truncateIgnoringPreviousSnapshots(history);
  const ignoresTests =
    activeRemediation(object)?.ignoresTestFailures ?? object.spec.test?.ignoreFailures ?? false;
  return truncate(history, ignoresTests);
}
