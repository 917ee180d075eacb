import { ConditionType, findCondition } from '../../../api/conditions.ts';
import type { HelmChart } from '../../../api/helm-chart.ts';
import type { HelmRelease } from '../../../api/helm-release.ts';
import type { Kustomization } from '../../../api/kustomization.ts';
import { Reason } from '../../../api/reasons.ts';
import { commitOfRevision } from './commit-of.ts';

/** What a commit came to at one object; `running` until it has tried it to the end, `waiting` for one of `dependsOn`. */
export type Outcome = 'running' | 'waiting' | 'success' | 'failure';

/** By `Kind/namespace/name`: what the commit came to at those that do nothing about it any more, or not yet. */
export type Ended = Readonly<Record<string, Exclude<Outcome, 'running'>>>;

const WAITING: ReadonlySet<string> = new Set([
  Reason.DependencyNotReady,
  Reason.SourceNotReady,
  Reason.ArtifactFailed,
  Reason.Progressing,
  Reason.ProgressingWithRetry,
]);

/** Whether an object that is not ready has not failed: something else is not there yet. */
export function isWaiting(reason: string): boolean {
  return WAITING.has(reason);
}

/** By the status: the commit is the last that was tried, and with the spec that there is. */
export function kustomizationOutcome(object: Kustomization, commit: string): Outcome {
  const { lastAttemptedRevision = '' } = object.status ?? {};
  return commitOfRevision(lastAttemptedRevision) === commit ? readyOutcome(object) : untriedOutcome(object);
}

/** The chart has been made of the commit, and the release has tried what came of that. */
export function releaseOutcome(release: HelmRelease, chart: HelmChart | undefined, commit: string): Outcome {
  if (chart === undefined) return untriedOutcome(release);
  const { observedSourceArtifactRevision = '', artifact } = chart.status ?? {};
  if (commitOfRevision(observedSourceArtifactRevision) !== commit) return 'running';
  const made = readyOutcome(chart);
  if (made !== 'success') return made;
  return release.status?.lastAttemptedRevision === artifact?.revision
    ? readyOutcome(release)
    : untriedOutcome(release);
}

/** Of one that has not tried it: by a spec that cannot be worked with it never will. */
function untriedOutcome({ metadata, status }: Kustomization | HelmRelease): Outcome {
  const { Ready, Stalled } = ConditionType;
  const [ready, stalled] = [Ready, Stalled]
    .map((type) => findCondition(status?.conditions, type))
    .map((condition) => (condition?.observedGeneration === metadata.generation ? condition : undefined));
  if (stalled?.status === 'True' && !OF_A_CHART.has(stalled.reason)) return 'failure';
  return ready?.status === 'False' && ready.reason === Reason.DependencyNotReady ? 'waiting' : 'running';
}

// Another chart may do better.
const OF_A_CHART: ReadonlySet<string> = new Set([Reason.RetriesExceeded, Reason.MissingRollbackTarget]);

function readyOutcome({ metadata, status }: Kustomization | HelmRelease | HelmChart): Outcome {
  const ready = findCondition(status?.conditions, ConditionType.Ready);
  if (ready?.observedGeneration !== metadata.generation) return 'running';
  if (ready.status === 'True') return 'success';
  // A cycle says the same, and never ends.
  const isStalled = findCondition(status?.conditions, ConditionType.Stalled)?.status === 'True';
  if (ready.reason === Reason.DependencyNotReady) return isStalled ? 'failure' : 'waiting';
  return ready.status === 'False' && !isWaiting(ready.reason) ? 'failure' : 'running';
}
