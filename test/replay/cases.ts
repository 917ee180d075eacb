import type { PassResult } from '../../workflows/messages.ts';

/** A run that was recorded, as it is picked for a case. */
export interface Recorded {
  readonly type: string;
  readonly status: string;
  readonly passes: readonly PassResult[];
  /** What a tick or a resumption answered. */
  readonly result: unknown;
  /** The types of the events, in order. */
  readonly events: readonly string[];
  /** Of the run before, by continue-as-new. */
  readonly isContinuation: boolean;
}

export interface Case {
  /** Of the file, without the date. */
  readonly name: string;
  readonly matches: (run: Recorded) => boolean;
}

const source = (matches: (run: Recorded) => boolean) => (run: Recorded) =>
  run.type === 'gitRepository' && matches(run);
const applier = (matches: (run: Recorded) => boolean) => (run: Recorded) =>
  run.type === 'kustomization' && matches(run);

export function outcomes(...expected: readonly string[]) {
  return ({ passes }: Recorded) => passes.map(({ outcome }) => outcome).join() === expected.join();
}

export function hasStep(name: string, { passes }: Recorded, pass = 0): boolean {
  return passes[pass]?.steps.some((step) => step.name === name) ?? false;
}

export function hasEvent(event: string, { events }: Recorded): boolean {
  return events.includes(`EVENT_TYPE_${event}`);
}

function isRequested({ result }: Recorded): boolean {
  return typeof result === 'object' && result !== null && 'requested' in result && result.requested === true;
}

/** One for each workflow and interesting path; the first run of the story that matches is kept. */
export const CASES: readonly Case[] = [
  { name: 'git-repository-new-artifact', matches: source(outcomes('Succeeded')) },
  { name: 'git-repository-nothing-new', matches: source(outcomes('NothingToDo')) },
  { name: 'git-repository-failed', matches: source(outcomes('GitOperationFailed')) },
  { name: 'git-repository-suspended', matches: source(outcomes('Suspended')) },
  { name: 'git-repository-deleted', matches: source(outcomes('Deleted')) },
  {
    name: 'git-repository-two-passes',
    matches: source(
      ({ passes }) => passes.length > 1 && passes.every(({ outcome }) => outcome !== 'Superseded'),
    ),
  },

  {
    name: 'kustomization-applied',
    matches: applier(
      (run) => outcomes('Succeeded')(run) && !hasStep('health', run) && !hasStep('prune', run),
    ),
  },
  {
    name: 'kustomization-pruned',
    matches: applier((run) => outcomes('Succeeded')(run) && hasStep('prune', run)),
  },
  {
    name: 'kustomization-health-wait',
    matches: applier((run) => outcomes('Succeeded')(run) && hasStep('wait', run)),
  },
  {
    name: 'kustomization-superseded',
    matches: applier((run) => outcomes('Superseded', 'Succeeded')(run) && hasStep('wait', run)),
  },
  {
    name: 'kustomization-suspended-in-wait',
    matches: applier((run) => outcomes('Superseded', 'Suspended')(run) && hasStep('wait', run)),
  },
  {
    name: 'kustomization-cancelled',
    matches: applier(
      (run) => outcomes('HealthCheckCanceled')(run) && !hasEvent('WORKFLOW_EXECUTION_CANCEL_REQUESTED', run),
    ),
  },
  {
    name: 'kustomization-cancelled-by-temporal',
    matches: applier(
      (run) => outcomes('HealthCheckCanceled')(run) && hasEvent('WORKFLOW_EXECUTION_CANCEL_REQUESTED', run),
    ),
  },
  { name: 'kustomization-nothing-to-cancel', matches: applier(outcomes('NothingToDo')) },
  { name: 'kustomization-build-failed', matches: applier(outcomes('BuildFailed')) },
  {
    name: 'kustomization-suspended',
    matches: applier((run) => outcomes('Suspended')(run) && run.passes[0]?.trigger === 'Suspend'),
  },
  {
    name: 'kustomization-resumed',
    matches: applier((run) => outcomes('Succeeded')(run) && run.passes[0]?.trigger === 'Resume'),
  },
  { name: 'kustomization-waiting', matches: applier(outcomes('Waiting')) },
  { name: 'kustomization-deleted', matches: applier(outcomes('Deleted')) },
  {
    name: 'kustomization-asked-while-closing',
    matches: applier((run) => hasEvent('WORKFLOW_TASK_FAILED', run)),
  },

  { name: 'tick-nothing-to-do', matches: (run) => run.type === 'tick' && !isRequested(run) },
  { name: 'tick-requested', matches: (run) => run.type === 'tick' && isRequested(run) },
  { name: 'resume-later', matches: (run) => run.type === 'resumeLater' && hasEvent('MARKER_RECORDED', run) },
  {
    name: 'watch-handed-over',
    matches: (run) =>
      run.type === 'watch' &&
      run.events.filter((event) => event === 'EVENT_TYPE_ACTIVITY_TASK_SCHEDULED').length > 1,
  },
];
