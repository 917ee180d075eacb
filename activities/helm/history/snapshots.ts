import type { Snapshot } from '../../../api/helm-release.ts';

/** Pure: `status.history`, as `Snapshots` of helm-controller's API treats it. No function changes its argument. */

// What is kept where no good release bounds it.
const MOST = 5;

export function newestFirst(history: readonly Snapshot[]): readonly Snapshot[] {
  return history.toSorted((a, b) => b.version - a.version);
}

export function latest(history: readonly Snapshot[]): Snapshot | undefined {
  return newestFirst(history)[0];
}

/** The newest release before the latest that was good: what a rollback goes to. */
export function previous(history: readonly Snapshot[], ignoreTestFailures: boolean): Snapshot | undefined {
  return newestFirst(history)
    .slice(1)
    .find((snapshot) => isGood(snapshot, ignoreTestFailures));
}

/** What is left once a release succeeded: everything down to the previous good one, or the newest five. */
export function truncate(history: readonly Snapshot[], ignoreTestFailures: boolean): readonly Snapshot[] {
  if (history.length < 2) return history;
  const sorted = newestFirst(history);
  const good = sorted.findIndex((snapshot, index) => index > 0 && isGood(snapshot, ignoreTestFailures));
  return sorted.slice(0, good < 0 ? MOST : good + 1);
}

/** The newest five: for releases that are never rolled back. */
export function truncateIgnoringPreviousSnapshots(history: readonly Snapshot[]): readonly Snapshot[] {
  return newestFirst(history).slice(0, MOST);
}

function isGood(snapshot: Snapshot, ignoreTestFailures: boolean): boolean {
  const { status } = snapshot;
  if (status !== 'deployed' && status !== 'superseded') return false;
  return ignoreTestFailures || !hasTestInPhase(snapshot, 'Failed');
}

/** Whether all tests of a release have an outcome, or one failed. No tests at all, once looked for, are an outcome. */
export function hasBeenTested({ testHooks }: Snapshot): boolean {
  if (testHooks === undefined) return false;
  const phases = Object.values(testHooks).map((hook) => hook?.phase);
  return phases.includes('Failed') || phases.every((phase) => phase === 'Succeeded');
}

export function hasTestInPhase({ testHooks = {} }: Snapshot, phase: string): boolean {
  return Object.values(testHooks).some((hook) => hook?.phase === phase);
}

/** Whether it was made of this version of this release. */
export function isOf(
  snapshot: Snapshot,
  { name, namespace, version }: Pick<Snapshot, 'name' | 'namespace' | 'version'>,
): boolean {
  return snapshot.name === name && snapshot.namespace === namespace && snapshot.version === version;
}

/** `<namespace>/<name>.v<version>`, as messages name a release. */
export function fullReleaseName({ namespace, name, version }: Snapshot): string {
  return `${namespace}/${name}.v${version}`;
}

/** `<chart>@<version>`, as messages name a chart. */
export function versionedChartName({ chartName, chartVersion }: Snapshot): string {
  return `${chartName}@${chartVersion}`;
}
