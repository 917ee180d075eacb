import { ConditionType, findCondition } from '../../../api/conditions.ts';
import type { HelmChart } from '../../../api/helm-chart.ts';
import type { HelmRelease } from '../../../api/helm-release.ts';
import type { Kustomization } from '../../../api/kustomization.ts';
import { Reason } from '../../../api/reasons.ts';
import { commitOfRevision } from './commit-of.ts';

/** What a commit came to at one object; `running` until it has tried it to the end. */
export type Outcome = 'running' | 'success' | 'failure';

/** By `Kind/namespace/name`: what the commit came to at those that have tried it to the end. */
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
  return commitOfRevision(lastAttemptedRevision) === commit ? readyOutcome(object) : 'running';
}

/** The chart has been made of the commit, and the release has tried what came of that. */
export function releaseOutcome(release: HelmRelease, chart: HelmChart, commit: string): Outcome {
  const { observedSourceArtifactRevision = '', artifact } = chart.status ?? {};
  if (commitOfRevision(observedSourceArtifactRevision) !== commit) return 'running';
  const made = readyOutcome(chart);
  if (made !== 'success') return made;
  return release.status?.lastAttemptedRevision === artifact?.revision ? readyOutcome(release) : 'running';
}

function readyOutcome({ metadata, status }: Kustomization | HelmRelease | HelmChart): Outcome {
  const ready = findCondition(status?.conditions, ConditionType.Ready);
  if (ready?.observedGeneration !== metadata.generation) return 'running';
  if (ready.status === 'True') return 'success';
  return ready.status === 'False' && !isWaiting(ready.reason) ? 'failure' : 'running';
}
