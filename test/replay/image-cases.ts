import type { Case, Recorded } from './cases.ts';
import { hasEvent, hasStep, outcomes } from './cases.ts';

const of = (type: string, matches: (run: Recorded) => boolean) => (run: Recorded) =>
  run.type === type && matches(run);
const repository = (matches: (run: Recorded) => boolean) => of('imageRepository', matches);
const policy = (matches: (run: Recorded) => boolean) => of('imagePolicy', matches);
const automation = (matches: (run: Recorded) => boolean) => of('imageUpdateAutomation', matches);

const succeeds = (step: string) => (run: Recorded) =>
  run.passes.some(({ outcome }, pass) => outcome === 'Succeeded' && hasStep(step, run, pass));
const asksNobody = (run: Recorded) => !hasEvent('ACTIVITY_TASK_SCHEDULED', run);
const goesOn = ({ passes }: Recorded) =>
  passes.length > 1 && passes.every(({ outcome }) => outcome === 'NothingToDo');

/** One for each interesting path of the kinds of image automation; the first run of the story that matches is kept. */
export const IMAGE_CASES: readonly Case[] = [
  { name: 'image-repository-scanned', matches: repository(succeeds('scan')) },
  { name: 'image-repository-nothing-new', matches: repository(outcomes('NothingToDo')) },
  { name: 'image-repository-failed', matches: repository(outcomes('ReadOperationFailed')) },
  { name: 'image-repository-stalled', matches: repository(outcomes('ImageURLInvalid')) },
  { name: 'image-repository-suspended', matches: repository(outcomes('Suspended')) },
  { name: 'image-repository-deleted', matches: repository(outcomes('Deleted')) },
  { name: 'image-repository-two-passes', matches: repository(goesOn) },

  { name: 'image-policy-waiting', matches: policy(outcomes('Waiting')) },
  {
    name: 'image-policy-chosen-here',
    matches: policy((run) => succeeds('select')(run) && asksNobody(run)),
  },
  {
    name: 'image-policy-chosen-with-digest',
    matches: policy((run) => succeeds('select')(run) && !asksNobody(run)),
  },
  { name: 'image-policy-nothing-new', matches: policy(outcomes('NothingToDo')) },
  {
    name: 'image-policy-failed',
    matches: policy((run) => run.status === 'FAILED' && hasStep('select', run)),
  },
  { name: 'image-policy-stalled', matches: policy(outcomes('InvalidPolicy')) },
  { name: 'image-policy-suspended', matches: policy(outcomes('Suspended')) },
  { name: 'image-policy-deleted', matches: policy(outcomes('Deleted')) },
  { name: 'image-policy-two-passes', matches: policy(goesOn) },

  { name: 'image-update-automation-pushed', matches: automation(succeeds('update')) },
  { name: 'image-update-automation-nothing-new', matches: automation(outcomes('NothingToDo')) },
  { name: 'image-update-automation-failed', matches: automation(outcomes('GitOperationFailed')) },
  {
    name: 'image-update-automation-pull-request-failed',
    matches: automation(outcomes('PullRequestFailed')),
  },
  { name: 'image-update-automation-suspended', matches: automation(outcomes('Suspended')) },
  { name: 'image-update-automation-deleted', matches: automation(outcomes('Deleted')) },
  { name: 'image-update-automation-two-passes', matches: automation(goesOn) },
];
