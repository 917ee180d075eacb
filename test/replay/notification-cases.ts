import type { Case, Recorded } from './cases.ts';
import { hasEvent, outcomes } from './cases.ts';

const of = (type: string, matches: (run: Recorded) => boolean) => (run: Recorded) =>
  run.type === type && matches(run);
const receiver = (matches: (run: Recorded) => boolean) => of('receiver', matches);
const event = (matches: (run: Recorded) => boolean) => of('notify', matches);
const group = (matches: (run: Recorded) => boolean) => of('groupedAlert', matches);
const streak = (matches: (run: Recorded) => boolean) => of('repeatedFailure', matches);
const delivery = (matches: (run: Recorded) => boolean) => of('deliverAlert', matches);
const commit = (matches: (run: Recorded) => boolean) => of('commitStatus', matches);

const says = (text: string) => (run: Recorded) => JSON.stringify(run.result ?? null).includes(text);
const ends =
  (...endings: readonly string[]) =>
  ({ result }: Recorded) => {
    const { alerts = [] } = (result ?? {}) as { readonly alerts?: readonly string[] };
    return alerts.map((alert) => alert.split(': ')[1]).join() === endings.join();
  };
const count = (type: string, { events }: Recorded) =>
  events.filter((name) => name === `EVENT_TYPE_${type}`).length;
const fails = (run: Recorded) => hasEvent('ACTIVITY_TASK_FAILED', run);
const isAtOnce = (run: Recorded) => !hasEvent('ACTIVITY_TASK_SCHEDULED', run);
const children = (total: number) => (run: Recorded) =>
  count('CHILD_WORKFLOW_EXECUTION_STARTED', run) === total;
const isWhole = (run: Recorded) => run.status === 'COMPLETED' && !run.isContinuation;
const goesOn = ({ status }: Recorded) => status === 'CONTINUED_AS_NEW';
const went = ({ status, isContinuation }: Recorded) => status === 'COMPLETED' && isContinuation;

/** One for each interesting path of notifications and Receivers; the first run of the story that matches is kept. */
export const NOTIFICATION_CASES: readonly Case[] = [
  { name: 'receiver-ready', matches: receiver(outcomes('Succeeded')) },
  { name: 'receiver-failed', matches: receiver(outcomes('TokenNotFound')) },
  { name: 'receiver-stalled', matches: receiver(outcomes('InvalidCELExpression')) },
  { name: 'receiver-suspended', matches: receiver(outcomes('Suspended')) },
  { name: 'receiver-deleted', matches: receiver(outcomes('Deleted')) },
  {
    name: 'receiver-asked-while-closing',
    matches: receiver((run) => outcomes('Succeeded')(run) && hasEvent('WORKFLOW_TASK_FAILED', run)),
  },

  { name: 'notify-told', matches: event((run) => ends('told')(run) && isAtOnce(run)) },
  { name: 'notify-told-to-two', matches: event(ends('told', 'told')) },
  {
    name: 'notify-told-known',
    matches: event((run) => ends('told')(run) && isAtOnce(run) && count('MARKER_RECORDED', run) === 1),
  },
  { name: 'notify-nobody', matches: event(says('"alerts":[]')) },
  { name: 'notify-retried', matches: event((run) => ends('told')(run) && fails(run)) },
  { name: 'notify-given-up', matches: event((run) => ends('failed')(run) && isAtOnce(run)) },
  { name: 'notify-left', matches: event((run) => ends('failed')(run) && !isAtOnce(run)) },
  { name: 'notify-dropped', matches: event(ends('dropped')) },
  { name: 'notify-passed-on', matches: event(ends('passed on')) },

  { name: 'grouped-alert-told', matches: group((run) => isWhole(run) && children(1)(run)) },
  { name: 'grouped-alert-continued', matches: group(goesOn) },
  { name: 'grouped-alert-carried', matches: group(went) },

  {
    name: 'repeated-failure-told',
    matches: streak((run) => isWhole(run) && children(2)(run)),
  },
  {
    name: 'repeated-failure-too-few',
    matches: streak((run) => isWhole(run) && count('WORKFLOW_EXECUTION_SIGNALED', run) === 2 && !fails(run)),
  },
  { name: 'repeated-failure-grouped', matches: streak((run) => hasEvent('MARKER_RECORDED', run)) },
  { name: 'repeated-failure-forgotten', matches: streak((run) => hasEvent('TIMER_FIRED', run)) },
  { name: 'repeated-failure-continued', matches: streak(goesOn) },
  { name: 'repeated-failure-carried', matches: streak(went) },

  { name: 'deliver-alert-told', matches: delivery((run) => says('told')(run) && !fails(run)) },
  { name: 'deliver-alert-retried', matches: delivery((run) => says('told')(run) && fails(run)) },
  { name: 'deliver-alert-given-up', matches: delivery(says('failed')) },

  {
    name: 'commit-status-success',
    matches: commit((run) => isWhole(run) && says('success')(run) && !fails(run)),
  },
  {
    name: 'commit-status-nothing-builds',
    matches: commit((run) => isWhole(run) && says('null')(run) && hasEvent('TIMER_FIRED', run)),
  },
  {
    name: 'commit-status-nobody-asks',
    matches: commit((run) => isWhole(run) && says('null')(run) && !hasEvent('ACTIVITY_TASK_SCHEDULED', run)),
  },
  {
    name: 'commit-status-refused',
    matches: commit((run) => isWhole(run) && says('null')(run) && fails(run)),
  },
  { name: 'commit-status-retried', matches: commit((run) => says('success')(run) && fails(run)) },
  { name: 'commit-status-overdue', matches: commit((run) => isWhole(run) && says('given up')(run)) },
  { name: 'commit-status-continued', matches: commit(goesOn) },
  { name: 'commit-status-carried', matches: commit(went) },
];
