import type { Case, Recorded } from './cases.ts';
import { hasEvent, hasStep, outcomes } from './cases.ts';

const of = (type: string, matches: (run: Recorded) => boolean) => (run: Recorded) =>
  run.type === type && matches(run);
/** A source that is told of twice makes one more pass: what a case is about is any of them. */
const hasPass = (outcome: string, step: string) => (run: Recorded) =>
  run.passes.some((pass, index) => pass.outcome === outcome && hasStep(step, run, index));
const succeeded = (step: string) => hasPass('Succeeded', step);
const isLost = (run: Recorded) => hasEvent('ACTIVITY_TASK_TIMED_OUT', run);

/** One for each interesting path of the Helm kinds; the first run of the story that matches is kept. */
export const HELM_CASES: readonly Case[] = [
  { name: 'helm-repository-new-index', matches: of('helmRepository', outcomes('Succeeded')) },
  {
    name: 'helm-repository-nothing-new',
    matches: of('helmRepository', (run) => outcomes('NothingToDo')(run) && hasStep('fetch', run)),
  },
  {
    name: 'helm-repository-static',
    matches: of('helmRepository', (run) => outcomes('NothingToDo')(run) && !hasStep('fetch', run)),
  },
  { name: 'helm-repository-failed', matches: of('helmRepository', outcomes('Failed')) },
  { name: 'helm-repository-deleted', matches: of('helmRepository', outcomes('Deleted')) },

  { name: 'helm-chart-new', matches: of('helmChart', outcomes('Succeeded')) },
  { name: 'helm-chart-nothing-new', matches: of('helmChart', outcomes('NothingToDo')) },
  { name: 'helm-chart-waiting', matches: of('helmChart', outcomes('Waiting')) },
  { name: 'helm-chart-stalled', matches: of('helmChart', outcomes('InvalidChartReference')) },
  { name: 'helm-chart-deleted', matches: of('helmChart', outcomes('Deleted')) },

  { name: 'helm-release-waiting', matches: of('helmRelease', outcomes('Waiting')) },
  { name: 'helm-release-installed', matches: of('helmRelease', succeeded('install')) },
  {
    name: 'helm-release-in-sync',
    matches: of('helmRelease', hasPass('NothingToDo', 'observe')),
  },
  {
    name: 'helm-release-upgraded',
    matches: of('helmRelease', (run) => succeeded('upgrade')(run) && !hasStep('unlock', run)),
  },
  { name: 'helm-release-tested', matches: of('helmRelease', succeeded('test')) },
  { name: 'helm-release-corrected', matches: of('helmRelease', succeeded('correct')) },
  { name: 'helm-release-replaced', matches: of('helmRelease', succeeded('replace')) },
  { name: 'helm-release-install-failed', matches: of('helmRelease', outcomes('InstallFailed')) },
  {
    name: 'helm-release-rolled-back',
    matches: of('helmRelease', (run) => run.passes.some((_, pass) => hasStep('rollback', run, pass))),
  },
  {
    name: 'helm-release-superseded',
    matches: of('helmRelease', (run) => outcomes('Superseded', 'Succeeded')(run) && hasStep('upgrade', run)),
  },
  {
    name: 'helm-release-lost',
    matches: of('helmRelease', (run) => succeeded('unlock')(run) && isLost(run)),
  },
  { name: 'helm-release-cancelled', matches: of('helmRelease', outcomes('HealthCheckCanceled')) },
  {
    name: 'helm-release-suspended-in-action',
    matches: of('helmRelease', ({ passes }) => passes.length > 1 && passes.at(-1)?.outcome === 'Suspended'),
  },
  { name: 'helm-release-deleted', matches: of('helmRelease', outcomes('Deleted')) },
];
