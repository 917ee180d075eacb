import { condition, defineSignal, setDefaultSignalHandler, setHandler } from '@temporalio/workflow';
import {
  type CancelRequest,
  cancel,
  type ResumeRequest,
  requestReconcile,
  resume,
  type SuspendRequest,
  suspend,
  Trigger,
} from './messages.ts';
import { readPayload } from './payload.ts';

/** Everything that was asked of a run since the last look: plain data, which a continued run inherits. */
export interface Asked {
  /** Of the requests, each once; a hand-made one without a known reason is Manual. */
  readonly triggers: readonly string[];
  /** The last word on suspension: suspend and resume undo each other. */
  readonly suspension?: { readonly suspend: SuspendRequest } | { readonly resume: ResumeRequest };
  readonly cancelled?: CancelRequest;
}

/** What signals put down and the run's loop takes up. Handlers only note; the loop does the work. */
export interface Inbox {
  /** Takes all there is. */
  take(): Asked;
  /** Whether another pass is due. A cancel asks for none: it ends the pass that it meets. */
  isEmpty(): boolean;
  isSuspending(): boolean;
  /** Ends when another pass is due. */
  arrival(): Promise<void>;
  /** Ends when this pass was met by more requests than so many, with their number. */
  requestsBeyond(seen: number): Promise<number>;
  /** Notes a cancel, as the signal does. */
  cancel(request: CancelRequest): void;
  /** The cancel that met this pass. */
  cancelled(): CancelRequest | undefined;
  /** Who is told of a cancel at once; the last one set. */
  onCancel(listener: () => void): void;
}

const triggers: ReadonlySet<string> = new Set(Object.values(Trigger));

/** Sets the handlers of all four signals: call before the first await, so that no buffered signal is missed. */
export function openInbox(inherited: Asked = { triggers: [] }): Inbox {
  let requested = new Set(inherited.triggers);
  let { suspension, cancelled } = inherited;
  let requests = 0;
  let tell = () => {};

  function noteCancel(request: CancelRequest): void {
    cancelled = request;
    tell();
  }
  const handlers: Readonly<Record<string, (payload: unknown) => void>> = {
    [requestReconcile.name](payload) {
      const { reason } = readPayload(payload);
      requests += 1;
      requested.add(reason !== undefined && triggers.has(reason) ? reason : Trigger.Manual);
    },
    [suspend.name](payload) {
      const { reason, by, forMs } = readPayload(payload);
      suspension = { suspend: { ...(reason && { reason }), ...(by && { by }), ...(forMs && { forMs }) } };
    },
    [resume.name](payload) {
      const { by } = readPayload(payload);
      suspension = { resume: { ...(by && { by }) } };
    },
    [cancel.name](payload) {
      const { by } = readPayload(payload);
      noteCancel({ ...(by && { by }) });
    },
  };
  // What came before the run's first look is handed out name by name: only a default handler gets it in order,
  // so that of a suspend and a resume the later one counts.
  setDefaultSignalHandler((name, payload) => handlers[name]?.(payload));
  setDefaultSignalHandler(undefined);
  for (const [name, handler] of Object.entries(handlers)) setHandler(defineSignal<[unknown?]>(name), handler);

  const isEmpty = () => requested.size === 0 && suspension === undefined;
  return {
    take() {
      const asked: Asked = {
        triggers: [...requested],
        ...(suspension && { suspension }),
        ...(cancelled && { cancelled }),
      };
      requested = new Set();
      requests = 0;
      suspension = undefined;
      cancelled = undefined;
      return asked;
    },
    isEmpty,
    isSuspending: () => suspension !== undefined && 'suspend' in suspension,
    arrival: () => condition(() => !isEmpty()),
    async requestsBeyond(seen) {
      await condition(() => requests > seen);
      return requests;
    },
    cancel: noteCancel,
    cancelled: () => cancelled,
    onCancel(listener) {
      tell = listener;
    },
  };
}

// From the most telling on; whatever is not here comes after.
const ORDER: readonly string[] = [
  Trigger.Delete,
  Trigger.Request,
  Trigger.Webhook,
  Trigger.Manual,
  Trigger.Spec,
  Trigger.Source,
];

/** One word for why a pass runs: the most telling of its requests. */
export function triggerOf({ suspension, triggers }: Asked): string {
  if (suspension) return 'suspend' in suspension ? Trigger.Suspend : Trigger.Resume;
  return ORDER.find((trigger) => triggers.includes(trigger)) ?? triggers[0] ?? Trigger.Manual;
}
