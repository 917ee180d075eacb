import { condition, setHandler } from '@temporalio/workflow';
import {
  type CancelRequest,
  cancel,
  type ReconcileRequest,
  type ResumeRequest,
  requestReconcile,
  resume,
  type SuspendRequest,
  suspend,
  Trigger,
} from './messages.ts';

/** Everything that was asked of a run since the last look. */
export interface Asked {
  readonly requests: readonly ReconcileRequest[];
  /** The last word on suspension: suspend and resume undo each other. */
  readonly suspension?: { readonly suspend: SuspendRequest } | { readonly resume: ResumeRequest };
}

/** What signals put down and the run's loop takes up. Handlers only note; the loop does the work. */
export interface Inbox {
  /** Takes all there is. */
  take(): Asked;
  isEmpty(): boolean;
  /** Ends when something arrives: a request, a suspension or a cancel. */
  arrival(): Promise<void>;
  /** Set once somebody cancelled the wait of this run; taking it clears it. */
  takeCancel(): CancelRequest | undefined;
  /** What a continued run inherits. */
  readonly pending: readonly ReconcileRequest[];
}

/** Sets the handlers of all four signals: call before the first await, so that no buffered signal is missed. */
export function openInbox(inherited: readonly ReconcileRequest[] = []): Inbox {
  let requests: ReconcileRequest[] = [...inherited];
  let suspension: Asked['suspension'];
  let cancelled: CancelRequest | undefined;

  setHandler(requestReconcile, (request) => {
    requests.push(request ?? {});
  });
  setHandler(suspend, (request) => {
    suspension = { suspend: request ?? {} };
  });
  setHandler(resume, (request) => {
    suspension = { resume: request ?? {} };
  });
  setHandler(cancel, (request) => {
    cancelled = request ?? {};
  });

  const isEmpty = () => requests.length === 0 && suspension === undefined;
  return {
    take() {
      const asked: Asked = { requests, ...(suspension && { suspension }) };
      requests = [];
      suspension = undefined;
      // A cancel ends the wait of the pass that it met, not of the next one.
      cancelled = undefined;
      return asked;
    },
    isEmpty,
    arrival: () => condition(() => !isEmpty() || cancelled !== undefined),
    takeCancel() {
      const taken = cancelled;
      cancelled = undefined;
      return taken;
    },
    get pending() {
      return requests;
    },
  };
}

const triggers: ReadonlySet<string> = new Set(Object.values(Trigger));

/** One word for why a pass runs: the most telling of its requests. A hand-made signal says Manual. */
export function triggerOf(asked: Asked): string {
  if (asked.suspension) return 'suspend' in asked.suspension ? Trigger.Suspend : Trigger.Resume;
  const reasons = asked.requests.map(({ reason }) =>
    reason !== undefined && triggers.has(reason) ? reason : Trigger.Manual,
  );
  const order: readonly string[] = [
    Trigger.Delete,
    Trigger.Request,
    Trigger.Manual,
    Trigger.Spec,
    Trigger.Source,
  ];
  return order.find((trigger) => reasons.includes(trigger)) ?? reasons[0] ?? Trigger.Manual;
}
